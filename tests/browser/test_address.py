"""What the address keeps while somebody goes from page to page and back, and reloads."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import READY, Dashboard, settled

pytestmark = pytest.mark.browser


def follow(page: Page, title: str) -> None:
    page.get_by_role("link", name=title, exact=True).click()
    arrived(page, title)


def arrived(page: Page, title: str) -> None:
    expect(page.get_by_role("heading", name=title, exact=True, level=1)).to_be_visible(timeout=20_000)
    page.wait_for_function(READY)
    page.wait_for_timeout(500)


def test_every_page_is_one_step_back_and_keeps_its_window_over_a_reload(quarter: Dashboard, page: Page) -> None:
    page.goto(f"{quarter.url}/dora?days=90")
    settled(page, 1)
    for title, path in (("Flow", "flow"), ("Reviews", "reviews"), ("Copilot", "copilot")):
        follow(page, title)
        assert page.url == f"{quarter.url}/{path}?days=90"
    for title, path in (("Reviews", "reviews"), ("Flow", "flow")):
        page.go_back()
        arrived(page, title)
        assert page.url == f"{quarter.url}/{path}?days=90"
    page.reload()
    arrived(page, "Flow")
    assert page.url == f"{quarter.url}/flow?days=90"
