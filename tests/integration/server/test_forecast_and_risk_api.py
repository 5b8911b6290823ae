"""Forecasts and risk over real HTTP: parameters, bodies, keys, teams, the sample's shift."""

import json
import math
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import requests

from koalr_server.clock import Calendar
from koalr_server.commands.sampling import load_into
from koalr_server.http.app import create_server
from koalr_server.http.service import Service
from koalr_server.risk.floors import Floors
from koalr_server.store.database import Database
from koalr_server.store.gateway import LocalAccess
from tests.integration.server.conftest import Api
from tests.integration.server.loaded import import_rows
from tests.running import running

NOW = datetime(2025, 3, 31, 12, tzinfo=UTC)


def at(days_ago: float) -> str:
    return (NOW - timedelta(days=days_ago)).isoformat()


def pull(number: int, repo: str, author: str, days_ago: float | None, lines: int) -> dict[str, Any]:
    return {
        "repo": repo,
        "number": number,
        "title": f"Change {number}",
        "author": author,
        "createdAt": at((days_ago or 0) + 1),
        "mergedAt": None if days_ago is None else at(days_ago),
        "additions": lines,
        "deletions": 0,
        "changedFiles": 1 + lines % 3,
    }


ORGANISATION = {
    "teams": [{"name": "Platform"}, {"name": "Growth"}, {"name": "Idle"}],
    "members": [{"team": "Platform", "login": "ann"}, {"team": "Growth", "login": "bo"}],
    "pull_requests": [
        *(pull(number, "acme/api", "ann", 80 - number, number) for number in range(1, 61)),
        *(pull(number, "acme/web", "bo", 80 - number, 100) for number in range(1, 6)),
        pull(61, "acme/api", "ann", None, 1_000),
        pull(62, "acme/api", "bo", None, 30),
        pull(7, "tools", "bo", 3, 5),
        pull(77, "api", "bo", 3, 5),
        pull(9, "Twice", "bo", 3, 5),
        pull(9, "twice", "bo", 3, 5),
        {**pull(8, "tools", "bo", 3, 5), "additions": None, "deletions": None, "changedFiles": None},
    ],
}


@pytest.fixture(scope="module")
def acme() -> Iterator[Api]:
    database = Database.in_memory()
    import_rows(database, ORGANISATION)
    with running(create_server(Service(database, Calendar(as_of=NOW)))) as base_url:
        found = Api(base_url, LocalAccess(database), "")
        found.key = found.new_key()
        yield found
    database.close()


def score(acme: Api, body: object = None, key: str | None = None, **fields: Any) -> requests.Response:
    payload = json.dumps({"prNumber": 60, "repo": "api", "owner": "acme", **fields}) if body is None else body
    headers = {"X-Koalr-Key": key or acme.key, "Content-Type": "application/json"}
    return requests.post(f"{acme.base_url}/api/v1/pr-risk/score", data=payload, headers=headers, timeout=10)


