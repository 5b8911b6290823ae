"""A screen on a wall in a real browser: it turns its pages, and comes back by itself."""

from collections.abc import Callable
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Dashboard, settled
from tests.browser.test_first_visit import team_id

pytestmark = pytest.mark.browser

TV = "kiosk=1&embed=true&embed_options=dark_theme"
# Of a restarted server: the browser asks again every few seconds.
RECOVERY_MS = 15_000


def test_it_has_no_control_and_fits_its_screen(quarter: Dashboard, page: Page) -> None:
    page.set_viewport_size({"width": 1920, "height": 1080})
    page.goto(f"{quarter.url}/?{TV}&team={team_id('Whitehall')}")
    settled(page, 3)
    for control in ("button", "input", "select", "[data-testid=stSidebar]", "[data-testid=stToolbar]"):
        assert page.locator(f"{control}:visible").count() == 0, control
    assert page.evaluate("document.querySelector('[data-testid=stMain]').scrollHeight") <= 1080
    expect(page.get_by_text("Whitehall · last 30 days")).to_be_visible()
    background = page.evaluate("getComputedStyle(document.querySelector('[data-testid=stApp]')).backgroundColor")
    assert background == "rgb(13, 19, 25)"


def test_pages_follow_each_other_and_keep_the_view(quarter: Dashboard, page: Page) -> None:
    page.set_viewport_size({"width": 1920, "height": 1080})
    page.goto(f"{quarter.url}/?{TV}&rotate=overview,dora&every=10&team={team_id('Whitehall')}&days=90")
    settled(page, 3)
    page.wait_for_url("**/dora?**", timeout=60_000)
    settled(page, 3)
    asked = {name: values[0] for name, values in parse_qs(urlsplit(page.url).query).items()}
    assert asked["team"] == team_id("Whitehall")
    assert (asked["days"], asked["kiosk"], asked["rotate"], asked["every"]) == ("90", "1", "overview,dora", "10")
    expect(page.get_by_text("Whitehall · last 90 days")).to_be_visible()
    page.wait_for_url(lambda url: urlsplit(url).path == "/", timeout=60_000)
    settled(page, 3)
    assert page.locator("[data-testid=stToolbar]:visible").count() == 0


def test_it_survives_a_restart_of_the_server(start: Callable[..., Dashboard], tmp_path: Path, page: Page) -> None:
    first = start(tmp_path)
    page.goto(f"{first.url}/dora?{TV}&days=90")
    settled(page, 3)
    page.evaluate("window.stayed = true")
    first.process.kill()
    first.process.wait(timeout=10)
    page.wait_for_function(
        "() => document.querySelector('[data-testid=stApp]').dataset.testConnectionState !== 'CONNECTED'"
    )
    # The numbers stay on the wall while nobody answers.
    assert page.locator(".js-plotly-plot .main-svg").count() >= 3
    start(tmp_path, port=first.port)
    page.wait_for_function(
        "() => document.querySelector('[data-testid=stApp]').dataset.testConnectionState === 'CONNECTED'",
        timeout=RECOVERY_MS,
    )
    settled(page, 3)
    assert page.evaluate("window.stayed") is True, "without a reload, so without a white flash"
    assert "days=90" in page.url
    assert urlsplit(page.url).path == "/dora"
    assert page.get_by_role("dialog").count() == 0


def test_the_dialog_makes_the_address_and_shows_a_preview(quarter: Dashboard, page: Page) -> None:
    page.goto(f"{quarter.url}/dora?days=90")
    settled(page, 10)
    page.get_by_role("button", name="Share").click()
    link = page.get_by_test_id("stCode").first
    expect(link).to_contain_text(f"{quarter.url}/dora?days=90")
    page.get_by_role("button", name="Put on TV").click()
    dialog = page.get_by_test_id("stDialog")
    expect(dialog.get_by_test_id("stCode")).to_contain_text("/dora?days=90&kiosk=1&embed=true&embed_options=dark_theme")
    expect(dialog.get_by_text("Preview: DORA")).to_be_visible()
    page.wait_for_function(
        "() => document.querySelectorAll('[data-testid=stDialog] .js-plotly-plot .main-svg').length >= 6"
    )
