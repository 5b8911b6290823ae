"""No page cuts a text, however wide the window is; and what is read aloud has no markup in it."""

import pytest
from playwright.sync_api import Page

from components.site import SITE
from tests.browser.conftest import Dashboard, settled

pytestmark = pytest.mark.browser

WIDTHS = (390, 768, 1024, 1440, 1920)
# Elements that hide what is wider than they are. The link to copy scrolls on purpose, cells of a grid are drawn, not set.
CUT = """() => [...document.querySelectorAll('[data-testid=stMain] *')]
    .filter(each => each.innerText && each.clientWidth > 0 && each.scrollWidth > each.clientWidth + 1
        && getComputedStyle(each).overflowX !== 'visible' && !each.closest('pre')
        && (each.children.length === 0 || getComputedStyle(each).textOverflow === 'ellipsis'
            || each.dataset.testid === 'stTable' || each.querySelector('table')))
    .map(each => `${each.innerText.slice(0, 60)}: ${each.scrollWidth} of ${each.clientWidth} px`)"""
NAMES = """() => [...document.querySelectorAll('*')]
    .flatMap(each => ['aria-label', 'title', 'alt'].map(name => each.getAttribute(name)))
    .filter(text => text && /:[a-z]+(-badge)?\\[|:material/.test(text))"""


@pytest.mark.parametrize("path", [entry.path for entry in SITE])
def test_no_text_is_cut_at_any_width_and_none_is_read_aloud_with_markup(
    quarter: Dashboard, page: Page, path: str
) -> None:
    page.goto(f"{quarter.url}{path}?days=30")
    settled(page, 0)
    cut = {}
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 1000})
        page.wait_for_timeout(700)
        cut[width] = page.evaluate(CUT)
    assert not any(cut.values()), cut
    assert page.evaluate(NAMES) == []