class TestForecast:
    def test_a_forecast_has_the_documented_fields_and_what_it_rests_on(self, acme: Api) -> None:
        answer = acme.get("/forecast/delivery", items=20).json()
        assert list(answer)[:6] == ["items", "teamId", "p50", "p85", "p95", "simulations"]
        assert (answer["items"], answer["teamId"], answer["simulations"], answer["reason"]) == (20, None, 10_000, None)
        dates = [date.fromisoformat(answer[name]) for name in ("p50", "p85", "p95")]
        assert NOW.date() < dates[0] <= dates[1] <= dates[2]

    def test_the_same_question_has_the_same_bytes(self, acme: Api) -> None:
        assert acme.get("/forecast/delivery", items=50).content == acme.get("/forecast/delivery", items=50).content

    def test_a_team_has_its_own_forecast(self, acme: Api) -> None:
        team = acme.team("Platform")
        answer = acme.get("/forecast/delivery", items=20, teamId=team)
        assert answer.json()["teamId"] == answer.headers["X-Koalr-Team"] == team
        assert answer.json()["historyItems"] == 60
        assert (
            "in 0 of the 0 weeks on record"
            in acme.get("/forecast/delivery", items=1, teamId=acme.team("Idle")).json()["reason"]
        )

    @pytest.mark.parametrize("items", [None, "", 0, -1, 10_001, "ten", "1.5", [1, 2], "9" * 400])
    def test_items_must_be_one_whole_number_from_1_to_10000(self, acme: Api, items: object) -> None:
        answer = acme.get("/forecast/delivery", items=items)
        assert (answer.status_code, answer.json()["error"]["param"]) == (400, "items")

    @pytest.mark.parametrize("items", [1, 10_000])
    def test_the_ends_of_the_range_are_served(self, acme: Api, items: int) -> None:
        assert acme.get("/forecast/delivery", items=items).status_code == 200

    def test_the_backlog_counts_open_pull_requests_where_there_is_no_tracker(self, acme: Api) -> None:
        answer = acme.get("/forecast/backlog").json()
        assert answer["backlogSize"] == 2
        assert acme.get("/forecast/backlog", teamId=acme.team("Growth")).json()["backlogSize"] == 1
        assert answer["weeksToEmpty"]["p50"] <= answer["weeksToEmpty"]["p85"]

    def test_what_nobody_opened_is_no_backlog(self, acme: Api) -> None:
        answer = acme.get("/forecast/backlog", teamId=acme.team("Idle")).json()
        assert (answer["backlogSize"], answer["weeksToEmpty"]) == (None, {"p50": None, "p85": None})
        assert answer["weeklyThroughputP50"] is None

    @pytest.mark.parametrize("path", ["/forecast/delivery", "/forecast/backlog"])
    def test_teams_and_keys(self, acme: Api, path: str) -> None:
        key = acme.new_key(teams=["Platform"])
        mine, other = acme.team("Platform"), acme.team("Growth")
        assert acme.get(path, items=5, teamId="team_nobody").status_code == 404
        assert acme.get(path, key, items=5, teamId=other).status_code == 403
        limited, own = (acme.get(path, key, items=5, **scope).json() for scope in ({}, {"teamId": mine}))
        assert limited["historyItems"] == own["historyItems"] == 60

    def test_dates_of_the_sample_are_shown_in_the_present(self) -> None:
        database = Database.in_memory()
        load_into(LocalAccess(database), shifted=True)
        wall = datetime(2026, 11, 25, 12, tzinfo=UTC)
        with running(create_server(Service(database, Calendar(clock=lambda: wall)))) as base_url:
            shown = Api(base_url, LocalAccess(database), "")
            shown.key = shown.new_key()
            p50 = date.fromisoformat(shown.get("/forecast/delivery", items=1).json()["p50"])
        database.close()
        assert timedelta(days=-6) <= p50 - wall.date() <= timedelta(days=7)


