"""Walking over all pages of a list whose rows move meanwhile."""

import json
from typing import Any

import pytest
import requests
import responses

from koalr_api import Koalr
from tests.contract.bodies import body
from tests.unit.client.conftest import BASE

PULLS = f"{BASE}/api/v1/pull-requests"
ROW = body("pull-requests")["data"][0]


class Server:
    """A list, newest first, that changes before a page is answered."""

    def __init__(self, web: responses.RequestsMock, ids: list[str], changes: dict[int, Any] | None = None) -> None:
        self.ids = ids
        self.asked: list[int] = []
        self._changes = changes or {}
        web.add_callback("GET", PULLS, self.answer)

    def answer(self, request: requests.PreparedRequest) -> tuple[int, dict[str, str], str]:
        asked = dict(part.split("=") for part in str(request.url).split("?")[1].split("&"))
        number, size = int(asked["page"]), int(asked["pageSize"])
        self.ids = self._changes.get(number, lambda ids: ids)(self.ids)
        self.asked.append(number)
        rows = [ROW | {"id": name} for name in self.ids[(number - 1) * size : number * size]]
        return 200, {}, json.dumps({"data": rows, "total": len(self.ids), "page": number, "pageSize": size})


def walked(koalr: Koalr) -> str:
    return "".join(row.id for row in koalr.pull_requests.iter(page_size=2))


def test_pages_are_asked_for_as_they_are_needed(koalr: Koalr, web: responses.RequestsMock) -> None:
    server = Server(web, list("edcba"))
    walk = koalr.pull_requests.iter(page_size=2)
    assert server.asked == []
    assert [next(walk).id for _ in range(2)] == ["e", "d"]
    assert server.asked == [1]
    assert [row.id for row in walk] == ["c", "b", "a"]
    assert server.asked == [1, 2, 3]


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({2: lambda ids: ["f", *ids]}, "edcba"),
        ({2: lambda ids: ["g", "f", *ids]}, "edcba"),
        ({2: lambda ids: ["g", "f", *ids], 4: lambda ids: ["i", "h", *ids]}, "edcba"),
        ({3: lambda ids: ids[:-1]}, "edcb"),
        ({2: lambda ids: []}, "ed"),
    ],
    ids=["one more", "a page more", "two pages more", "the oldest leaves", "all gone"],
)
def test_rows_that_move_are_given_once(
    koalr: Koalr, web: responses.RequestsMock, changes: dict[int, Any], expected: str
) -> None:
    server = Server(web, list("edcba"), changes)
    assert walked(koalr) == expected
    assert len(server.asked) <= 5


def test_an_exact_multiple_needs_no_empty_page(koalr: Koalr, web: responses.RequestsMock) -> None:
    server = Server(web, list("dcba"))
    assert walked(koalr) == "dcba"
    assert server.asked == [1, 2]


@pytest.mark.parametrize("said", [{"page": 1}, {"page": None}, {}])
def test_a_server_that_repeats_its_page_does_not_hang_the_walk(
    koalr: Koalr, web: responses.RequestsMock, said: dict[str, Any]
) -> None:
    web.get(PULLS, json={"data": [ROW], "total": 42, **said})
    assert len(list(koalr.pull_requests.iter())) == 1
    assert len(web.calls) == 2


def test_incidents_and_teams_are_asked_for_once(koalr: Koalr, web: responses.RequestsMock) -> None:
    web.get(f"{BASE}/api/v1/incidents?days=30", json=body("incidents"))
    web.get(f"{BASE}/api/v1/teams", json=body("teams"))
    incidents, teams = koalr.incidents.iter(), koalr.teams.iter()
    assert len(web.calls) == 0
    assert [row.id for row in incidents] == ["inc_9z2k"]
    assert [row.name for row in teams] == ["Platform", "Growth"]
    assert len(web.calls) == 2
