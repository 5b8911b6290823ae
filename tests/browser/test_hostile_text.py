"""Text of others in a real browser: shown letter by letter, made into nothing, and no secret of the server beside it."""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

import pytest
from playwright.sync_api import Browser, Page, WebSocket
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from components.site import HOME, SITE
from tests.browser.conftest import Dashboard, opened, told
from tests.browser.test_api_documentation import WATCH
from tests.browser.upstream import KEY, UNLIMITED
from tests.integration.server.conftest import Api, api
from tests.pages.hostile import HOSTILE, MARK, WORDS, poisoned
from tests.pages.relay import relaying
from tests.running import running

__all__ = ["api"]
pytestmark = pytest.mark.browser

LITERAL = HOSTILE[: HOSTILE.index("<img")].strip()
ROWS = 5
TABLES = ("/deployments", "/pull-requests", "/incidents")
BODY = "secrets of the proxy"
TV = {"kiosk": "1", "embed": "true", "embed_options": "dark_theme"}
# Half a pair of surrogates fits no address.
VALUE = HOSTILE.replace("\ud800", "") + "z" * 2000
WANTED = dict.fromkeys(("team", "days", "items", "minutes", "metric", "page", "rotate", "every"), VALUE)
SEARCHED = ("q", "env", "result", "repo", "risk", "status", "pr")
# A text that is a word and no more was taken out of its markup.
MADE = """words => {
    const found = [...document.querySelectorAll('img[src="x"], .katex')];
    const target = link => link.href.baseVal ?? link.href;
    found.push(...[...document.querySelectorAll('a')].filter(each => new URL(target(each), location).host !== location.host));
    const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (texts.nextNode()) {
        if (words.includes(texts.currentNode.data.trim())) found.push(texts.currentNode.parentElement);
    }
    return found.map(each => each.outerHTML.slice(0, 200));
}"""
SHOWN = "text => document.body.textContent.split(text).length - 1"
CELLS = "mark => [...document.querySelectorAll('canvas td')].filter(cell => cell.textContent.includes(mark)).length"


@dataclass
class Seen:
    """What a browser had to do with one address, and how often it showed the hostile text."""

    made: list[str]
    shown: int
    cells: int
    hit: object
    refused: list[str]
    source: str


@dataclass
class Visit:
    """All that was seen: by address, what passed between browser and server, what the browser said."""

    pages: dict[str, Seen] = field(default_factory=dict)
    frames: list[bytes] = field(default_factory=list)
    urls: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)
    log: str = ""

    def listen(self, page: Page) -> None:
        """Keep what passes from now on."""
        page.on("websocket", self._listen_to)
        page.on("request", lambda request: self.urls.append(request.url))
        page.on("dialog", lambda dialog: (self.complaints.append(dialog.message), dialog.dismiss()))
        page.on(
            "console",
            lambda message: self.complaints.append(message.text) if "Policy" in message.text else None,
        )
        page.add_init_script(WATCH)

    def _listen_to(self, socket: WebSocket) -> None:
        for event in ("framereceived", "framesent"):
            socket.on(event, lambda frame: self.frames.append(frame if isinstance(frame, bytes) else frame.encode()))

    def open(self, page: Page, base: str, path: str, asked: Mapping[str, str]) -> None:
        """Look at an address."""
        page.goto(f"{base}{path}?{urlencode(asked)}")
        told(page)
        if path in TABLES and "kiosk" not in asked and "q" not in asked:
            page.locator("canvas td").first.wait_for(state="attached")
        self.pages[" ".join((path, *asked)).strip()] = Seen(
            made=page.evaluate(MADE, list(WORDS)),
            shown=page.evaluate(SHOWN, LITERAL),
            cells=page.evaluate(CELLS, LITERAL),
            hit=page.evaluate("window.hit"),
            refused=page.evaluate("window.refused"),
            source=page.content(),
        )


@dataclass
class Upstream:
    """An API with hostile text everywhere, or one that fails and talks about it."""

    fine: ASGIApp
    failing: bool = False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def unlimited(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] += [(name.lower().encode(), value.encode()) for name, value in UNLIMITED.items()]
            await send(message)

        app = Starlette(routes=[Route("/{path:path}", refuse, methods=["GET", "POST"])]) if self.failing else self.fine
        await app(scope, receive, unlimited)


def shortened(body: dict[str, Any]) -> dict[str, Any]:
    """A list of a few rows, which say as much as hundreds."""
    return body | {"data": body["data"][:ROWS], "total": len(body["data"][:ROWS])} if "data" in body else body


def refuse(request: Request) -> Response:
    """The error of an API for one page, that of a proxy for the others; both know the key."""
    key = request.headers["X-Koalr-Key"]
    if request.url.path.endswith("/flow"):
        return Response(f"<html><b>fat</b> {BODY} {key}</html>", 502, media_type="text/html")
    error = {"code": HOSTILE, "message": f"{HOSTILE} {key}", "requestId": HOSTILE, "trace": f"{BODY} {key}"}
    return Response(json.dumps({"error": error, "trace": BODY}), 500, media_type="application/json")


@pytest.fixture(scope="module")
def visit(
    start: Callable[..., Dashboard], browser: Browser, api: Api, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Visit]:
    """Every page, and the walls with words of others, with hostile answers and addresses; two pages of an API that fails."""
    found, upstream = Visit(), Upstream(relaying(api, lambda body: poisoned(shortened(body))))
    with running(upstream) as url, opened(browser) as page:
        data = tmp_path_factory.mktemp("hostile")
        dashboard = start(data, KOALR_API_URL=url, KOALR_API_KEY=KEY, KOALR_CACHE_DIR="")
        found.listen(page)
        for entry in SITE:
            found.open(page, dashboard.url, entry.path, {"pr": "acme/api/1847"} | WANTED)
            if entry.key in ("pull-requests", "incidents", "pr-risk"):
                found.open(page, dashboard.url, entry.path, dict.fromkeys(SEARCHED, VALUE))
            if entry.key in (HOME, "pull-requests", "custom-metrics"):
                found.open(page, dashboard.url, entry.path, TV | WANTED)
        upstream.failing = True
        for path in ("/dora", "/flow"):
            found.open(page, dashboard.url, path, {"days": "17"})
        found.log = dashboard.log.read_text()
        yield found


def test_it_is_shown_letter_by_letter_on_every_page(visit: Visit) -> None:
    assert [address for address, seen in visit.pages.items() if not seen.shown and address[-4:] != "days"] == []


def test_tables_show_it_in_their_cells(visit: Visit) -> None:
    assert all(visit.pages[f"{path} {' '.join(('pr', *WANTED))}"].cells for path in TABLES)


def test_no_element_is_made_of_it(visit: Visit) -> None:
    assert {address: seen.made for address, seen in visit.pages.items() if seen.made} == {}


def test_nothing_in_it_runs_or_is_even_tried(visit: Visit) -> None:
    assert {address: seen.hit for address, seen in visit.pages.items() if seen.hit is not None} == {}
    assert {address: seen.refused for address, seen in visit.pages.items() if seen.refused} == {}
    assert visit.complaints == []


def test_neither_key_nor_body_of_an_error_leaves_the_server(visit: Visit) -> None:
    assert any(MARK.encode() in frame for frame in visit.frames), "frames are read"
    for secret in (KEY, BODY):
        assert [address for address, seen in visit.pages.items() if secret in seen.source] == []
        assert not any(secret.encode() in frame for frame in visit.frames)
        assert not any(secret in url for url in visit.urls)
        assert secret not in visit.log
