"""Two pages in every state that is not fine, in a real browser, against an API that misbehaves."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import Dashboard, settled
from tests.browser.upstream import KEY, Upstream, served

pytestmark = pytest.mark.browser

PATHS = ["/", "/dora"]
# So long a page may wait for its figures before it says where they are.
SECOND = 1_000


@pytest.fixture
def upstream() -> Iterator[tuple[Upstream, str]]:
    told = Upstream()
    with served(told) as url:
        yield told, url


@pytest.fixture
def dashboard(
    start: Callable[..., Dashboard], upstream: tuple[Upstream, str], tmp_path: Path
) -> Callable[[str], Dashboard]:
    def start_(mode: str) -> Dashboard:
        upstream[0].mode = mode
        return start(tmp_path, hurried=True, KOALR_API_URL=upstream[1], KOALR_API_KEY=KEY, KOALR_CACHE_DIR="")

    return start_


@pytest.fixture(scope="module")
def hurried(
    start: Callable[..., Dashboard], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Upstream, Dashboard]]:
    """One for tests that begin with an API that works; each asks for a window of its own, which nobody asked for before."""
    told = Upstream()
    with served(told) as url:
        data = tmp_path_factory.mktemp("hurried")
        yield told, start(data, hurried=True, KOALR_API_URL=url, KOALR_API_KEY=KEY, KOALR_CACHE_DIR="")


@pytest.fixture
def working(hurried: tuple[Upstream, Dashboard]) -> tuple[Upstream, str]:
    """Its API, working, and its address."""
    told, running_ = hurried
    told.mode = "fine"
    told.let.clear()
    return told, running_.url


def no_traceback(page: Page) -> None:
    assert page.get_by_test_id("stException").count() == 0
    assert "Traceback" not in page.content()
    assert KEY not in page.content()


def numbers(page: Page) -> Locator:
    """A figure or a card with a number of the API."""
    return page.locator(".st-key-ladders, [data-testid=stMetric]").first


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
        expect(numbers(page)).to_be_visible()
    elif mode == "401":
        page.get_by_role("button", name="Try again").click()
        expect(numbers(page)).to_be_visible()
    else:
        expect(page.get_by_text("s.", exact=False).first).to_be_visible()


def test_an_api_that_takes_its_time_is_a_calm_card_then_the_figures(
    start: Callable[..., Dashboard], upstream: tuple[Upstream, str], page: Page, tmp_path: Path
) -> None:
    told, url = upstream
    patience = {"HURRIED_ANSWER_SECS": "120", "HURRIED_OLD_SECS": "300"}
    environment = {"KOALR_API_URL": url, "KOALR_API_KEY": KEY, "KOALR_CACHE_DIR": ""} | patience
    running_ = start(tmp_path, hurried=True, **environment)
    page.goto(f"{running_.url}/status")
    settled(page, 0)
    told.mode = "silent"
    page.goto(f"{running_.url}/dora?days=11")
    expect(page.get_by_text("The figures are on their way")).to_be_visible()
    no_traceback(page)
    answer(told)
    expect(numbers(page)).to_be_visible()
    expect(page.get_by_text("The figures are on their way")).to_have_count(0)


def test_an_api_that_never_answers_is_a_card_of_its_own_that_goes_away_with_its_cause(
    working: tuple[Upstream, str], page: Page
) -> None:
    told, url = working
    told.mode = "silent"
    screens = [(page, "/"), (page.context.new_page(), "/dora")]
    for screen, path in screens:
        screen.goto(f"{url}{path}?days=12")
    for screen, _path in screens:
        expect(screen.get_by_text("The API does not answer in time")).to_be_visible()
        expect(screen.get_by_text("cannot be reached")).to_have_count(0)
        no_traceback(screen)
    answer(told)
    for screen, _path in screens:
        # Nobody presses a button.
        expect(numbers(screen)).to_be_visible()


def answer(told: Upstream) -> None:
    """Let it answer what it has, and whatever comes."""
    told.mode = "fine"
    told.let.set()


def test_an_api_without_data_is_dashes_and_words(dashboard: Callable[[str], Dashboard], page: Page) -> None:
    running_ = dashboard("empty")
    for path in PATHS:
        page.goto(running_.url + path)
        settled(page, 0)
        expect(page.get_by_text("–", exact=True).first).to_be_visible()
        expect(page.get_by_text("No deployment to production in this window")).to_be_visible()
        no_traceback(page)


def test_figures_stay_with_their_age_while_the_api_is_away(working: tuple[Upstream, str], page: Page) -> None:
    told, url = working
    for path in PATHS:
        page.goto(f"{url}{path}?days=13")
        settled(page, 1)
    frequency = page.locator('[aria-label*="Deployment frequency 4.2\u00a0/day, "]')
    expect(frequency).to_be_visible()
    told.mode = "500"
    before = len(told.asked)
    # The first look asks anew, the next knows that this failed.
    page.wait_for_timeout(1.5 * SECOND)
    page.goto(f"{url}/dora?days=13")
    settled(page, 1)
    page.wait_for_timeout(1.5 * SECOND)
    page.goto(f"{url}/dora?days=13")
    settled(page, 1)
    assert len(told.asked) > before, "it was asked"
    expect(page.get_by_text("API not answering")).to_be_visible()
    expect(frequency).to_be_visible()
    no_traceback(page)
