"""What the sample simulates: marked, complete, plausible, the same everywhere, and never in the way of what is real."""

import hashlib
import os
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from koalr_server.commands.sampling import load_into
from koalr_server.sample import ENDS_AT, sample_tables
from koalr_server.sample.organisation import real_rows
from koalr_server.sample.simulation.office import is_open
from koalr_server.sample.teams import APPLICATIONS
from koalr_server.store.database import Database
from koalr_server.store.gateway import LocalAccess
from tests.integration.server.conftest import Api
from tests.integration.server.loaded import METRICS, Loaded

ROOT = Path(__file__).parents[3]
NOW = datetime(2025, 3, 31, 23, 59, 59, tzinfo=UTC)
TEAMS = tuple(APPLICATIONS)
Row = dict[str, Any]
DIGEST = """
from koalr_server.sample import sample_tables
from tests.integration.server.test_sample_simulation import digest
print(digest({kind: table.to_pylist() for kind, table in sample_tables().items()}))
"""


def digest(rows: dict[str, list[Row]]) -> str:
    """One text that stands for every value."""
    return hashlib.sha256(repr(sorted(rows.items())).encode()).hexdigest()


@pytest.fixture(scope="module")
def rows() -> dict[str, list[Row]]:
    return {kind: table.to_pylist() for kind, table in sample_tables().items()}


@pytest.fixture(scope="module")
def loaded() -> Iterator[Loaded]:
    database = Database.in_memory()
    load_into(LocalAccess(database), shifted=False)
    yield Loaded(database, NOW)
    database.close()


@pytest.fixture(scope="module")
def simulated(rows: dict[str, list[Row]]) -> list[Row]:
    """The simulated pull requests."""
    return [row for row in rows["pull_requests"] if "simulated" in (row["labels"] or [])]


@pytest.fixture(scope="module")
def planned(simulated: list[Row]) -> list[Row]:
    """Those that people wrote in no hurry."""
    return [row for row in simulated if row["labels"][1] in ("enhancement", "bug", "chore")]


def test_real_rows_keep_every_real_value(rows: dict[str, list[Row]]) -> None:
    gained = {"pull_requests": {"readyAt", "workItem"}, "deployments": {"commits"}}
    for kind, real in real_rows().items():
        for before, after in zip(real, rows[kind], strict=False):
            changed = {name for name, value in after.items() if value != before.get(name)}
            assert changed <= gained.get(kind, set())
    assert {row["repo"] for row in rows["deployments"] if row["commits"]} & {"alphagov/whitehall"} == set()


def test_a_real_pull_request_keeps_its_length_as_work_item(rows: dict[str, list[Row]]) -> None:
    items = {row["key"]: row for row in rows["work_items"]}
    humans = [row for row in real_rows()["pull_requests"] if not row["isBot"]]
    by_number = {row["number"]: row for row in rows["pull_requests"] if row["repo"] == "alphagov/whitehall"}
    assert len(humans) == 230
    for row in humans:
        item = items[by_number[row["number"]]["workItem"]]
        assert (item["startedAt"], item["doneAt"]) == (row["firstCommitAt"], row["mergedAt"])


def test_everything_simulated_can_be_told_from_what_is_real(rows: dict[str, list[Row]], simulated: list[Row]) -> None:
    assert len(simulated) == len(rows["pull_requests"]) - 378
    assert all(row["author"].startswith("sim-") and row["number"] > 900_000 for row in simulated)
    assert all(row["key"].startswith("SIM-") for row in rows["work_items"])
    people = [row["login"] for kind in ("members", "copilot_seats", "copilot_user_days") for row in rows[kind]]
    people += [row["reviewer"] for row in rows["reviews"]]
    people += [row["author"] for row in rows["commits"] if row["repo"] != "alphagov/whitehall"]
    assert all(login.startswith("sim-") for login in people)


def test_the_list_of_pull_requests_says_which_are_simulated(api: Api) -> None:
    listed = api.get("/pull-requests", pageSize=100).json()["data"]
    assert {row["simulated"] for row in listed if row["repo"] == "alphagov/whitehall"} == {False}
    assert {row["simulated"] for row in listed if row["repo"] != "alphagov/whitehall"} == {True}


