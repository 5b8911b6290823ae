"""The sample organisation: the figures known from the data, and every number against the oracle."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from koalr_server.commands.sampling import load_into
from koalr_server.sample import sample_tables
from koalr_server.store.database import Database
from koalr_server.store.gateway import LocalAccess
from tests.integration.server.loaded import METRICS, Loaded, with_api_ids
from tests.integration.server.test_against_oracle import COMPARED, approximately, by_value, key
from tests.oracle import metrics as oracle

# One without members, one with, and one that shares a person with another.
TEAMS = ("Whitehall", "Search and AI", "Data and notifications")
NOW = datetime(2025, 3, 31, 23, 59, 59, tzinfo=UTC)


@pytest.fixture(scope="module")
def loaded() -> Iterator[Loaded]:
    database = Database.in_memory()
    load_into(LocalAccess(database), shifted=False)
    yield Loaded(database, NOW)
    database.close()


@pytest.fixture(scope="module")
def organisation(loaded: Loaded) -> dict[str, list[dict[str, Any]]]:
    rows = {
        kind: [{name: _text(value) for name, value in row.items()} for row in table.to_pylist()]
        for kind, table in sample_tables().items()
    }
    return with_api_ids(loaded.service.database, rows)


def _text(value: object) -> object:
    return value.replace(tzinfo=UTC).isoformat() if isinstance(value, datetime) else value


def test_all_deployments_of_the_quarter_are_there(loaded: Loaded) -> None:
    rows = loaded.rows("deployments", 90)
    production = [row for row in rows if row["env"] == "production"]
    assert (len(rows), len(production), len({row["repo"] for row in production})) == (9266, 2596, 51)


def test_whitehall_deployed_197_times_which_is_2_19_a_day(loaded: Loaded) -> None:
    rows = [row for row in loaded.rows("deployments", 90, "Whitehall") if row["env"] == "production"]
    assert len(rows) == 197
    assert round(loaded.metric("dora", 90, "Whitehall")["deployFrequency"], 2) == 2.19


def test_whitehall_was_rolled_back_once(loaded: Loaded) -> None:
    (incident,) = loaded.rows("incidents", 90, "Whitehall")
    assert incident["title"] == "Rollback of alphagov/whitehall v1558"
    assert incident["startedAt"] == "2025-01-27T09:27:05Z"
    assert incident["resolvedAt"] == "2025-01-27T09:59:35Z"


def test_the_one_tag_without_a_commit_stays_a_deployment_without_changes(loaded: Loaded) -> None:
    shas = {row["sha"] for row in loaded.service.database.rows("SELECT sha FROM commits")}
    rows = [row for row in loaded.rows("deployments", 90, "Whitehall") if row["env"] == "production"]
    unresolved = [row for row in rows if row["sha"] not in shas]
    assert [(row["ref"], row["leadTimeSecs"]) for row in unresolved] == [
        ("db17a64fab2c139be84420e40f36425d5dd1444f", None)
    ]


def test_sixty_eight_rollbacks_were_found_from_version_order(loaded: Loaded) -> None:
    assert len(loaded.rows("incidents", 90)) == 68


def rows_of(organisation: dict[str, Any], team: str) -> dict[str, Any]:
    """The rows a team's figures depend on (the oracle is slow): those of its repositories and of where its members wrote."""
    logins = {row["login"] for row in organisation["members"] if row["team"] == team}
    repos = {row["repo"] for row in organisation["repos"] if team in row["teams"]}
    repos |= {row["repo"] for row in organisation["pull_requests"] if row["author"] in logins}
    everything = ("teams", "members", "work_items", "copilot_seats", "copilot_user_days")
    return {
        kind: rows if kind in everything else [row for row in rows if row["repo"] in repos]
        for kind, rows in organisation.items()
    }


@pytest.mark.parametrize("metric", METRICS)
@pytest.mark.parametrize("team", TEAMS)
def test_a_team_equals_the_oracle(loaded: Loaded, organisation: dict[str, Any], metric: str, team: str) -> None:
    expected = getattr(oracle, metric)(rows_of(organisation, team), NOW, 90, team)
    assert loaded.metric(metric, 90, team) == approximately(expected)


@pytest.mark.parametrize("name", ["deployments", "pull_requests", "incidents"])
@pytest.mark.parametrize("team", TEAMS)
def test_a_team_list_equals_the_oracle(loaded: Loaded, organisation: dict[str, Any], name: str, team: str) -> None:
    mine = rows_of(organisation, team)
    # The score ranks a pull request among all others and has an oracle of its own; without files there is little to rank.
    mine["commits"] = [{**row, "files": None} for row in mine["commits"]]
    expected = by_value(getattr(oracle, name)(mine, NOW, 90, team), name)
    got = by_value(loaded.rows(name, 90, team), name)
    fields = tuple(field for field in COMPARED[name] if field != "riskScore")
    assert [key(row, fields) for row in got] == [key(row, fields) for row in expected]


@pytest.mark.parametrize("team", ["Publishing", "Frontend", "Platform"])
def test_the_delivery_figures_of_the_other_teams_equal_the_oracle(
    loaded: Loaded, organisation: dict[str, Any], team: str
) -> None:
    expected = oracle.dora(rows_of(organisation, team), NOW, 30, team)
    assert loaded.metric("dora", 30, team) == approximately(expected)


@pytest.mark.parametrize("metric", ["flow", "value_stream"])
def test_the_organisation_equals_the_oracle(loaded: Loaded, organisation: dict[str, Any], metric: str) -> None:
    # Its dora takes the oracle a minute; the teams' dora above rest on the same rows.
    assert loaded.metric(metric, 30) == approximately(getattr(oracle, metric)(organisation, NOW, 30))
