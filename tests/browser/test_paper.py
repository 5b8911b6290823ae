"""The weekly summary on paper."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Dashboard, settled

pytestmark = pytest.mark.browser


def test_the_sheet_to_print_is_white_for_a_viewer_with_a_dark_screen(quarter: Dashboard, page: Page) -> None:
    page.emulate_media(color_scheme="dark")
    page.goto(f"{quarter.url}/weekly")
    settled(page, 0)
    link = page.get_by_role("link", name="Sheet to print").get_attribute("href")
    page.goto(f"{quarter.url}/{link}")
    settled(page, 0)
    expect(page.get_by_role("heading", name="Incidents")).to_be_visible()
    colour = page.evaluate("getComputedStyle(document.querySelector('[data-testid=stApp]')).backgroundColor")
    assert colour == "rgb(255, 255, 255)"
    for control in ("button", "input", "[data-testid=stSidebar]"):
        assert page.locator(f"{control}:visible").count() == 0, control
