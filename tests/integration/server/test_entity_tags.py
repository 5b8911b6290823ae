"""ETags, the memory behind them, and compression, over real HTTP."""

from typing import Any

import pytest
import requests

from koalr_server.metrics import lists
from tests.integration.server.conftest import Api
from tests.integration.server.refusals import LIMIT_HEADERS, refused

PATH = "/deployments?days=90&pageSize=100"


def get(api: Api, path: str, **headers: str) -> requests.Response:
    """GET with headers whose names are written with underscores."""
    given = {name.replace("_", "-"): value for name, value in headers.items()}
    return requests.get(f"{api.base_url}/api/v1{path}", headers={"X-Koalr-Key": api.key, **given}, timeout=20)


def opaque(answer: requests.Response) -> str:
    """The tag without its weakness mark."""
    return answer.headers["ETag"].removeprefix("W/")


@pytest.mark.parametrize("presented", ["W/{}", "{}", '"other", W/{}', 'W/"a",{} , "b"', "*"])
def test_who_has_the_answer_gets_304_with_its_headers_and_no_body(api: Api, presented: str) -> None:
    first = get(api, PATH)
    again = get(api, PATH, If_None_Match=presented.format(opaque(first)))
    assert (again.status_code, again.content) == (304, b"")
    for name in ("ETag", "Vary", "Cache-Control", "X-RateLimit-Limit"):
        assert again.headers[name] == first.headers[name], name
    assert all(name in again.headers for name in (*LIMIT_HEADERS, "X-Request-Id"))
    assert "Content-Type" not in again.headers


@pytest.mark.parametrize("presented", ['"other"', "W/", "", '"*"', "x" * 3_000])
def test_another_tag_gets_the_answer(api: Api, presented: str) -> None:
    assert get(api, PATH, If_None_Match=presented).status_code == 200


@pytest.mark.parametrize(("path", "status"), [("/flow?days=0", 400), ("/flow?teamId=nobody", 404), ("/nothing", 404)])
def test_a_refusal_has_no_tag_and_a_star_does_not_match_it(api: Api, path: str, status: int) -> None:
    answer = get(api, path, If_None_Match="*")
    refused(answer, status, None if path == "/nothing" else path.partition("?")[2].partition("=")[0])
    assert "ETag" not in answer.headers
    assert answer.headers["Cache-Control"] == "private, no-store"


def test_a_star_matches_what_was_never_asked_before(api: Api) -> None:
    assert get(api, "/flow?days=83", If_None_Match="*").status_code == 304


def test_an_answer_may_be_kept_by_its_caller_alone_and_only_to_be_asked_about(api: Api) -> None:
    assert get(api, PATH).headers["Cache-Control"] == "private, no-cache"


def test_new_data_changes_the_tag_and_the_answer_is_worked_out_anew(api: Api, calls: list[int]) -> None:
    before = get(api, PATH)
    asked = len(calls)
    api.access._database.write(lambda _: None)
    after = get(api, PATH, If_None_Match=before.headers["ETag"])
    assert (after.status_code, after.content) == (200, before.content)
    assert after.headers["ETag"] != before.headers["ETag"]
    assert len(calls) == asked + 1


def test_the_same_question_in_another_order_has_the_same_tag_and_another_question_another(api: Api) -> None:
    tag = opaque(get(api, PATH))
    assert opaque(get(api, "/deployments?pageSize=100&days=90")) == tag
    others = ["days=90", "days=91&pageSize=100", "days=90&pageSize=100&page=2", "days=90&pageSize=99"]
    tags = [opaque(get(api, f"/deployments?{query}")) for query in others]
    tags.append(opaque(get(api, "/pull-requests?days=90&pageSize=100")))
    assert len({tag, *tags}) == 6


def test_keys_that_may_see_the_same_share_a_tag(api: Api) -> None:
    whitehall = [api.new_key(teams=["Whitehall"]) for _ in range(2)]
    other = api.new_key(teams=["Platform"])
    tags = [opaque(get(api, PATH, X_Koalr_Key=key)) for key in (*whitehall, other, api.key)]
    assert tags[0] == tags[1]
    assert len(set(tags)) == 3


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How often the list was read from the store."""
    counted: list[int] = []
    original = lists.deployments

    def counting(*arguments: Any) -> Any:
        counted.append(1)
        return original(*arguments)

    monkeypatch.setattr(lists, "deployments", counting)
    return counted


def test_the_second_answer_comes_from_memory_unless_asked_for_anew(api: Api, calls: list[int]) -> None:
    api.access._database.write(lambda _: None)
    bodies = [
        get(api, PATH, **more).content
        for more in ({}, {}, {"Cache_Control": "No-Cache"}, {"Cache_Control": "max-age=9"})
    ]
    assert len(set(bodies)) == 1
    assert len(calls) == 2


def test_it_is_compressed_for_who_asks_and_the_bytes_are_the_same(api: Api) -> None:
    plain = get(api, PATH, Accept_Encoding="identity")
    small = get(api, PATH, Accept_Encoding="gzip, br")
    assert "Content-Encoding" not in plain.headers
    assert small.headers["Content-Encoding"] == "gzip"
    assert int(small.headers["Content-Length"]) < int(plain.headers["Content-Length"]) / 3
    assert (small.content, small.headers["ETag"]) == (plain.content, plain.headers["ETag"])
    for answer in (plain, small):
        assert {name.strip() for name in answer.headers["Vary"].split(",")} == {"Accept-Encoding", "X-Koalr-Key"}


def test_a_short_answer_is_not_compressed(api: Api) -> None:
    assert "Content-Encoding" not in get(api, "/forecast/backlog", Accept_Encoding="gzip").headers


@pytest.mark.parametrize(
    ("accepted", "encoding"),
    [("gzip", "gzip"), ("br, GZIP;q=0.5", "gzip"), ("gzip;q=0", None), ("gzip; q=0.000", None), ("x-gzip-foo", None)],
)
def test_gzip_is_for_who_accepts_it(api: Api, accepted: str, encoding: str | None) -> None:
    headers = {"X-Koalr-Key": api.key, "Accept-Encoding": accepted}
    answer = requests.get(f"{api.base_url}/api/v1/metrics/dora", headers=headers, timeout=10)
    assert answer.headers.get("Content-Encoding") == encoding
    assert "Accept-Encoding" in answer.headers["Vary"]


def test_a_new_key_changes_no_tag(api: Api) -> None:
    tag = api.get("/flow", days=17).headers["ETag"]
    key = api.new_key()
    assert api.get("/flow", key, days=17).headers["ETag"] == tag