class TestRisk:
    def test_the_documented_fields_come_first_then_what_the_score_rests_on(self, acme: Api) -> None:
        answer = score(acme).json()
        assert list(answer)[:6] == ["prNumber", "repo", "riskScore", "tier", "signals", "recommendation"]
        assert (answer["prNumber"], answer["repo"]) == (60, "acme/api")
        assert list(answer["signals"]) == [each["name"] for each in answer["signalDetails"]]
        assert len(answer["signals"]) == 32
        assert answer["model"] == {"name": "change-metrics-2", "quarter": "2025-Q1", "since": "2025-01-01"}

    def test_nothing_is_called_calibrated_that_was_not_refitted(self, acme: Api) -> None:
        answer = score(acme).json()
        assert (answer["calibrated"], answer["label"]) == (False, "not calibrated on your data")
        assert answer["reliability"] is None
        assert answer["calibrationReason"].endswith("a refit takes 30 among 300.")

    def test_a_missing_signal_adds_nothing_and_says_what_it_needs(self, acme: Api) -> None:
        details = {each["name"]: each for each in score(acme).json()["signalDetails"]}
        assert details["ownership"]["value"] is None
        assert details["ownership"]["contribution"] == 0
        assert "ingest git" in details["ownership"]["missing"]
        assert details["linesAdded"]["missing"] is None

    def test_what_moves_the_score_most_comes_first_in_words(self, acme: Api) -> None:
        answer = score(acme, prNumber=61).json()
        leading = answer["topContributions"]
        sizes = [abs(each["contribution"]) for each in leading]
        assert sizes == sorted(sizes, reverse=True)
        assert leading[0]["words"] == "higher risk with 1,000 lines added"
        assert "1,000 lines added" in answer["recommendation"]
        assert len(leading) <= 5

    def test_the_list_shows_the_same_score(self, acme: Api) -> None:
        rows = acme.get("/pull-requests", days=90, pageSize=100).json()["data"]
        scores = {row["number"]: row["riskScore"] for row in rows if row["repo"] == "acme/api"}
        assert len({value for value in scores.values() if value is not None}) > 5
        for number in (10, 21, 40, 60):
            assert score(acme, prNumber=number).json()["riskScore"] == scores[number]

    def test_nothing_known_is_no_score_and_says_why(self, acme: Api) -> None:
        answer = score(acme, prNumber=8, repo="tools").json()
        assert (answer["riskScore"], answer["tier"], answer["probability"]) == (None, None, None)
        assert answer["recommendation"].startswith("No score")

    def test_dates_of_the_samples_model_are_moved_as_its_merges_are(self) -> None:
        database = Database.in_memory()
        load_into(LocalAccess(database), shifted=True)
        wall = datetime(2026, 11, 25, 12, tzinfo=UTC)
        with running(create_server(Service(database, Calendar(clock=lambda: wall)))) as base_url:
            api = Api(base_url, LocalAccess(database), "")
            api.key = api.new_key()
            row = api.get("/pull-requests").json()["data"][0]
            owner, _, name = row["repo"].rpartition("/")
            model = score(api, prNumber=row["number"], repo=name, owner=owner or "any").json()["model"]
        database.close()
        since, merged_on = date.fromisoformat(model["since"]), date.fromisoformat(row["mergedAt"][:10])
        assert timedelta(0) <= merged_on - since <= timedelta(days=92)
        assert model["quarter"] == f"{since.year}-Q{(since.month + 2) // 3}"

    def test_floors_hold_by_the_settings_in_the_answer_and_in_the_list(self) -> None:
        database = Database.in_memory()
        import_rows(database, {"pull_requests": [{**pull(1, "acme/api", "ann", 3, 1), "failedChecks": 2}]})
        shown = []
        for floors in (Floors(), Floors(failed_checks=95), Floors(failed_checks=0)):
            service = Service(database, Calendar(as_of=NOW), risk_floors=floors)
            with running(create_server(service)) as base_url:
                api = Api(base_url, LocalAccess(database), "")
                api.key = api.new_key()
                (row,) = api.get("/pull-requests").json()["data"]
                answer = score(api, prNumber=1).json()
                assert row["riskScore"] == answer["riskScore"]
                shown.append((answer["riskScore"], [floor["name"] for floor in answer["floors"]]))
        database.close()
        assert shown[:2] == [(80, ["failedChecks"]), (95, ["failedChecks"])]
        assert shown[2][0] < 40
        assert shown[2][1] == []

    @pytest.mark.parametrize(("repo", "owner"), [("API", "Acme"), ("api", "ACME")])
    def test_names_match_in_any_case(self, acme: Api, repo: str, owner: str) -> None:
        assert score(acme, repo=repo, owner=owner).json()["repo"] == "acme/api"

    def test_a_repository_known_by_its_bare_name_is_found(self, acme: Api) -> None:
        assert score(acme, prNumber=7, repo="tools", owner="whoever").json()["repo"] == "tools"

    def test_a_bare_name_answers_for_no_repository_that_is_known_in_full(self, acme: Api) -> None:
        """Number 77 is of "api" alone; acme/api has none."""
        assert score(acme, prNumber=77, owner="acme").status_code == 404
        assert score(acme, prNumber=77, owner="whoever").json()["repo"] == "api"

    def test_of_two_bare_names_none_is_taken(self, acme: Api) -> None:
        assert score(acme, prNumber=9, repo="twice", owner="whoever").status_code == 404

    def test_contributions_and_the_base_add_up_to_the_probability(self, acme: Api) -> None:
        answer = score(acme).json()
        log_odds = answer["baseLogOdds"] + sum(each["contribution"] for each in answer["signalDetails"])
        assert answer["probability"] == pytest.approx(1 / (1 + math.exp(-log_odds)), abs=1e-5)

    @pytest.mark.parametrize(
        "fields",
        [{"prNumber": 999}, {"repo": "nothing"}, {"owner": "other"}, {"repo": "acme/api"}, {"repo": "' OR 1=1"}],
    )
    def test_an_unknown_pull_request_is_404(self, acme: Api, fields: dict[str, Any]) -> None:
        assert score(acme, **fields).status_code == 404

    @pytest.mark.parametrize(
        ("fields", "param"),
        [
            ({"prNumber": None}, "prNumber"),
            ({"prNumber": "60"}, "prNumber"),
            ({"prNumber": True}, "prNumber"),
            ({"prNumber": 60.5}, "prNumber"),
            ({"prNumber": 0}, "prNumber"),
            ({"prNumber": 10**30}, "prNumber"),
            ({"prNumber": [1]}, "prNumber"),
            ({"repo": None}, "repo"),
            ({"repo": ""}, "repo"),
            ({"repo": "x" * 201}, "repo"),
            ({"repo": "a\0b"}, "repo"),
            ({"repo": "\ud800"}, "repo"),
            ({"repo": {}}, "repo"),
            ({"owner": 5}, "owner"),
            ({"owner": None, "repo": None, "prNumber": None}, "prNumber"),
        ],
    )
    def test_the_first_wrong_field_is_named(self, acme: Api, fields: dict[str, Any], param: str) -> None:
        answer = score(acme, **fields)
        assert (answer.status_code, answer.json()["error"]["param"]) == (400, param)
        assert answer.json()["error"]["code"] == "bad_request"

    @pytest.mark.parametrize(
        "body",
        ["", "{", "[]", "null", '"text"', "1", "[" * 5000, b"\xff\xfe", "1" * 9_999, " " * 20_000],
        ids=lambda body: repr(body[:8]),
    )
    def test_anything_but_a_small_json_object_is_400(self, acme: Api, body: str | bytes) -> None:
        answer = score(acme, body)
        assert answer.status_code == 400
        assert set(answer.json()["error"]) == {"code", "message", "requestId"}

    @pytest.mark.parametrize("content_type", [None, "text/plain", "application/x-www-form-urlencoded"])
    def test_another_content_type_is_400(self, acme: Api, content_type: str | None) -> None:
        headers = {"X-Koalr-Key": acme.key} | ({"Content-Type": content_type} if content_type else {})
        url = f"{acme.base_url}/api/v1/pr-risk/score"
        answer = requests.post(
            url, data=b'{"prNumber": 60, "repo": "api", "owner": "acme"}', headers=headers, timeout=10
        )
        assert answer.status_code == 400
        assert "application/json" in answer.json()["error"]["message"]

    def test_get_is_405(self, acme: Api) -> None:
        assert acme.get("/pr-risk/score").status_code == 405

    @pytest.mark.parametrize("owner", ["acme\r\nSet-Cookie: a", "\x1b[31macme", "\u202eemca"])
    def test_names_are_repeated_without_what_a_terminal_would_obey(self, acme: Api, owner: str) -> None:
        message = score(acme, owner=owner).json()["error"]["message"]
        assert message.startswith(f"No pull request {f'{owner}/api'!a} #60; ")

    def test_a_key_of_another_team_is_403_and_an_unknown_number_stays_404(self, acme: Api) -> None:
        key = acme.new_key(teams=["Growth"])
        assert score(acme, key=key).status_code == 403
        assert score(acme, key=key, prNumber=62).status_code == 200
        assert score(acme, key=key, prNumber=999).status_code == 404
