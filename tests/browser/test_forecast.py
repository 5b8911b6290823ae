"""The slider of the forecast page, as it is dragged."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Dashboard, settled
from tests.recording import Recording
from tests.running import running

pytestmark = pytest.mark.browser

CHARTS = 7
TEAM = "team_abc123"
THUMB = '[data-testid="stSlider"] input'


@pytest.fixture
def recorded(start: Callable[..., Dashboard], tmp_path: Path) -> Iterator[tuple[Dashboard, Recording]]:
    """A dashboard of a server that remembers what it was asked."""
    today = datetime.now(UTC).date()
    dates = {name: (today + timedelta(days=days)).isoformat() for name, days in (("p50", 9), ("p85", 23), ("p95", 37))}
    server = Recording({"/forecast/delivery": dates})
    with running(server.app()) as url:
        yield start(tmp_path, KOALR_API_URL=url, KOALR_API_KEY="klr_live_" + "k" * 40, KOALR_CACHE_DIR=""), server


def test_letting_the_slider_go_asks_once_and_the_link_opens_the_same(
    recorded: tuple[Dashboard, Recording], page: Page
) -> None:
    dashboard, server = recorded
    page.goto(f"{dashboard.url}/forecast?team={TEAM}")
    settled(page, CHARTS)
    before = len(server.asked)
    slider = page.get_by_test_id("stSlider")
    track = slider.bounding_box()
    thumb = slider.get_by_role("slider").or_(page.locator(THUMB)).first.bounding_box()
    assert track is not None
    assert thumb is not None
    y = thumb["y"] + thumb["height"] / 2
    page.mouse.move(thumb["x"] + thumb["width"] / 2, y)
    page.mouse.down()
    for step in range(1, 11):
        page.mouse.move(track["x"] + track["width"] * step / 20, y)
    page.mouse.up()
    page.wait_for_url("**items=**")
    items = int(page.url.rsplit("items=", 1)[1])
    expect(page.get_by_role("heading", name=f"{items} items by")).to_be_visible()
    settled(page, CHARTS)
    asked = server.asked[before:]
    assert {path for path, _ in asked} == {"/forecast/delivery"}
    assert [params for _, params in asked if params["items"] == str(items)] == [{"items": str(items), "teamId": TEAM}]
    assert len(asked) <= 4
    again = page.context.browser.new_page()  # type: ignore[union-attr]
    again.goto(page.url)
    settled(again, CHARTS)
    expect(again.get_by_role("heading", name=f"{items} items by")).to_be_visible()
    again.close()
