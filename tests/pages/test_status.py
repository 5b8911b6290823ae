"""The status page: filled, on a server that does not say, without a connection, with a refused key."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import streamlit as st
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from streamlit.testing.v1 import AppTest

from components import connection
from components.connection import Connection
from tests.contract.bodies import body
from tests.integration.server.conftest import Api
from tests.pages.conftest import KEY, Open
from tests.pages.test_pages import HOSTILE, metrics, words
from tests.unit.client.test_status import BODY

Connect = Callable[[Starlette], str]
SOURCE = {
    "source": "github",
    "deliveries": 5120,
    "newestAt": "2026-03-14T18:22:00Z",
    "unread": 3,
    "idle": [{"event": "ping", "fault": None, "deliveries": 2}, {"event": "", "fault": "not JSON", "deliveries": 1}],
    "lacks": [{"text": "3 are not read.", "command": "python -m koalr_server serve"}],
}


def server(status: dict[str, Any] | None, teams: dict[str, Any] | None = None) -> Starlette:
    """Teams as documented; /status with a body, or 404."""

    async def answer(request: Request) -> Response:
        if request.url.path == "/api/v1/teams":
            headers = {"X-RateLimit-Limit": "60", "X-RateLimit-Remaining": "41"}
            return JSONResponse(body("teams") | (teams or {}), headers=headers)
        if status is None:
            return JSONResponse({"error": {"code": "not_found", "message": "No such path."}}, 404)
        return JSONResponse(status)

    return Starlette(routes=[Route("/{path:path}", answer)])


def commands(app: AppTest) -> list[str]:
    return [block.value for block in app.code if block.value.startswith("python")]


def test_it_tells_what_the_sample_rests_on_and_what_to_do(sample: Api, open_page: Open) -> None:
    told = sample.get("/status").json()
    app = open_page("status.py")
    assert not app.exception
    text = words(app)
    partial = [finding for finding in told["findings"] if finding["status"] == "partial"]
    assert f"## 20 of 30 figures and lists have the data they need, {len(partial)} are partial, 2 are missing." in text
    assert commands(app) == [step["command"] for step in told["steps"] if step["command"]]
    assert all(finding["name"] in text.replace("\\", "") for finding in told["findings"])
    assert "This is the sample" in text
    shown = metrics(app)
    assert shown["Connection"] == "working"
    assert shown["Newest data"] == "31 Mar 2025"
    assert sample.base_url in text
    assert KEY not in text


def test_a_team_changes_what_is_said(sample: Api, open_page: Open) -> None:
    app = open_page("status.py", team=sample.team("Whitehall"))
    assert "197 production deployments, 1 repository" in words(app).replace("\\", "")


def test_it_shows_the_request_budget_of_the_answer(connected: Connect, open_page: Open) -> None:
    connected(server(BODY))
    app = open_page("status.py")
    assert metrics(app)["Requests left"] == "41"
    assert "None of 1 figures and lists has the data it needs, 1 is partial." in words(app)


def test_a_server_that_does_not_say_is_shown_as_far_as_it_goes(connected: Connect, open_page: Open) -> None:
    url = connected(server(None))
    app = open_page("status.py")
    assert not app.exception
    assert "## The API answers." in words(app)
    assert "does not say what its data lack" in words(app)
    assert metrics(app)["Connection"] == "working"
    assert metrics(app)["Newest data"] == "–"
    assert url in words(app)
    assert not commands(app)


def test_without_a_connection_it_names_the_address_and_can_be_retried(open_page: Open) -> None:
    connection.connect(Connection("http://127.0.0.1:9", KEY))
    app = open_page("status.py")
    assert not app.exception
    assert "http://127.0.0.1:9" in words(app)
    assert "cannot be reached" in words(app)
    assert [button.label for button in app.button if button.key != "put-on-tv"] == ["Try again"]


@pytest.mark.parametrize(
    ("status", "sentence"), [(401, "does not accept the key"), (403, "may not see this"), (500, "no usable answer")]
)
def test_a_refusal_is_said_without_the_key(status: int, sentence: str, connected: Connect, open_page: Open) -> None:
    async def refuse(_request: Request) -> Response:
        return JSONResponse({"error": {"code": "x", "message": "told <b>so</b>"}}, status)

    connected(Starlette(routes=[Route("/{path:path}", refuse)]))
    app = open_page("status.py")
    assert not app.exception
    assert sentence in words(app)
    assert "<b>" not in words(app)
    assert KEY not in str(app)


def test_no_api_at_all_names_the_setting(open_page: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("KOALR_API_KEY", raising=False)
    assert "KOALR\\_API\\_KEY" in words(open_page("status.py"))


def test_hostile_text_is_shown_and_not_rendered(connected: Connect, open_page: Open) -> None:
    lack = {"text": HOSTILE, "command": HOSTILE}
    finding = {**BODY["findings"][0], "name": HOSTILE, "basis": [{"count": 1, "what": HOSTILE}], "lacks": [lack]}
    idle = {"event": HOSTILE, "fault": HOSTILE, "deliveries": 1}
    source = {**SOURCE, "source": HOSTILE, "idle": [idle], "lacks": [lack]}
    steps = [{**lack, "answers": [HOSTILE]}]
    poisoned = BODY | {"version": HOSTILE, "findings": [finding], "steps": steps, "sources": [source]}
    connected(server(poisoned))
    app = open_page("status.py")
    assert not app.exception
    for element in app.markdown:
        assert not re.search(r"(?<!\\)(<img|\$x|\[x\]\(javascript)", element.value)


def test_it_tells_what_tools_have_sent_with_what_to_do(connected: Connect, open_page: Open) -> None:
    connected(server(BODY | {"sources": [SOURCE]}))
    app = open_page("status.py")
    assert not app.exception
    text = words(app).replace("\\", "")
    assert "#### What tools have sent" in text
    assert "5\u2009120 deliveries kept, the last one 14 Mar 2026 18:22 UTC; 3 not read yet" in text
    assert "ping: 2 told nothing" in text
    assert "event named in the body: 1 told nothing, not JSON" in text
    assert "python -m koalr_server serve" in commands(app)


def test_without_any_tool_the_page_names_the_walk(connected: Connect, open_page: Open) -> None:
    connected(server(BODY | {"sources": []}))
    app = open_page("status.py")
    assert "No tool has sent anything yet" in words(app)
    assert "python -m koalr_server connect" in commands(app)


def test_a_server_that_does_not_tell_of_tools_has_no_such_section(connected: Connect, open_page: Open) -> None:
    connected(server(BODY))
    assert "tools have sent" not in words(open_page("status.py"))


def test_many_events_are_cut_short(connected: Connect, open_page: Open) -> None:
    idle = [{"event": f"event{number}", "fault": None, "deliveries": 1} for number in range(8)]
    connected(server(BODY | {"sources": [SOURCE | {"idle": idle}]}))
    text = words(open_page("status.py"))
    assert "and 3 more events that told nothing" in text
    assert "event5" not in text


def test_an_unknown_status_of_a_newer_server_breaks_nothing(connected: Connect, open_page: Open) -> None:
    connected(server(BODY | {"findings": [{**BODY["findings"][0], "status": "improving"}]}))
    assert not open_page("status.py").exception


def test_it_tells_what_was_asked_and_kept_and_the_last_failure(connected: Connect, open_page: Open) -> None:
    connected(server(BODY))
    text = words(open_page("status.py"))
    assert "of 60 requests in the last minute" in text
    assert "answers kept" in text
    st.cache_resource.clear()
    connection.connect(Connection("http://127.0.0.1:9", KEY))
    assert "cannot be reached" in words(open_page("status.py")).split("Last failure at")[1]


def test_the_age_of_the_newest_data_is_by_the_clock_of_the_day(connected: Connect, open_page: Open) -> None:
    long_ago = (datetime.now(UTC) - timedelta(days=2)).isoformat()
    connected(server(BODY, {"organisation": {"name": "acme", "now": long_ago, "newestFactAt": long_ago}}))
    (card,) = (card for card in open_page("status.py").metric if card.label == "Newest data")
    assert card.delta == "2 days ago"
