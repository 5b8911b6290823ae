"""Pages run by Streamlit's own test runner against a real API on loopback."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import streamlit as st
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from streamlit.testing.v1 import AppTest
from streamlit.util import calc_hash

from components import connection, faults
from components.connection import Connection
from components.site import SITE
from tests.contract.bodies import ENDPOINTS, FOLDER
from tests.integration.server.conftest import Api, api
from tests.running import running

__all__ = ["api"]

MAIN = str(Path(__file__).parents[2] / "pages" / "main.py")
# The pages that have a chart whatever the API says.
PAGES = tuple(entry.file for entry in SITE if entry.key not in ("status", "weekly", "pr-risk", "custom-metrics"))
KEY = "klr_live_" + "k" * 40

Open = Callable[..., AppTest]


@pytest.fixture(autouse=True)
def _fresh_client(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """No connection and no cached answers from another test, in memory or in a file; and no fault that a card hides."""
    monkeypatch.setenv("KOALR_CACHE_DIR", "")
    st.cache_resource.clear()
    yield
    connection._connected.clear()
    assert not [found.getMessage() for found in caplog.get_records("call") if found.name == faults.__name__]


@pytest.fixture
def open_page() -> Open:
    """Open a page as a cold deep link: `open_page("dora.py", days="90")`."""

    def open_(page: str = "overview.py", /, **params: str) -> AppTest:
        app = AppTest.from_file(MAIN, default_timeout=30)
        for name, value in params.items():
            app.query_params[name] = value
        # Streamlit names pages by their path, which its test runner knows only once a page has run.
        app._page_hash = calc_hash("" if page == "overview.py" else page.removesuffix(".py").replace("_", "-"))
        return app.run()

    return open_


@pytest.fixture
def sample(api: Api) -> Api:
    """The dashboard connected to the sample organisation."""
    connection.connect(Connection(api.base_url, api.key))
    return api


def documented_only(status: int = 200, change: Callable[[str, Any], Any] = lambda _path, body: body) -> Starlette:
    """A server that answers nothing but the API page's example bodies, or always one status."""

    async def answer(request: Request) -> Response:
        if status != 200:
            text = json.dumps({"error": {"code": "x", "message": "told <b>so</b>", "requestId": "req_9"}})
            return Response(text, status, headers={"Retry-After": "42"}, media_type="application/json")
        file = next((each["file"] for each in ENDPOINTS if each["path"] == request.url.path), None)
        if file is None:
            return Response('{"error": {"code": "not_found", "message": "no such path"}}', 404)
        body = json.loads((FOLDER / file).read_text(encoding="utf-8"))
        return Response(json.dumps(change(request.url.path, body)), media_type="application/json")

    return Starlette(routes=[Route("/{path:path}", answer, methods=["GET", "POST"])])


@pytest.fixture
def connected() -> Iterator[Callable[[Starlette], str]]:
    """Connect the dashboard to an application served for this test."""
    stack = []

    def connect(app: Starlette) -> str:
        server = running(app)
        url = server.__enter__()
        stack.append(server)
        connection.connect(Connection(url, KEY))
        return url

    yield connect
    for server in stack:
        server.__exit__(None, None, None)
