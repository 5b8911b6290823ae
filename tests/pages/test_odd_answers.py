"""Every page on answers that fit the API and say nothing, and on values no page was made for."""

import logging
import re
from collections.abc import Callable
from typing import Any

import pytest
from starlette.applications import Starlette

from components.site import SITE
from tests.integration.server.conftest import Api
from tests.pages.conftest import Open
from tests.pages.relay import Change, relaying, sent_texts

Connect = Callable[[Starlette], str]
TIME = re.compile(r"\d{4}-\d\d-\d\d(T.*)?")


def everywhere(change: Change, body: Any) -> Any:
    """A body with every value, of which objects and lists are made, changed."""
    if isinstance(body, dict):
        return {name: everywhere(change, each) for name, each in body.items()}
    if isinstance(body, list):
        return [everywhere(change, each) for each in body]
    return change(body)


def zero(value: Any) -> Any:
    return 0 if isinstance(value, int | float) and not isinstance(value, bool) else value


def far_off(value: Any) -> Any:
    return f"9999-12-31{value[10:]}" if isinstance(value, str) and TIME.fullmatch(value) else value


def without_rows(body: Any) -> Any:
    """Empty lists, though their totals stay."""
    if isinstance(body, dict):
        return {name: without_rows(each) for name, each in body.items()}
    return [] if isinstance(body, list) else body


ODD: dict[str, Change] = {
    "null everywhere": lambda body: everywhere(lambda _value: None, body),
    "0 everywhere": lambda body: everywhere(zero, body),
    "no rows": without_rows,
}


@pytest.mark.parametrize("kiosk", ["0", "1"])
@pytest.mark.parametrize("odd", ODD)
@pytest.mark.parametrize("page", [entry.file for entry in SITE])
def test_a_page_takes_odd_answers(
    page: str, odd: str, kiosk: str, api: Api, connected: Connect, open_page: Open
) -> None:
    connected(relaying(api, ODD[odd]))
    app = open_page(page, kiosk=kiosk, pr="acme/api/1847")
    assert not app.exception
    assert any(field in ("Markdown.body", "PlotlyChart.alt") for field, _text in sent_texts(app))


@pytest.mark.parametrize("kiosk", ["0", "1"])
def test_what_cannot_be_drawn_is_said_and_told_in_the_log(
    kiosk: str, api: Api, connected: Connect, open_page: Open, caplog: pytest.LogCaptureFixture
) -> None:
    connected(relaying(api, lambda body: everywhere(far_off, body)))
    app = open_page("forecast.py", kiosk=kiosk)
    assert not app.exception
    assert any("The API gave no usable answer" in text for _field, text in sent_texts(app))
    (told,) = [record for record in caplog.records if record.name == "components.faults"]
    assert told.levelno == logging.ERROR
    assert re.fullmatch(r"A page cannot be drawn: \w+ at .+\.py:\d+", told.getMessage())
    caplog.clear()


@pytest.mark.parametrize("kiosk", ["0", "1"])
def test_a_team_stays_chosen_while_the_teams_cannot_be_had(
    kiosk: str, api: Api, connected: Connect, open_page: Open
) -> None:
    team = api.team("Platform")
    connected(relaying(api, withheld="/teams", instead=500))
    app = open_page("dora.py", team=team, days="90", kiosk=kiosk)
    assert not app.exception
    assert app.query_params["team"] in (team, [team])
    assert not app.info
    connected(relaying(api))
    app.run()
    assert app.session_state["filters"].team_name == "Platform"


def test_two_teams_of_one_name_can_both_be_chosen(api: Api, connected: Connect, open_page: Open) -> None:
    connected(
        relaying(
            api, lambda body: everywhere(lambda value: "Twins" if value in ("Platform", "Whitehall") else value, body)
        )
    )
    app = open_page("dora.py")
    twins = [label for label in app.selectbox(key="team").options if label.startswith("Twins")]
    assert len(set(twins)) == 2


def test_the_preview_of_one_page_is_not_left_to_another(api: Api, connected: Connect, open_page: Open) -> None:
    connected(relaying(api))
    app = open_page("dora.py")
    assert app.session_state["screen"] is not None
    connected(relaying(api, withheld="/teams", instead=403))
    app.switch_page("flow.py").run()
    assert "screen" not in app.session_state