def test_nothing_lies_in_the_future(rows: dict[str, list[Row]]) -> None:
    for kind, table in rows.items():
        moments = [value for row in table for value in row.values() if isinstance(value, datetime)]
        assert max(moments, default=ENDS_AT) <= ENDS_AT, kind


def test_stations_of_a_pull_request_come_in_order(rows: dict[str, list[Row]], simulated: list[Row]) -> None:
    first_review: dict[tuple[str, int], datetime] = {}
    for row in rows["reviews"]:
        key = row["repo"], row["number"]
        first_review[key] = min(row["submittedAt"], first_review.get(key, ENDS_AT))
    for row in simulated:
        reviewed_at = first_review.get((row["repo"], row["number"]))
        stations = [row["firstCommitAt"], row["createdAt"], row["readyAt"], reviewed_at, row["mergedAt"]]
        known = [moment for moment in stations if moment]
        assert known == sorted(known), row


def test_reviewers_are_team_mates_and_not_the_author(rows: dict[str, list[Row]], simulated: list[Row]) -> None:
    teams: dict[str, set[str]] = defaultdict(set)
    for row in rows["members"]:
        teams[row["login"]].add(row["team"])
    author = {(row["repo"], row["number"]): row["author"] for row in simulated if not row["isBot"]}
    for row in rows["reviews"]:
        wrote = author.get((row["repo"], row["number"]))
        if wrote:
            assert row["reviewer"] != wrote
            assert teams[row["reviewer"]] & teams[wrote]


def test_people_work_in_office_hours(planned: list[Row], rows: dict[str, list[Row]]) -> None:
    assert all(is_open(row["firstCommitAt"]) for row in planned)
    assert all(is_open(row["submittedAt"]) for row in rows["reviews"] if row["number"] > 900_000)
    assert all(row["day"].weekday() < 5 and row["day"] != datetime(2025, 1, 1) for row in rows["copilot_user_days"])


def test_one_person_is_in_two_teams_and_teams_have_four_to_nine(rows: dict[str, list[Row]]) -> None:
    teams = defaultdict(list)
    for row in rows["members"]:
        teams[row["team"]].append(row["login"])
    assert set(teams) == set(TEAMS) - {"Whitehall"}
    assert all(4 <= len(logins) <= 9 for logins in teams.values())
    logins = [row["login"] for row in rows["members"]]
    assert {login for login in logins if logins.count(login) > 1} == {"sim-quinn"}


def test_every_merged_pull_request_goes_out_with_a_release_and_redeployments_ship_nothing(loaded: Loaded) -> None:
    ours = "repo <> 'alphagov/whitehall'"
    merged, changes, alone = (
        loaded.service.database.rows(f"SELECT count(*) AS n FROM {table} WHERE {ours} AND {condition}")[0]["n"]
        for table, condition in [
            ("pull_request_facts", "merged_at IS NOT NULL"),
            ("changes", "number IS NOT NULL"),
            ("changes", "number IS NULL"),
        ]
    )
    assert merged == changes > 3000
    assert alone == 0
    shipping = loaded.service.database.rows(
        "SELECT deployment_id, count(*) AS n FROM changes WHERE repo <> 'alphagov/whitehall' GROUP BY ALL"
    )
    # The production deployments of a version above all before, but for the first of each repository.
    assert len(shipping) == 2220
    assert {row["n"] for row in shipping} == {1, 2, 3, 4}


