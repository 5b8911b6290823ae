"""A key limited to a team, at every endpoint there is: that team's rows or 403, and never what another key was told."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
import requests

from tests.integration.server.conftest import Api
from tests.integration.server.refusals import refused

TEAM, OTHER = "Whitehall", "Platform"
OWN = {
    "slug": "own-merges",
    "label": "Merges",
    "source": "pull_requests",
    "aggregation": "count",
    "unit": "pull requests",
}
PARAMS = {"days": 90, "items": 5}


@dataclass
class Keys:
    """A key for one team beside one for everything."""

    api: Api
    limited: str
    team: str
    other: str

    def ask(self, path: str, limited: bool, etag: str | None = None, **params: Any) -> requests.Response:
        """GET with one of the two keys."""
        headers = {"X-Koalr-Key": self.limited if limited else self.api.key}
        headers |= {"If-None-Match": etag} if etag else {}
        url = f"{self.api.base_url}/api/v1{path}"
        return requests.get(url, params={**PARAMS, **params}, headers=headers, timeout=20)

    def score(self, limited: bool, pull: dict[str, Any]) -> requests.Response:
        """Ask for the risk of a pull request out of the list."""
        owner, repo = pull["repo"].split("/")
        return requests.post(
            f"{self.api.base_url}/api/v1/pr-risk/score",
            json={"prNumber": pull["number"], "repo": repo, "owner": owner},
            headers={"X-Koalr-Key": self.limited if limited else self.api.key},
            timeout=20,
        )


@pytest.fixture(scope="module")
def keys(api: Api) -> Iterator[Keys]:
    documents = [OWN | {"team": TEAM}, OWN | {"slug": "others-merges", "team": OTHER}]
    api.access.call("save_metrics", {"documents": documents})
    yield Keys(api, api.new_key(teams=[TEAM]), api.team(TEAM), api.team(OTHER))
    api.access.call("remove_metrics", {"slugs": [document["slug"] for document in documents]})


def needs_a_team(keys: Keys, path: str) -> None:
    """Organisation-wide figures are refused; those of the team are what everybody with the team gets."""
    assert "teamId" in refused(keys.ask(path, limited=True), 403, "teamId")
    own = keys.ask(path, limited=True, teamId=keys.team)
    assert own.json() == keys.ask(path, limited=False, teamId=keys.team).json()
    assert own.json() != keys.ask(path, limited=False).json()


def is_about_the_team(keys: Keys, path: str) -> None:
    """Without a team the answer is the team's, not everybody's."""
    found = keys.ask(path, limited=True).json()
    expected = keys.ask(path, limited=False, teamId=keys.team).json()
    if "teamId" in expected:
        assert (expected.pop("teamId"), found.pop("teamId")) == (keys.team, None)
    if "sources" in expected:
        # Deliveries are the organisation's.
        assert (expected.pop("sources"), found.pop("sources")) == ([], None)
    assert found == expected
    assert found != keys.ask(path, limited=False).json()


def lists_the_team_alone(keys: Keys, path: str) -> None:
    """Some rows of the full list, in its order, and exactly those of the team."""
    every = everything(keys, path, limited=False)
    found = everything(keys, path, limited=True)
    assert 0 < len(found) < len(every)
    assert found == everything(keys, path, limited=False, teamId=keys.team)
    assert [row for row in every if row in found] == found
    assert keys.ask(path, limited=True).json()["total"] == len(found)


def everything(keys: Keys, path: str, limited: bool, **params: Any) -> list[dict[str, Any]]:
    """All pages of a list."""
    rows: list[dict[str, Any]] = []
    for page in range(1, 1_000):
        answer = keys.ask(path, limited, page=page, pageSize=100, **params).json()
        rows += answer["data"]
        if len(rows) >= answer["total"]:
            return rows
    raise AssertionError("no end")


def names_the_team_alone(keys: Keys, path: str) -> None:
    assert [row["name"] for row in keys.ask(path, limited=True).json()["data"]] == [TEAM]
    assert len(keys.ask(path, limited=False).json()["data"]) > 1


def lists_the_teams_metrics_alone(keys: Keys, path: str) -> None:
    assert [row["slug"] for row in keys.ask(path, limited=True).json()["data"]] == ["own-merges"]
    assert len(keys.ask(path, limited=False).json()["data"]) > 2


def answers_the_teams_metrics_alone(keys: Keys, path: str) -> None:
    own = path.format(slug="own-merges")
    assert keys.ask(own, limited=True).json() == keys.ask(own, limited=False).json()
    for slug in ("others-merges", "p95-cycle-time"):
        refused(keys.ask(path.format(slug=slug), limited=True), 403, "slug")


def scores_the_teams_pull_requests_alone(keys: Keys, _path: str) -> None:
    own = everything(keys, "/pull-requests", limited=True)
    numbers = {(row["repo"], row["number"]) for row in own}
    others = [
        row for row in everything(keys, "/pull-requests", limited=False) if (row["repo"], row["number"]) not in numbers
    ]
    for pull in own[:3]:
        assert keys.score(True, pull).json() == keys.score(False, pull).json()
    for pull in others[:20]:
        refused(keys.score(True, pull), 403)
        assert keys.score(False, pull).status_code == 200


EXPECTED: dict[str, Callable[[Keys, str], None]] = {
    "GET /v1/metrics/dora": needs_a_team,
    "GET /v1/copilot": needs_a_team,
    "GET /v1/value-stream": needs_a_team,
    "GET /v1/flow": is_about_the_team,
    "GET /v1/review-metrics": is_about_the_team,
    "GET /v1/forecast/delivery": is_about_the_team,
    "GET /v1/forecast/backlog": is_about_the_team,
    "GET /v1/deployments": lists_the_team_alone,
    "GET /v1/pull-requests": lists_the_team_alone,
    "GET /v1/incidents": lists_the_team_alone,
    "GET /v1/status": is_about_the_team,
    "GET /v1/teams": names_the_team_alone,
    "GET /v1/custom-metrics": lists_the_teams_metrics_alone,
    "GET /v1/custom-metrics/{slug}/query": answers_the_teams_metrics_alone,
    "POST /v1/pr-risk/score": scores_the_teams_pull_requests_alone,
}


@pytest.fixture(scope="module")
def described(api: Api) -> dict[str, dict[str, Any]]:
    """Every operation of the OpenAPI description, by method and path."""
    paths = requests.get(f"{api.base_url}/api/openapi.json", timeout=10).json()["paths"]
    return {f"{method.upper()} {path}": each for path, methods in paths.items() for method, each in methods.items()}


def test_every_endpoint_has_a_case(described: dict[str, Any]) -> None:
    assert set(EXPECTED) == set(described), "say above what a key limited to a team gets there"


@pytest.mark.parametrize("label", EXPECTED)
def test_the_key_gets_its_teams_or_403(keys: Keys, label: str) -> None:
    EXPECTED[label](keys, label.split()[1].removeprefix("/v1"))


@pytest.mark.parametrize("label", [label for label in EXPECTED if label.startswith("GET")])
def test_another_team_is_403_wherever_a_team_can_be_named(
    keys: Keys, described: dict[str, dict[str, Any]], label: str
) -> None:
    path = label.split()[1].removeprefix("/v1")
    if any(parameter["name"] == "teamId" for parameter in described[label].get("parameters", [])):
        refused(keys.ask(path, limited=True, teamId=keys.other), 403, "teamId")
        assert keys.ask(path, limited=True, teamId=keys.team).headers["X-Koalr-Team"] == keys.team


@pytest.mark.parametrize("first_limited", [True, False], ids=["limited key first", "limited key last"])
@pytest.mark.parametrize("label", [label for label in EXPECTED if label.startswith("GET")])
def test_what_one_key_was_told_never_reaches_the_other(keys: Keys, label: str, first_limited: bool) -> None:
    path = label.split()[1].removeprefix("/v1").format(slug="own-merges")
    # A parameter nobody knows makes it a question that was not asked before.
    params = {"order": f"{label} {first_limited}"}
    answers = {limited: keys.ask(path, limited, **params) for limited in (first_limited, not first_limited)}
    again = {limited: keys.ask(path, limited, **params) for limited in (False, True)}
    undisturbed = keys.ask(path, limited=True, order=f"alone {label} {first_limited}")
    for limited, answer in answers.items():
        assert again[limited].status_code == answer.status_code
        if answer.ok:
            assert again[limited].content == answer.content
            crosswise = keys.ask(path, not limited, etag=answer.headers["ETag"], **params)
            assert crosswise.status_code == answers[not limited].status_code
            assert keys.ask(path, limited, etag=answer.headers["ETag"], **params).status_code == 304
    if undisturbed.ok:
        assert answers[True].json() == undisturbed.json()
        assert answers[True].headers["ETag"] != answers[False].headers["ETag"]
    else:
        refused(answers[True], 403, "teamId")


def test_a_key_for_two_teams_sees_both_and_no_third(keys: Keys) -> None:
    both = Keys(keys.api, keys.api.new_key(teams=[TEAM, OTHER]), keys.team, keys.other)
    ids = [
        {row["id"] for row in everything(keys, "/pull-requests", False, teamId=team)}
        for team in (keys.team, keys.other)
    ]
    assert {row["id"] for row in everything(both, "/pull-requests", limited=True)} == ids[0] | ids[1]
    assert both.ask("/flow", limited=True, teamId=keys.api.team("Frontend")).status_code == 403


def test_the_figures_for_monitoring_are_refused(keys: Keys) -> None:
    url = f"{keys.api.base_url}/api/metrics"
    limited = requests.get(url, headers={"X-Koalr-Key": keys.limited}, timeout=10)
    assert limited.status_code == 403
    assert "koalr_store_rows" not in limited.text
    assert "koalr_store_rows" in requests.get(url, headers={"X-Koalr-Key": keys.api.key}, timeout=10).text
