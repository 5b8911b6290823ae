"""What the address keeps while somebody goes from page to page and back, and reloads."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import READY, Dashboard, settled
from tests.browser.hurried import OLD_SECS
from tests.browser.upstream import KEY, Upstream, served

pytestmark = pytest.mark.browser

# So long the frame waits for what it draws its controls from, after the address of the page is known.
LATE_SECS = 0.6


@pytest.fixture
def url(start: Callable[..., Dashboard], tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A dashboard whose API takes its time with the teams."""
    with served(Upstream(late_secs={"/api/v1/teams": LATE_SECS})) as api:
        data = tmp_path_factory.mktemp("address")
        yield start(data, hurried=True, KOALR_API_URL=api, KOALR_API_KEY=KEY, KOALR_CACHE_DIR="").url


def follow(page: Page, title: str) -> None:
    """Read for a while, then go on."""
    page.wait_for_timeout(OLD_SECS * 1000)
    page.get_by_role("link", name=title, exact=True).click()
    arrived(page, title)


def arrived(page: Page, title: str) -> None:
    expect(page.get_by_role("heading", name=title, exact=True, level=1)).to_be_visible()
    page.wait_for_function(READY)
    page.wait_for_timeout(500)


def test_every_page_is_one_step_back_and_keeps_its_window_over_a_reload(url: str, page: Page) -> None:
    page.goto(f"{url}/dora?days=90")
    settled(page, 1)
    for title, path in (("Flow", "flow"), ("Reviews", "reviews")):
        follow(page, title)
        assert page.url == f"{url}/{path}?days=90"
    page.go_back()
    arrived(page, "Flow")
    assert page.url == f"{url}/flow?days=90"
    page.go_back()
    arrived(page, "DORA")
    assert page.url == f"{url}/dora?days=90"
    page.reload()
    arrived(page, "DORA")
    assert page.url == f"{url}/dora?days=90"