def test_kinds_of_work_are_all_there(rows: dict[str, list[Row]], simulated: list[Row]) -> None:
    kinds = {row["labels"][1] for row in simulated}
    assert kinds == {"enhancement", "bug", "chore", "hotfix", "revert", "dependencies"}
    assert {row["type"] for row in rows["work_items"]} == {"story", "bug", "chore"}
    assert {row["state"] for row in rows["reviews"]} == {"approved", "changes_requested", "commented"}
    for team in TEAMS:
        statuses = {row["status"] for row in rows["work_items"] if row["team"] == team}
        assert statuses == {"done", "in progress", "backlog"}
    lines = sorted(row["additions"] for row in simulated if not row["isBot"])
    assert lines[len(lines) // 2] < 60 < 1000 < lines[int(len(lines) * 0.99)]


def test_copilot_has_seats_and_days_in_every_team(rows: dict[str, list[Row]]) -> None:
    teams: dict[str, set[str]] = defaultdict(set)
    for row in rows["members"]:
        teams[row["team"]].add(row["login"])
    teams["Whitehall"] = {row["login"] for row in rows["copilot_seats"] if row["team"] == "Whitehall"}
    logins = [row["login"] for row in rows["copilot_seats"]]
    assert len(logins) == len(set(logins))
    for team in TEAMS:
        assert teams[team] <= set(logins)
        used = [row for row in rows["copilot_user_days"] if row["login"] in teams[team]]
        assert 0.1 < sum(row["accepted"] for row in used) / sum(row["suggested"] for row in used) < 0.6


@pytest.mark.parametrize("days", [30, 90])
@pytest.mark.parametrize("metric", METRICS)
@pytest.mark.parametrize("team", TEAMS)
def test_a_team_has_a_value_for_every_documented_field(loaded: Loaded, team: str, metric: str, days: int) -> None:
    answer = loaded.metric(metric, days, team)
    missing = {name for name, value in answer.items() if value is None}
    assert missing <= {"mttr"}


@pytest.mark.parametrize("team", TEAMS)
def test_a_managers_figures_are_plausible(loaded: Loaded, team: str) -> None:
    figures = {metric: loaded.metric(metric, 90, team) for metric in METRICS}
    dora, flow, reviews, stream = (figures[name] for name in ("dora", "flow", "review_metrics", "value_stream"))
    assert 0.4 < figures["copilot"]["adoptionRate"] <= 1
    assert 8 < dora["leadTime"] < 120
    assert 0.005 < dora["changeFailureRate"] < 0.12
    assert 0.5 < flow["cycleTime"] < 8
    assert 3 < flow["throughput"] < 35
    assert 3 <= flow["wipCount"] <= 20
    assert 0.2 < flow["flowEfficiency"] < 0.8
    assert 2 < reviews["avgFirstResponseTime"] < 50
    assert 1 < reviews["avgReviewCycleTime"] < 30
    assert 2 < stream["ideaToCommit"] < 25


def test_teams_have_their_stories(loaded: Loaded, rows: dict[str, list[Row]]) -> None:
    response = {team: loaded.metric("review_metrics", 90, team)["avgFirstResponseTime"] for team in TEAMS}
    assert max(response, key=lambda team: response[team]) == "Platform"
    improving = loaded.metric("review_metrics", 45, "Search and AI")
    assert improving["avgFirstResponseTime"] < 0.7 * improving["previous"]["avgFirstResponseTime"]
    falling = loaded.metric("flow", 45, "Publishing")
    assert falling["throughput"] < 0.8 * falling["previous"]["throughput"]
    backlog = defaultdict(int)
    for row in rows["work_items"]:
        backlog[row["team"]] += row["status"] == "backlog"
    assert backlog["Data and notifications"] > 2 * max(
        size for team, size in backlog.items() if team != "Data and notifications"
    )


def test_the_rows_are_the_same_in_another_process_and_time_zone(rows: dict[str, list[Row]]) -> None:
    other = subprocess.run(
        [sys.executable, "-c", DIGEST],
        cwd=ROOT,
        env={**os.environ, "PYTHONHASHSEED": "1", "TZ": "Asia/Tokyo"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert other.stdout.strip() == digest(rows)


def test_loading_twice_changes_nothing() -> None:
    database = Database.in_memory()
    tables = [row["table_name"] for row in database.rows("SELECT table_name FROM duckdb_tables()")]
    tables.remove("meta")
    counts = []
    for _ in range(2):
        load_into(LocalAccess(database), shifted=False)
        counts.append({name: database.rows(f"SELECT count(*) AS n FROM {name}")[0]["n"] for name in tables})
    database.close()
    assert counts[0] == counts[1]
    assert counts[0]["commit_files"] > 1000
