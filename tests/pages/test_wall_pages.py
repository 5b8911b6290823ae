"""Every page as a screen on a wall: no control, large letters, words for every state."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from starlette.applications import Starlette
from streamlit.testing.v1 import AppTest

from components import connection
from components.charts.wall import LONGEST_AT_FULL_SIZE, PALETTE
from components.connection import Connection
from components.site import SITE
from koalr_api.errors import APITimeoutError
from koalr_api.job import Exchange
from koalr_api.transport import Transport, utc_now
from tests.integration.server.conftest import Api
from tests.pages.conftest import KEY, Open, documented_only

WALL = [entry.file for entry in SITE if entry.wall]
CONTROLS = ("button", "selectbox", "slider", "number_input", "text_input", "button_group", "dataframe", "radio")
SMALLEST_PX = 27
# Header, clock, board.
FIGURES = 3


def figures(app: AppTest) -> list[dict[str, Any]]:
    return [json.loads(chart.proto.spec) for chart in app.get("plotly_chart")]


def words(app: AppTest) -> str:
    return " | ".join(figure["layout"]["meta"] for figure in figures(app))


@pytest.mark.parametrize("page", WALL)
def test_a_page_hangs_on_the_wall_without_a_control_and_reads_from_afar(
    page: str, sample: Api, open_page: Open
) -> None:
    app = open_page(page, kiosk="1", days="90")
    assert not app.exception
    assert not [name for name in CONTROLS if app.get(name)]
    assert not app.title
    drawn = figures(app)
    assert len(drawn) == FIGURES
    for figure in drawn:
        layout = figure["layout"]
        assert layout["paper_bgcolor"] == PALETTE.background
        assert layout["meta"]
        for text in layout.get("annotations", []):
            assert text["font"]["size"] >= SMALLEST_PX or not text["text"]
        for name, axis in layout.items():
            if name.startswith(("xaxis", "yaxis")) and axis.get("showticklabels", True) and axis.get("visible", True):
                assert axis["tickfont"]["size"] >= 26, name


@pytest.mark.parametrize("page", WALL)
def test_its_sentence_is_short(page: str, sample: Api, open_page: Open) -> None:
    sentence = figures(open_page(page, kiosk="1"))[-1]["layout"]["meta"].split("; ")[0]
    assert 0 < len(sentence) <= LONGEST_AT_FULL_SIZE + 20


@pytest.mark.parametrize("page", WALL)
def test_it_works_on_nothing_but_the_documented_fields(
    page: str, connected: Callable[[Starlette], str], open_page: Open
) -> None:
    connected(documented_only())
    app = open_page(page, kiosk="1")
    assert not app.exception
    assert len(figures(app)) == FIGURES


@pytest.mark.parametrize("page", WALL)
@pytest.mark.parametrize(
    ("status", "sentence"), [(401, "does not accept the key"), (429, "request budget"), (500, "no usable answer")]
)
def test_a_failure_is_a_sentence_and_no_button(
    page: str, status: int, sentence: str, connected: Callable[[Starlette], str], open_page: Open
) -> None:
    connected(documented_only(status))
    app = open_page(page, kiosk="1")
    assert not app.exception
    assert not app.button
    told = words(app)
    # Once the budget is known to be used up, there is no failure: the question is queued.
    assert (sentence in told and "looks again every minute" in told) or (status == 429 and "on their way" in told)
    assert KEY not in str(app)


def test_an_unreachable_api_is_said(open_page: Open) -> None:
    connection.connect(Connection("http://127.0.0.1:9", KEY))
    assert "The API cannot be reached" in words(open_page(kiosk="1"))


def test_an_api_that_takes_too_long_is_told_apart_from_one_that_is_not_there(
    open_page: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    late = Exchange(utc_now(), error=APITimeoutError("It did not answer in time."))
    monkeypatch.setattr(Transport, "send", lambda *_arguments: late)
    connection.connect(Connection("http://127.0.0.1:9", KEY))
    told = words(open_page(kiosk="1"))
    assert "The API does not answer in time" in told
    assert "cannot be reached" not in told


def test_a_page_that_needs_somebody_says_so(sample: Api, open_page: Open) -> None:
    told = words(open_page("pr_risk.py", kiosk="1"))
    assert "needs somebody to use it" in told
    assert "Put on TV" in told


def test_the_team_and_the_window_stand_in_the_header(sample: Api, open_page: Open) -> None:
    app = open_page("dora.py", kiosk="1", team=sample.team("Whitehall"), days="7")
    assert figures(app)[0]["layout"]["meta"] == "DORA. Whitehall · last 7 days · figures to 31 Mar"


def test_the_clock_says_that_no_data_come_although_the_api_answers(
    connected: Callable[[Starlette], str], open_page: Open
) -> None:
    told = {"name": "acme", "now": "2026-03-06T08:30:00Z", "loadedAt": "2026-02-20T06:00:00Z"}
    connected(documented_only(change=lambda _path, body: body | {"organisation": told}))
    said = words(open_page(kiosk="1"))
    assert "Overview. acme · last 30 days · figures to 6 Mar" in said
    assert "no data since Fri 20 Feb" in said
    told["sample"] = True  # type: ignore[assignment]
    connected(documented_only(change=lambda _path, body: body | {"organisation": told}))
    assert "answers just in" in words(open_page(kiosk="1"))


def test_with_a_rotation_a_line_shows_the_time_until_the_next_page(sample: Api, open_page: Open) -> None:
    assert open_page(kiosk="1", rotate="overview,dora", every="30").get("progress")
    assert not open_page(kiosk="1").get("progress")
