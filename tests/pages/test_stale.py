"""Pages and walls while the API cannot renew what they show."""

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from starlette.applications import Starlette

from components import asking
from components.site import SITE
from koalr_api import Koalr
from tests.pages.conftest import Open, documented_only
from tests.pages.test_pages import words
from tests.pages.test_wall_pages import words as wall_words

FILES = [entry.file for entry in SITE if entry.key not in ("status", "pr-risk", "custom-metrics")]


@pytest.fixture
def failing(connected: Callable[[Starlette], str], monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """An API that answers until it is told not to; what it answered is old at once."""
    monkeypatch.setattr(asking, "Koalr", partial(Koalr, cache_ttl_secs=0.0, max_retries=0))
    monkeypatch.setattr(asking, "MAX_AGE_SECS", 0.0)
    fails = False

    def answer(_path: str, body: Any) -> Any:
        return ["<html>"] if fails else body

    def fail() -> None:
        nonlocal fails
        fails = True

    connected(documented_only(change=answer))
    return fail


@pytest.mark.parametrize("page", FILES)
def test_the_figures_stay_and_the_title_says_how_old_they_are(
    page: str, failing: Callable[[], None], open_page: Open
) -> None:
    app = open_page(page)
    assert "not answering" not in words(app)
    shown = [card.value for card in app.metric]
    failing()
    app.run()
    assert not app.exception
    assert [card.value for card in app.metric] == shown
    assert ":orange-badge[:material/cloud_off: API not answering, just now]" in words(app)


def test_a_wall_keeps_its_figures(failing: Callable[[], None], open_page: Open) -> None:
    app = open_page(kiosk="1")
    before = wall_words(app)
    failing()
    app.run()
    assert not app.exception
    assert wall_words(app).split(" | ")[2:] == before.split(" | ")[2:]
