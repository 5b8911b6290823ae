"""Every page against WCAG 2 A and AA, as far as a machine can tell, and by keyboard."""

from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from components.site import SITE
from tests.browser.conftest import Dashboard, settled

pytestmark = pytest.mark.browser

RULES = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]}}
# Markup of Streamlit's own that a page cannot change: rule -> what it is inside of.
ALLOWED = {
    # The sidebar's sections are lists around lists.
    "list": "[data-testid=stSidebarNav]",
    "listitem": "[data-testid=stSidebarNav]",
}
INSIDE = "([selector, around]) => Boolean(document.querySelector(selector)?.closest(around))"


def violations(page: Page) -> list[str]:
    """What is wrong and not allowed, as sentences."""
    found: list[dict[str, Any]] = Axe().run(page, options=RULES).response["violations"]
    return [
        f"{rule['id']}: {rule['help']}: {node['html'][:300]} {node.get('failureSummary', '')[:300]}"
        for rule in found
        for node in rule["nodes"]
        if rule["id"] not in ALLOWED or not page.evaluate(INSIDE, [node["target"][0], ALLOWED[rule["id"]]])
    ]


@pytest.mark.parametrize(
    ("path", "scheme"),
    [(entry.path, "light") for entry in SITE] + [("/", "dark"), ("/dora", "dark"), ("/forecast", "dark")],
)
def test_a_page_has_no_fault_of_its_own(quarter: Dashboard, page: Page, path: str, scheme: str) -> None:
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    page.goto(f"{quarter.url}{path}?days=90")
    settled(page, 0)
    page.wait_for_timeout(500)
    assert violations(page) == []


def test_a_wall_has_none_either(quarter: Dashboard, page: Page) -> None:
    page.goto(f"{quarter.url}/?kiosk=1&embed=true&embed_options=dark_theme")
    settled(page, 3)
    assert violations(page) == []


def test_the_keyboard_reaches_every_control(quarter: Dashboard, page: Page) -> None:
    page.goto(f"{quarter.url}/?days=90")
    settled(page, 2)
    reached = set()
    for _ in range(60):
        page.keyboard.press("Tab")
        reached.add(
            page.evaluate("""() => {
                const at = document.activeElement;
                return at.getAttribute('aria-label') || at.innerText.trim() || at.tagName;
            }""")
        )
    for control in ("DORA", "Status", "7 d", "Share"):
        assert any(control in name for name in reached), (control, reached)
    assert any("Team" in name or "All teams" in name for name in reached), reached
