"""Copilot from file to answer: the command, the store, and the endpoint."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import requests

from koalr_server.clock import Calendar
from koalr_server.http.app import create_server
from koalr_server.http.service import Service
from koalr_server.ingest.copilot import read_copilot
from koalr_server.store.database import Database
from koalr_server.store.gateway import LocalAccess
from tests.integration.server.conftest import Api
from tests.integration.server.copilot_rows import copilot_table
from tests.integration.server.loaded import import_rows
from tests.integration.server.test_command_line import koalr, serving
from tests.running import running

FIXTURES = Path(__file__).parents[2] / "fixtures" / "copilot"
FILES = ("organisation-report.json", "users-report.ndjson", "retired-days.json", "seats.json")
NOW = datetime(2026, 5, 1, 23, 59, 59, tzinfo=UTC)
SEAT = {"login": "ann", "createdAt": "2026-02-01T00:00:00Z"}


def seats_after(*loads: list[dict[str, Any]]) -> list[dict[str, Any]]:
    database = Database.in_memory()
    for rows in loads:
        LocalAccess(database).call("load", {}, {"copilot_seats": copilot_table("copilot_seats", rows)})
    found = database.rows("SELECT * FROM copilot_seats ORDER BY login")
    database.close()
    return found


def test_the_command_works_with_and_without_a_server_and_twice_changes_nothing(tmp_path: Path) -> None:
    data = ("--data", str(tmp_path))
    first = [koalr("import", "copilot", str(FIXTURES / name), *data).stdout for name in FILES]
    assert first == [
        "copilot_days: 2 added, 0 updated, 0 unchanged\n",
        "copilot_user_days: 5 added, 0 updated, 0 unchanged\n",
        "copilot_days: 2 added, 0 updated, 0 unchanged\n",
        "copilot_seats: 2 added, 0 updated, 0 unchanged\n",
    ]
    with serving(tmp_path, "--as-of", "2026-05-01T23:59:59Z") as url:
        again = koalr("import", "copilot", "-", *data, stdin=(FIXTURES / FILES[0]).read_text(encoding="utf-8"))
        key = koalr("keys", "create", "--name", "t", *data).stdout.strip()
        answer = requests.get(f"{url}/api/v1/copilot", headers={"X-Koalr-Key": key}, timeout=10).json()
    assert again.stdout == "copilot_days: 0 added, 0 updated, 2 unchanged\n"
    assert (answer["acceptanceRate"], answer["activeFrom"], answer["activePeople"]) == (round(1 / 6, 6), "users", 5)
    assert (answer["seats"], answer["adoptionRate"]) == (2, 0.5)


def test_bad_parts_are_named_and_the_good_ones_kept_unless_strict(tmp_path: Path) -> None:
    file = tmp_path / "seats.json"
    seats = [{"created_at": "2026-01-01T00:00:00Z", "assignee": {"login": "ann"}}, {"assignee": {"login": "bo"}}]
    file.write_text(json.dumps({"total_seats": 2, "seats": seats}))
    data = ("--data", str(tmp_path / "d"))
    strict = koalr("import", "copilot", str(file), "--strict", *data)
    assert (strict.returncode, strict.stdout) == (1, "")
    assert strict.stderr.endswith("error: 1 bad parts; nothing was loaded because of --strict.\n")
    lenient = koalr("import", "copilot", str(file), *data)
    assert lenient.returncode == 1
    assert lenient.stdout == "copilot_seats: 1 added, 0 updated, 0 unchanged, 1 bad parts left out\n"
    assert lenient.stderr == f"error: {file}, line 1, $.seats[1]: created_at is required\n"


@pytest.mark.parametrize(
    ("arguments", "stdin", "sentence"),
    [
        (
            ["copilot", "-"],
            '{"download_links": [], "report_day": "2026-02-20"}',
            "standard input, line 1, $ holds links to a Copilot report, not the report: "
            "download what download_links names and import those files.",
        ),
        (
            ["copilot", "seats.csv"],
            "",
            "seats.csv: the name should end in .json or .ndjson, which says how to read it.",
        ),
        (["copilots", "-"], "", None),
    ],
)
def test_mistakes_are_one_sentence(tmp_path: Path, arguments: list[str], stdin: str, sentence: str | None) -> None:
    answer = koalr("import", *arguments, "--data", str(tmp_path), stdin=stdin)
    expected = sentence or (
        "Unknown kind 'copilots'; allowed: teams, members, repos, commits, pull_requests, reviews, deployments, incidents, "
        "work_items, copilot, coverage."
    )
    assert (answer.returncode, answer.stdout, answer.stderr) == (1, "", f"error: {expected}\n")


def test_a_wrong_setting_stops_the_server_with_one_sentence(tmp_path: Path) -> None:
    answer = koalr("serve", "--port", "0", "--data", str(tmp_path), KOALR_COPILOT_MINUTES_PER_LINE="lots")
    assert answer.returncode == 1
    assert answer.stderr.startswith("error: KOALR_COPILOT_MINUTES_PER_LINE is 'lots'; it should be minutes over 0")
    assert answer.stderr.count("\n") == 1


def test_a_later_list_may_end_a_seat_and_never_forgets_when_it_began_or_was_used() -> None:
    used = SEAT | {"lastActivityAt": "2026-04-01T00:00:00Z", "team": "Platform"}
    later = {"login": "Ann", "createdAt": "2026-03-01T00:00:00Z", "endsOn": "2026-05-01"}
    (row,) = seats_after([used], [later])
    assert (row["created_at"], row["ends_on"]) == (datetime(2026, 2, 1), datetime(2026, 5, 1))
    assert (row["last_activity_at"], row["team"]) == (datetime(2026, 4, 1), "Platform")
    assert seats_after([used], [later], [later]) == [row]


def test_of_two_organisations_in_one_list_the_seat_without_an_end_holds() -> None:
    ending = SEAT | {"login": "ANN", "endsOn": "2026-05-01", "team": "Old"}
    (row,) = seats_after([ending, SEAT | {"team": "New"}])
    assert (row["login"], row["ends_on"], row["team"]) == ("ann", None, "New")


def test_of_two_ending_seats_the_later_end_and_its_team_hold() -> None:
    early = SEAT | {"endsOn": "2026-05-01", "team": "Early"}
    (row,) = seats_after([early, SEAT | {"endsOn": "2026-06-01", "team": "Late"}])
    assert (row["ends_on"], row["team"]) == (datetime(2026, 6, 1), "Late")


def test_a_later_report_replaces_a_day() -> None:
    database = Database.in_memory()
    for accepted in (3, 4):
        row = {"login": "Ann", "day": "2026-04-01", "suggested": 9, "accepted": accepted}
        LocalAccess(database).call("load", {}, {"copilot_user_days": copilot_table("copilot_user_days", [row])})
    assert [row["accepted"] for row in database.rows("SELECT * FROM copilot_user_days")] == [4]
    database.close()


@pytest.fixture(scope="module")
def copilot_api() -> Iterator[Api]:
    """The fixture files behind the real HTTP API, with a team that monalisa is in."""
    database = Database.in_memory()
    access = LocalAccess(database)
    import_rows(database, {"teams": [{"name": "Platform"}], "members": [{"team": "Platform", "login": "monalisa"}]})
    for name in FILES:
        with (FIXTURES / name).open(encoding="utf-8", newline="") as stream:
            access.call("load", {}, read_copilot(stream, name).tables)
    service = Service(database, Calendar(as_of=NOW), copilot_minutes_per_line=3)
    with running(create_server(service)) as base_url:
        found = Api(base_url, access, "")
        found.key = found.new_key()
        yield found
    database.close()


def test_the_answer_shows_its_formula_and_what_went_in(copilot_api: Api) -> None:
    answer = copilot_api.get("/copilot").json()
    assert answer["hoursSaved"] == {
        "formula": "acceptedLines × minutesPerLine ÷ 60",
        "minutesPerLine": 3,
        "acceptedLines": 1,
    }
    assert answer["estimatedHoursSaved"] == 0.05
    assert answer["previous"]["acceptanceRate"] is None
    assert [week["n"] for week in answer["trend"]][-2:] == [5, 1]
    assert "X-Koalr-Team" not in copilot_api.get("/copilot").headers


def test_a_team_is_answered_for_itself_and_said_so(copilot_api: Api) -> None:
    team = copilot_api.team("Platform")
    answer = copilot_api.get("/copilot", teamId=team)
    assert answer.headers["X-Koalr-Team"] == team
    assert (answer.json()["seats"], answer.json()["activePeople"], answer.json()["adoptionRate"]) == (1, 1, 1)
    assert copilot_api.get("/copilot", teamId="team_nobody").status_code == 404


def test_a_key_for_a_team_must_name_it(copilot_api: Api) -> None:
    key = copilot_api.new_key(teams=["Platform"])
    assert copilot_api.get("/copilot", key).status_code == 403
    assert copilot_api.get("/copilot", key, teamId=copilot_api.team("Platform")).status_code == 200


@pytest.mark.parametrize("days", ["0", "1096", "x"])
def test_a_window_out_of_range_is_400(copilot_api: Api, days: str) -> None:
    assert copilot_api.get("/copilot", days=days).status_code == 400
