"""Forecasts and the risk score have every field of the API page's example bodies, in the same JSON types."""

import pytest

from tests.contract.bodies import body
from tests.contract.test_server_writes_the_page import misfits
from tests.integration.server.conftest import Api
from tests.integration.server.test_forecast_and_risk_api import acme, score

__all__ = ["acme"]


def values(found: dict[str, object]) -> list[object]:
    """Every value of a body, nested ones too."""
    return [one for value in found.values() for one in (values(value) if isinstance(value, dict) else [value])]


@pytest.mark.parametrize(("name", "path"), [("forecast-delivery", "/delivery"), ("forecast-backlog", "/backlog")])
def test_every_field_of_a_forecast_is_served(acme: Api, name: str, path: str) -> None:
    served = acme.get(f"/forecast{path}", items=20, teamId=acme.team("Platform")).json()
    documented = body(name)
    assert misfits(documented, served) == []
    assert None not in values({field: served[field] for field in documented}), "a null would prove nothing"


def test_every_field_of_a_risk_score_is_served(acme: Api) -> None:
    served = score(acme).json()
    assert misfits(body("pr-risk-score"), served) == []
    assert None not in [served[field] for field in ("riskScore", "tier", "recommendation")]
