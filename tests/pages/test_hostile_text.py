"""Text of others is shown letter by letter wherever it stands; nothing in it formats, links, or runs."""

import json
import re
from collections.abc import Callable

import pytest
from starlette.applications import Starlette
from streamlit.testing.v1 import AppTest

from components.site import SITE
from tests.integration.server.conftest import Api
from tests.pages.conftest import Open
from tests.pages.hostile import HOSTILE, MARK, poisoned
from tests.pages.relay import relaying, sent_texts

Connect = Callable[[Starlette], str]
PAGES = [entry.file for entry in SITE]
# What Markdown would make something of, where no backslash keeps it from that.
MARKUP = re.compile(
    r"(?<!\\)(\*\*bolded|\[linked|<b>|<img|<script|<a |&lt;|\$squared|:material/bolt|:red\[red|`coded|https\\?:\\?/|(?<!\u2060\\)@)"
)
# Streamlit shows these as they are.
LITERAL = {
    "Selectbox.options",
    "Code.code_text",
    "PlotlyChart.alt",
    "PageLink.query_string",
    "TextInput.value",
    "Selectbox.raw_value",
}


def assert_literal(app: AppTest) -> int:
    """How many texts have some hostile text; all of them show it literally."""
    assert not app.exception
    hostile = [(field, text) for field, text in sent_texts(app) if MARK in text]
    for field, text in hostile:
        if field == "PlotlyChart.spec":
            figure = json.loads(text)
            # It is only read aloud, and handed over as `alt`.
            del figure["layout"]["meta"]
            assert not re.search("<(img|a |script)", json.dumps(figure))
        elif field not in LITERAL:
            found = MARKUP.search(text)
            assert found is None, (field, text[max(0, found.start() - 60) :][:200])
        assert "\u202e" not in text or field in ("PageLink.query_string", "Code.code_text", "TextInput.value"), field
    return len(hostile)


@pytest.mark.parametrize("kiosk", ["0", "1"])
@pytest.mark.parametrize("page", PAGES)
def test_text_of_the_api_is_shown_literally(
    page: str, kiosk: str, api: Api, connected: Connect, open_page: Open
) -> None:
    connected(relaying(api, poisoned))
    asked = {"pr": "acme/api/1847", "kiosk": kiosk}
    # On a wall the header has the organisation's name, on a page the sidebar.
    assert assert_literal(open_page(page, **asked)) >= 1


@pytest.mark.parametrize("page", PAGES)
def test_values_of_the_address_are_shown_literally(page: str, api: Api, connected: Connect, open_page: Open) -> None:
    connected(relaying(api))
    hostile = HOSTILE.replace("\ud800", "") + "z" * 2000
    names = ("team", "days", "items", "minutes", "metric", "pr", "q", "page", "env", "result", "repo", "risk", "status")
    assert assert_literal(open_page(page, **dict.fromkeys(names, hostile))) >= 1


@pytest.mark.parametrize("value", ["00000003" + "0" * 5000, "000000030999999", "1e999", "٣٠", "-1"])
def test_odd_numbers_in_the_address_are_none(value: str, api: Api, connected: Connect, open_page: Open) -> None:
    connected(relaying(api))
    app = open_page("forecast.py", days=value, items=value, page=value, every=value)
    assert not app.exception
    assert (app.session_state["filters"].days, app.session_state["items"]) == (30, None)


def test_the_dialog_for_a_tv_shows_a_team_literally(api: Api, connected: Connect, open_page: Open) -> None:
    connected(relaying(api, poisoned))
    app = open_page("dora.py", team=api.team("Platform"))
    before = assert_literal(app)
    app.button(key="put-on-tv").click().run()
    assert assert_literal(app) > before
