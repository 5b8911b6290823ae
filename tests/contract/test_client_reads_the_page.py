"""The client reads every example body of the API page, and says which field is missing or wrong."""

import copy
from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any

import pytest
import responses

from koalr_api import Koalr, Page, ResponseValidationError
from tests.contract.bodies import ENDPOINTS, body

KEY = "klr_live_" + "a" * 40
BASE = "https://koalr.test"
CALLS = {
    "dora": lambda koalr: koalr.metrics.dora(),
    "flow": lambda koalr: koalr.metrics.flow(),
    "review-metrics": lambda koalr: koalr.metrics.reviews(),
    "copilot": lambda koalr: koalr.metrics.copilot(),
    "value-stream": lambda koalr: koalr.metrics.value_stream(),
    "custom-metric": lambda koalr: koalr.metrics.custom("p95-cycle-time"),
    "deployments": lambda koalr: koalr.deployments.list(),
    "pull-requests": lambda koalr: koalr.pull_requests.list(),
    "incidents": lambda koalr: koalr.incidents.list(),
    "teams": lambda koalr: koalr.teams.list(),
    "forecast-delivery": lambda koalr: koalr.forecast.delivery(items=20, team_id="team_abc123"),
    "forecast-backlog": lambda koalr: koalr.forecast.backlog(),
    "pr-risk-score": lambda koalr: koalr.pr_risk.score(owner="acme", repo="api", pr_number=1847),
}
NAMES = [endpoint["file"].removesuffix(".json") for endpoint in ENDPOINTS]


@pytest.fixture
def koalr() -> Koalr:
    # A clock of its own: clients on one clock share the budget of their key.
    return Koalr(KEY, base_url=BASE, max_retries=0, clock=lambda: 0.0)


def answer(name: str, koalr: Koalr, content: dict[str, Any]) -> Any:
    """What the client makes of a body."""
    endpoint = next(each for each in ENDPOINTS if each["file"] == f"{name}.json")
    with responses.RequestsMock() as web:
        web.add(endpoint["method"], BASE + endpoint["path"].replace(":slug", "p95-cycle-time"), json=content)
        return CALLS[name](koalr)


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Every documented field in a body, by path; the signals of a risk score are an open map."""
    if isinstance(value, dict):
        for key, item in value.items():
            yield (*path, key)
            if key != "signals":
                yield from places(item, (*path, key))
    elif isinstance(value, list):
        yield from places(value[0], (*path, 0))


def changed(name: str, path: tuple[Any, ...], change: Any) -> dict[str, Any]:
    """The body with one field changed, or removed if the change is the class `KeyError`."""
    content = copy.deepcopy(body(name))
    parent: Any = content
    for step in path[:-1]:
        parent = parent[step]
    if change is KeyError:
        del parent[path[-1]]
    else:
        parent[path[-1]] = change
    return content


OPTIONAL = {("page",), ("pageSize",)}
FIELDS = [(name, path) for name in NAMES for path in places(body(name)) if path not in OPTIONAL]


@pytest.mark.parametrize("name", NAMES)
def test_every_example_body_is_read(name: str, koalr: Koalr) -> None:
    assert answer(name, koalr, body(name)).raw == body(name)


@pytest.mark.parametrize(
    ("name", "path"), FIELDS, ids=lambda value: ".".join(map(str, value)) if isinstance(value, tuple) else value
)
def test_a_missing_field_is_named(name: str, path: tuple[Any, ...], koalr: Koalr) -> None:
    assert misfit(name, koalr, changed(name, path, KeyError)) == dotted(path)


@pytest.mark.parametrize(
    ("name", "path"), FIELDS, ids=lambda value: ".".join(map(str, value)) if isinstance(value, tuple) else value
)
def test_a_field_of_the_wrong_type_is_named(name: str, path: tuple[Any, ...], koalr: Koalr) -> None:
    wrong = 5 if path[-1] in ("signals", "weeksToEmpty") else {"not": "this"}
    assert misfit(name, koalr, changed(name, path, wrong)) == dotted(path)


def misfit(name: str, koalr: Koalr, content: Any) -> str:
    """The path of the field that does not fit: of the error, or of the row that is left out while others stand."""
    try:
        read = answer(name, koalr, content)
    except ResponseValidationError as error:
        return error.path
    assert isinstance(read, Page), "only a list may do without a part"
    (skipped,) = read.skipped
    return skipped.path


def dotted(path: tuple[Any, ...]) -> str:
    return "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path).lstrip(".")


def test_values_arrive_with_their_types(koalr: Koalr) -> None:
    assert answer("dora", koalr, body("dora")).deploy_frequency == 4.2
    deployment = answer("deployments", koalr, body("deployments")).data[0]
    assert deployment.deployed_at == datetime(2026, 3, 14, 18, 22, tzinfo=UTC)
    forecast = answer("forecast-delivery", koalr, body("forecast-delivery"))
    assert (forecast.p85, forecast.team_id) == (date(2026, 4, 25), "team_abc123")
    risk = answer("pr-risk-score", koalr, body("pr-risk-score"))
    assert (risk.pr_number, risk.tier, risk.signals.codeowners_compliance) == (1847, "high", True)


@pytest.mark.parametrize("name", ["dora", "flow", "review-metrics", "value-stream", "copilot"])
def test_figures_may_be_null_and_unknown_fields_are_ignored(name: str, koalr: Koalr) -> None:
    content = {field: None for field in body(name)} | {"totalReviewed": 0, "surprise": [1]}
    found = answer(name, koalr, content)
    assert found.previous is None


def test_extras_that_do_not_fit_count_as_absent(koalr: Koalr) -> None:
    found = answer("dora", koalr, body("dora") | {"trend": [{"weekStart": "soon"}], "previous": 3})
    assert (found.trend, found.previous) == (None, None)
