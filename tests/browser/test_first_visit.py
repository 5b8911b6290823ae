"""What a viewer sees in a real browser, from a cold deep link on."""

import hashlib
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from playwright.sync_api import Page, expect

from tests.browser.conftest import Dashboard, settled

pytestmark = pytest.mark.browser

CHARTS = {"/": 2, "/dora": 10, "/flow": 3, "/forecast": 7, "/deployments": 1, "/pull-requests": 1, "/status": 0}


def team_id(name: str) -> str:
    """The stable id of a sample team."""
    return "team_" + hashlib.md5(name.encode(), usedforsecurity=False).hexdigest()[:12]


def test_a_cold_deep_link_opens_the_team_and_window_with_drawn_charts_and_the_right_numbers(
    quarter: Dashboard, page: Page
) -> None:
    page.goto(f"{quarter.url}/dora?team={team_id('Whitehall')}&days=90")
    settled(page, CHARTS["/dora"])
    expect(page.get_by_role("heading", name="DORA")).to_be_visible()
    expect(page.locator('[aria-label*="Deployment frequency 2.2\u00a0/day, "]')).to_be_visible()
    expect(page.get_by_role("combobox", name="Team")).to_have_value("Whitehall")
    expect(page.get_by_text("Elite overall.")).to_be_visible()
    bars = page.evaluate("""() => {
        const plots = [...document.querySelectorAll('.js-plotly-plot')];
        const stacked = plots.find(plot => plot.layout.barmode === 'stack');
        const bars = stacked.data.filter(trace => trace.type === 'bar');
        return bars.map(trace => [...trace.y].reduce((sum, value) => sum + value, 0)).reduce((a, b) => a + b, 0);
    }""")
    assert bars == 197


@pytest.mark.parametrize("path", CHARTS)
@pytest.mark.parametrize(("scheme", "width"), [("light", 1440), ("dark", 1920), ("light", 390)])
def test_every_page_draws_at_every_size_without_spilling(
    quarter: Dashboard, page: Page, path: str, scheme: str, width: int
) -> None:
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    page.set_viewport_size({"width": width, "height": 1000})
    page.goto(f"{quarter.url}{path}?days=90")
    settled(page, CHARTS[path])
    assert page.get_by_test_id("stException").count() == 0
    assert page.evaluate("document.querySelector('[data-testid=\"stMain\"]').scrollWidth") <= width


def test_filters_survive_navigation_back_and_reload(quarter: Dashboard, page: Page) -> None:
    page.goto(f"{quarter.url}/?team={team_id('Platform')}&days=7")
    settled(page, 2)
    page.get_by_role("link", name="DORA").click()
    page.wait_for_url("**/dora?**")
    settled(page, CHARTS["/dora"])
    assert parse_qs(urlsplit(page.url).query) == {"team": [team_id("Platform")], "days": ["7"]}
    page.get_by_text("90 d", exact=True).click()
    page.wait_for_url("**days=90**")
    page.reload()
    settled(page, CHARTS["/dora"])
    assert parse_qs(urlsplit(page.url).query) == {"team": [team_id("Platform")], "days": ["90"]}
    page.go_back()
    page.wait_for_url(f"{quarter.url}/**")
    settled(page, 2)
    expect(page.get_by_role("combobox", name="Team")).to_have_value("Platform")


def test_a_wrong_value_in_a_link_is_said(quarter: Dashboard, page: Page) -> None:
    page.goto(f"{quarter.url}/flow?team=team_nobody&days=9999")
    settled(page, CHARTS["/flow"])
    expect(page.get_by_text("No team team_nobody here, so all teams are shown.")).to_be_visible()
    expect(page.get_by_text("9999 is no window; days go from 1 to 1095. Showing 30 days.")).to_be_visible()


def test_the_embedded_api_is_there_and_wants_a_key(quarter: Dashboard) -> None:
    assert requests.get(f"{quarter.url}/api/healthz", timeout=10).json()["status"] == "ok"
    assert requests.get(f"{quarter.url}/api/v1/teams", timeout=10).status_code == 401


def test_the_key_never_reaches_the_browser(quarter: Dashboard, page: Page) -> None:
    frames: list[str] = []
    page.on("websocket", lambda socket: socket.on("framereceived", lambda frame: frames.append(str(frame))))
    page.goto(f"{quarter.url}/")
    settled(page, 2)
    assert frames
    assert "klr_live_" not in page.content()
    assert not any("klr_live_" in frame for frame in frames)
