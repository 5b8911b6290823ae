"""The server's answers have every field of the API page's example bodies, in the same JSON types."""

from typing import Any

import pytest

from tests.contract.bodies import ENDPOINTS, body
from tests.integration.server.conftest import Api, api

__all__ = ["api"]

SERVED = {
    "dora": "/metrics/dora",
    "flow": "/flow",
    "review-metrics": "/review-metrics",
    "copilot": "/copilot",
    "value-stream": "/value-stream",
    "custom-metric": "/custom-metrics/p95-cycle-time/query",
    "deployments": "/deployments",
    "pull-requests": "/pull-requests",
    "incidents": "/incidents",
    "teams": "/teams",
}
# In test_server_writes_forecasts_and_risk.py, on an organisation made for them.
ELSEWHERE = {"forecast-delivery", "forecast-backlog", "pr-risk-score"}


def test_every_body_of_the_page_is_served_in_some_test() -> None:
    assert set(SERVED) | ELSEWHERE == {endpoint["file"].removesuffix(".json") for endpoint in ENDPOINTS}


def misfits(documented: Any, served: Any, path: str = "") -> list[str]:
    """Where a served body lacks a documented field or has it in another type; null is allowed for a value."""
    if isinstance(documented, dict):
        found = [f"{path}.{key} is missing" for key in documented if key not in served]
        return found + [
            text
            for key in documented
            if key in served
            for text in misfits(documented[key], served[key], f"{path}.{key}")
        ]
    if isinstance(documented, list):
        return [text for index, row in enumerate(served) for text in misfits(documented[0], row, f"{path}[{index}]")]
    if served is None or type(served) is type(documented):
        return []
    numbers = isinstance(served, int | float) and isinstance(documented, int | float) and not isinstance(served, bool)
    return [] if numbers else [f"{path} is {type(served).__name__}, documented as {type(documented).__name__}"]


@pytest.mark.parametrize("name", SERVED)
def test_every_documented_field_is_served(name: str, api: Api) -> None:
    served = api.get(SERVED[name], days=90).json()
    assert misfits(body(name), served) == []
    assert served.get("data", True), "an empty list would prove nothing"
