"""GET /api/v1/status: findings of the sample, of a team, and of a key limited to teams."""

from typing import Any

import pytest

from tests.integration.server.conftest import Api


@pytest.fixture(scope="module")
def status(api: Api) -> dict[str, Any]:
    found: dict[str, Any] = api.get("/status").json()
    return found


def counted(body: dict[str, Any], answer: str) -> int:
    """The first count an answer rests on."""
    return int(next(finding for finding in body["findings"] if finding["answer"] == answer)["basis"][0]["count"])


def test_it_names_version_now_and_the_organisation_as_teams_does(api: Api, status: dict[str, Any]) -> None:
    assert (status["version"], status["days"]) == ("1.0", 90)
    assert status["organisation"] == api.get("/teams").json()["organisation"]
    assert status["now"] == status["organisation"]["now"]


def test_counts_are_those_of_the_answers_themselves(api: Api, status: dict[str, Any]) -> None:
    assert counted(status, "deployments") == api.get("/deployments", days=90).json()["total"]
    assert counted(status, "incidents") == api.get("/incidents", days=90).json()["total"]
    assert counted(status, "totalReviewed") == api.get("/review-metrics", days=90).json()["totalReviewed"]
    assert counted(status, "teams") == api.get("/teams").json()["total"]
    assert counted(status, "customMetrics") == api.get("/custom-metrics").json()["total"]


def test_what_to_do_first_is_said_with_a_command(status: dict[str, Any]) -> None:
    assert status["steps"][0]["command"] == "python -m koalr_server import incidents FILE"
    assert status["steps"][0]["answers"] == ["Change failure rate", "Time to restore", "Incidents"]


def test_a_team_gets_its_own_findings_and_the_team_header(api: Api, status: dict[str, Any]) -> None:
    team = api.team("Whitehall")
    answer = api.get("/status", teamId=team)
    assert answer.headers["X-Koalr-Team"] == team
    assert counted(answer.json(), "deployments") == api.get("/deployments", days=90, teamId=team).json()["total"]
    assert counted(answer.json(), "deployments") < counted(status, "deployments")


class TestTeamLimitedKey:
    """A key for teams learns nothing of others."""

    def test_one_team_without_naming_it_is_that_team(self, api: Api) -> None:
        key, team = api.new_key(teams=["Whitehall"]), api.team("Whitehall")
        found = api.get("/status", key).json()
        assert found["findings"] == api.get("/status", teamId=team).json()["findings"]
        assert "Platform" not in str(found["findings"])

    def test_two_teams_are_counted_together(self, api: Api) -> None:
        key = api.new_key(teams=["Whitehall", "Platform"])
        body = api.get("/status", key).json()
        assert counted(body, "teams") == 2
        assert counted(body, "deployments") == api.get("/deployments", key, days=90).json()["total"]
        assert counted(body, "customMetrics") == 0

    def test_people_and_repositories_of_no_team_are_not_told(self, api: Api) -> None:
        teams = next(
            each
            for each in api.get("/status", api.new_key(teams=["Whitehall"])).json()["findings"]
            if each["answer"] == "teams"
        )
        assert not any("in no team" in lack["text"] or "of no team" in lack["text"] for lack in teams["lacks"])

    def test_another_team_is_403_and_an_unknown_one_404(self, api: Api) -> None:
        key = api.new_key(teams=["Whitehall"])
        assert api.get("/status", key, teamId=api.team("Platform")).status_code == 403
        unknown = api.get("/status", teamId="team_nobody")
        assert (unknown.status_code, unknown.json()["error"]["param"]) == (404, "teamId")


def test_what_tools_sent_is_told_to_keys_of_the_whole_organisation_alone(api: Api, status: dict[str, Any]) -> None:
    assert status["sources"] == api.get("/status", teamId=api.team("Whitehall")).json()["sources"] == []
    assert api.get("/status", api.new_key(teams=["Whitehall"])).json()["sources"] is None


def test_without_a_key_it_is_401(api: Api) -> None:
    assert api.get("/status", "klr_live_" + "x" * 40).status_code in (401, 429)
