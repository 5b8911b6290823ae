"""Two pages in every state that is not fine, in a real browser, against an API that misbehaves."""

import json
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from tests.browser.conftest import Dashboard, settled
from tests.contract.bodies import ENDPOINTS, FOLDER
from tests.running import running

pytestmark = pytest.mark.browser

KEY = "klr_live_" + "k" * 40
PATHS = ["/", "/dora"]
EMPTY = {"data": [], "total": 0}
# So long a page may wait for its figures before it says where they are.
SECOND = 1_000


@dataclass
class Upstream:
    """The API page's examples, or what it was told to do instead."""

    mode: str = "fine"
    asked: list[str] = field(default_factory=list)
    let: threading.Event = field(default_factory=threading.Event)

    async def answer(self, request: Request) -> Response:
        self.asked.append(f"{request.url.path}?{request.url.query}")
        if self.mode in ("401", "429", "500"):
            error = {"code": "x", "message": "told <b>so</b>", "requestId": "req_9"}
            headers = {"Retry-After": "42"} if self.mode == "429" else {}
            return Response(json.dumps({"error": error}), int(self.mode), headers, "application/json")
        if self.mode == "silent":
            await run_in_threadpool(self.let.wait, 30)
        file = next(each["file"] for each in ENDPOINTS if each["path"] == request.url.path)
        body = json.loads((FOLDER / file).read_text(encoding="utf-8"))
        if self.mode == "empty":
            body = {name: _nothing(value) for name, value in body.items()}
        return Response(json.dumps(body), media_type="application/json")


def _nothing(value: object) -> object:
    if isinstance(value, list):
        return []
    if isinstance(value, dict):
        return {name: _nothing(each) for name, each in value.items()}
    return value if isinstance(value, bool) else 0 if isinstance(value, int) else None


@pytest.fixture
def upstream() -> Iterator[tuple[Upstream, str]]:
    told = Upstream()
    with running(Starlette(routes=[Route("/{path:path}", told.answer, methods=["GET", "POST"])])) as url:
        yield told, url
        told.let.set()


@pytest.fixture
def dashboard(
    start: Callable[..., Dashboard], upstream: tuple[Upstream, str], tmp_path: Path
) -> Callable[[str], Dashboard]:
    def start_(mode: str) -> Dashboard:
        upstream[0].mode = mode
        return start(tmp_path, KOALR_API_URL=upstream[1], KOALR_API_KEY=KEY, KOALR_CACHE_DIR="")

    return start_


def no_traceback(page: Page) -> None:
    assert page.get_by_test_id("stException").count() == 0
    assert "Traceback" not in page.content()
    assert KEY not in page.content()


@pytest.mark.parametrize(
    ("mode", "sentence"),
    [
        ("401", "The API does not accept the key"),
        ("500", "The API gave no usable answer"),
        ("429", "The request budget of this minute is used up"),
    ],
)
def test_a_refusal_is_a_card_that_goes_away_with_its_cause(
    dashboard: Callable[[str], Dashboard], upstream: tuple[Upstream, str], page: Page, mode: str, sentence: str
) -> None:
    running_ = dashboard(mode)
    for path in PATHS:
        page.goto(running_.url + path)
        settled(page, 0)
        expect(page.get_by_text(sentence).or_(page.get_by_text("The figures are on their way")).first).to_be_visible()
        assert page.locator("b", has_text="so").count() == 0
        no_traceback(page)
    upstream[0].mode = "fine"
    if mode == "500":
        # Nobody presses a button.
        expect(page.get_by_test_id("stMetric").first).to_be_visible(timeout=30 * SECOND)
    elif mode == "401":
        page.get_by_role("button", name="Try again").click()
        expect(page.get_by_test_id("stMetric").first).to_be_visible(timeout=30 * SECOND)
    else:
        expect(page.get_by_text("s.", exact=False).first).to_be_visible()


def test_an_api_that_takes_its_time_is_an_outline_then_a_calm_card_then_the_figures(
    dashboard: Callable[[str], Dashboard], upstream: tuple[Upstream, str], page: Page
) -> None:
    running_ = dashboard("fine")
    page.goto(running_.url + "/status")
    settled(page, 0)
    upstream[0].mode = "silent"
    page.goto(running_.url + "/dora")
    expect(page.get_by_test_id("stSkeleton").first).to_be_visible(timeout=20 * SECOND)
    expect(page.get_by_text("The figures are on their way")).to_be_visible(timeout=20 * SECOND)
    no_traceback(page)
    upstream[0].mode = "fine"
    upstream[0].let.set()
    expect(page.get_by_test_id("stMetric").first).to_be_visible(timeout=20 * SECOND)
    expect(page.get_by_text("The figures are on their way")).to_have_count(0)


@pytest.mark.parametrize("path", PATHS)
def test_an_api_without_data_is_dashes_and_words(dashboard: Callable[[str], Dashboard], page: Page, path: str) -> None:
    page.goto(dashboard("empty").url + path)
    settled(page, 0)
    expect(page.get_by_test_id("stMetricValue").first).to_have_text("–")
    expect(page.get_by_text("No deployment to production in this window")).to_be_visible()
    no_traceback(page)


def test_figures_stay_with_their_age_while_the_api_is_away(
    dashboard: Callable[[str], Dashboard], upstream: tuple[Upstream, str], page: Page
) -> None:
    running_ = dashboard("fine")
    for path in PATHS:
        page.goto(running_.url + path)
        settled(page, 1)
    value = page.get_by_test_id("stMetricValue").first.inner_text()
    upstream[0].mode = "500"
    # A pressed button asks anew; the figures kept stand in.
    page.wait_for_timeout(6 * SECOND)
    page.goto(running_.url + "/dora")
    settled(page, 1)
    expect(page.get_by_test_id("stMetricValue").first).to_have_text(value)
    no_traceback(page)
