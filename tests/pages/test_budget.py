"""A page asks for little: the budget of a key is shared by everyone who looks."""

from collections.abc import Callable
from typing import Any

import pytest
from starlette.applications import Starlette

from components.site import SITE
from tests.pages.conftest import Open, documented_only

MOST_CALLS = 6


@pytest.mark.parametrize("kiosk", ["0", "1"])
@pytest.mark.parametrize("page", [entry.file for entry in SITE])
def test_a_page_makes_few_calls_and_none_when_they_are_known(
    page: str, kiosk: str, connected: Callable[[Starlette], str], open_page: Open
) -> None:
    asked: list[str] = []

    def count(path: str, body: Any) -> Any:
        asked.append(path)
        return body

    connected(documented_only(change=count))
    # The test runner begins on the overview, so pages are opened from there, with another window.
    app = open_page(days="90", kiosk=kiosk)
    if page != "overview.py":
        asked[:] = ["/api/v1/teams"]
        app.query_params["days"] = "91"
        app.switch_page(page).run()
    assert len(asked) <= MOST_CALLS, asked
    asked.clear()
    app.run()
    assert not asked
