"""Every metric and list equals the slow plain-Python reading, on random organisations full of awkward cases."""

from collections.abc import Iterator
from typing import Any

import pytest

from koalr_server.store.database import Database
from tests.integration.server.loaded import METRICS, Loaded, import_rows, with_api_ids
from tests.oracle import metrics as oracle
from tests.oracle.organisations import NOWS, random_organisation

SEEDS = range(31)
WINDOWS = (7, 30, 90)


@pytest.fixture(scope="module", params=SEEDS)
def case(request: pytest.FixtureRequest) -> Iterator[tuple[dict[str, Any], Loaded]]:
    organisation = random_organisation(request.param)
    database = Database.in_memory()
    import_rows(database, organisation)
    yield with_api_ids(database, organisation), Loaded(database, NOWS[request.param % len(NOWS)])
    database.close()


def teams_of(organisation: dict[str, Any]) -> list[str | None]:
    return [None, *(row["name"] for row in organisation["teams"])]


@pytest.mark.parametrize("metric", METRICS)
def test_metric_equals_the_oracle(case: tuple[dict[str, Any], Loaded], metric: str) -> None:
    organisation, loaded = case
    for team in teams_of(organisation):
        for days in WINDOWS:
            expected = getattr(oracle, metric)(organisation, loaded.now, days, team)
            assert loaded.metric(metric, days, team) == approximately(expected), (metric, team, days)


@pytest.mark.parametrize("name", ["deployments", "pull_requests", "incidents"])
def test_list_equals_the_oracle(case: tuple[dict[str, Any], Loaded], name: str) -> None:
    organisation, loaded = case
    for team in teams_of(organisation):
        expected = getattr(oracle, name)(organisation, loaded.now, 90, team)
        got = loaded.rows(name, 90, team)
        assert [key(row, COMPARED[name]) for row in by_value(got, name)] == [
            key(row, COMPARED[name]) for row in by_value(expected, name)
        ], (name, team)


# Ids are hashes, and an extra such as `failed` is not in the oracle's answer.
COMPARED = {
    "deployments": ("repo", "env", "sha", "status", "deployedAt", "leadTimeSecs"),
    "pull_requests": ("repo", "number", "title", "author", "mergedAt", "cycleTimeSecs", "riskScore"),
    "incidents": ("title", "severity", "status", "startedAt", "resolvedAt", "mttrSecs"),
}


def key(row: dict[str, Any], fields: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(repr(row[name]) for name in fields)


def by_value(rows: list[dict[str, Any]], name: str) -> list[dict[str, Any]]:
    return sorted(rows, key=lambda row: key(row, COMPARED[name]))


def approximately(value: Any) -> Any:
    """The same structure with tolerance of the last rounded digit."""
    if isinstance(value, dict):
        return {name: approximately(item) for name, item in value.items()}
    if isinstance(value, list):
        return [approximately(item) for item in value]
    return pytest.approx(value, abs=2e-6) if isinstance(value, float) else value
