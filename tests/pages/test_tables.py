"""The tables of records: what is shown, searched and exported, within the request budget."""

import json
from collections import Counter
from collections.abc import Callable
from typing import Any

import pandas as pd
import pytest
import streamlit as st
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from streamlit.testing.v1 import AppTest

from components.exports import csv_text, json_text
from components.format import NO_BREAK
from tests.contract.bodies import ENDPOINTS, FOLDER
from tests.integration.server.conftest import Api
from tests.pages.conftest import Open, documented_only

Connect = Callable[[Starlette], str]

TABLES = ("deployments.py", "pull_requests.py", "incidents.py")
LISTS = {page: "/api/v1/" + page.removesuffix(".py").replace("_", "-") for page in TABLES}
MOST_CALLS = 6


def words(app: AppTest) -> str:
    """All Markdown on the page, blanks as blanks."""
    return "\n".join(element.value for element in app.markdown).replace(NO_BREAK, " ")


def table(app: AppTest) -> pd.DataFrame:
    """The one table on the page."""
    (found,) = app.dataframe
    return found.value


def figures(app: AppTest) -> list[dict[str, Any]]:
    return [json.loads(chart.proto.spec) for chart in app.get("plotly_chart")]


class Busy:
    """An organisation with so many rows in every list, which counts what it is asked."""

    def __init__(
        self, total: int, change: Callable[[dict[str, Any], int], dict[str, Any]] = lambda row, _: row
    ) -> None:
        self.total, self.change = total, change
        self.asked: Counter[str] = Counter()

    def app(self) -> Starlette:
        return Starlette(routes=[Route("/{path:path}", self.answer)])

    async def answer(self, request: Request) -> Response:
        path = request.url.path
        self.asked[path] += 1
        body = json.loads((FOLDER / next(each["file"] for each in ENDPOINTS if each["path"] == path)).read_text())
        if path in LISTS.values():
            page, size = int(request.query_params.get("page", 1)), int(request.query_params.get("pageSize", self.total))
            places = range(self.total)[(page - 1) * size : page * size]
            rows = [self.change({**body["data"][0], "id": f"row{place}"}, place) for place in places]
            body |= {"data": rows, "total": self.total, "page": page}
        return Response(json.dumps(body), media_type="application/json")


def numbered(row: dict[str, Any], place: int) -> dict[str, Any]:
    """Pull requests that can be told apart; every hundredth is about search."""
    return row | {"number": place + 1, "title": f"change {place}" + (" of search" if place % 100 == 0 else "")}


@pytest.mark.parametrize("page", TABLES)
def test_the_table_shows_the_lists_rows(page: str, sample: Api, open_page: Open) -> None:
    told = sample.get(LISTS[page].removeprefix("/api/v1"), days=90, pageSize=100).json()
    app = open_page(page, days="90")
    assert not app.exception
    frame = table(app)
    assert len(frame) == min(300, told["total"])
    assert frame["Repository"].tolist()[:100] == [row["repo"] for row in told["data"]][:100]


@pytest.mark.parametrize("page", TABLES)
def test_a_table_has_a_name_for_those_who_do_not_see_it(page: str, sample: Api, open_page: Open) -> None:
    (found,) = open_page(page, days="90").dataframe
    assert found.proto.alt.endswith("newest first")


@pytest.mark.parametrize("page", TABLES)
@pytest.mark.parametrize("deep", ["1", "7"])
def test_one_view_of_ten_thousand_rows_costs_at_most_six_calls(
    page: str, deep: str, connected: Connect, open_page: Open
) -> None:
    busy = Busy(10_000)
    connected(busy.app())
    app = open_page(page)
    st.cache_resource.clear()
    busy.asked.clear()
    app.query_params["page"] = deep
    app.run()
    assert not app.exception
    assert sum(busy.asked.values()) <= MOST_CALLS
    assert busy.asked["/api/v1/teams"] == 1
    assert len(table(app)) == (10_000 if page == "incidents.py" else 300)


class TestPullRequests:
    """Searching, paging and choosing."""

    @pytest.fixture
    def busy(self, connected: Connect) -> Busy:
        busy = Busy(10_000, numbered)
        connected(busy.app())
        return busy

    def test_the_first_sheet_is_the_latest(self, busy: Busy, open_page: Open) -> None:
        app = open_page("pull_requests.py")
        assert table(app)["Number"].tolist() == list(range(1, 301))
        assert "Rows 1 to 300 of 10\u2009000, newest first; a click on a heading sorts these 300." in words(app)

    def test_a_search_of_the_url_says_how_far_it_went(self, busy: Busy, open_page: Open) -> None:
        app = open_page_with(open_page, "pull_requests.py", q="SEARCH of")
        assert table(app)["Number"].tolist() == [1, 101, 201]
        assert "3 rows match, searched the latest 300 of 10\u2009000." in words(app)

    def test_the_next_rows_are_searched_at_a_press(self, busy: Busy, open_page: Open) -> None:
        app = open_page_with(open_page, "pull_requests.py", q="search")
        app.button(key="pull-requests.next").click().run()
        assert table(app)["Number"].tolist() == [301, 401, 501]
        assert "3 rows match, searched rows 301 to 600 of 10\u2009000" in words(app)
        assert (app.query_params["q"], app.query_params["page"]) == ("search", "2")

    def test_typing_writes_the_url_and_begins_with_the_latest(self, busy: Busy, open_page: Open) -> None:
        app = open_page_with(open_page, "pull_requests.py", page="3")
        assert table(app)["Number"].iloc[0] == 601
        app.text_input(key="pull-requests.q").set_value("search").run()
        assert app.query_params == {"q": "search"}
        assert table(app)["Number"].tolist() == [1, 101, 201]

    def test_the_link_to_share_is_that_of_the_search(self, busy: Busy, open_page: Open) -> None:
        app = open_page_with(open_page, "pull_requests.py")
        app.text_input(key="pull-requests.q").set_value("search").run()
        assert "q=search" in app.code[0].value

    def test_a_page_is_turned(self, busy: Busy, open_page: Open) -> None:
        app = open_page_with(open_page, "pull_requests.py")
        (pager,) = app.get("pagination")
        pager.set_value(34).run()
        assert table(app)["Number"].tolist() == list(range(9901, 10_001))
        assert app.query_params["page"] == "34"

    def test_a_search_is_taken_up_again_after_another_page(self, busy: Busy, open_page: Open) -> None:
        app = open_page_with(open_page, "pull_requests.py", q="search", risk="medium")
        app.switch_page("incidents.py").run()
        app.query_params.clear()
        app.switch_page("pull_requests.py").run()
        assert (app.query_params["q"], app.query_params["risk"]) == ("search", "medium")
        assert table(app)["Number"].tolist() == [1, 101, 201]

    def test_nothing_found_is_said_and_every_row_can_be_had_again(self, busy: Busy, open_page: Open) -> None:
        app = open_page_with(open_page, "pull_requests.py", q="nowhere", risk="low")
        assert "None of the rows searched has all that is asked for." in words(app)
        assert not app.dataframe
        app.button(key="pull-requests.all").click().run()
        assert len(table(app)) == 300
        assert not app.query_params

    def test_a_chosen_row_leads_to_its_risk(self, busy: Busy, open_page: Open) -> None:
        app = open_page_with(open_page, "pull_requests.py", q="search")
        choose(app, 1)
        assert not app.exception
        (link,) = [each for each in app.get("page_link") if "risky" in each.proto.label]
        assert link.proto.query_string == "pr=acme%2Fapi%2F101"
        assert "**#101** change 100 of search" in words(app)

    def test_a_chosen_row_is_not_another_one_among_other_rows(self, busy: Busy, open_page: Open) -> None:
        app = open_page_with(open_page, "pull_requests.py", q="search")
        choose(app, 1)
        app.text_input(key="pull-requests.q").set_value("change 2").run()
        assert "Choose a row" in words(app)


def choose(app: AppTest, row: int) -> None:
    """Tick the box of a row."""
    (found,) = app.dataframe
    app.session_state[found.key] = {"selection": {"rows": [row], "columns": [], "cells": []}}
    app.run()


def open_page_with(open_page: Open, file: str, /, **params: str) -> AppTest:
    """A page reached in the navigation, then its own parameters in the URL."""
    app = open_page(file)
    for name, value in params.items():
        app.query_params[name] = value
    return app.run()


@pytest.mark.parametrize(
    ("params", "column", "values"),
    [
        ({"result": "failed later"}, "Result", {"failed later"}),
        ({"env": "production"}, "Environment", {"production"}),
        ({"repo": "alphagov/whitehall"}, "Repository", {"alphagov/whitehall"}),
    ],
)
def test_choices_of_the_url_narrow_the_table(
    params: dict[str, str], column: str, values: set[str], sample: Api, open_page: Open
) -> None:
    rows = sample.get("/deployments", days=90, pageSize=100, page=1).json()
    failed = next(
        number
        for number in range(1, rows["total"] // 100 + 2)
        if any(row["failed"] for row in sample.get("/deployments", days=90, pageSize=100, page=number).json()["data"])
    )
    app = open_page_with(open_page, "deployments.py", days="90", page=str((failed - 1) // 3 + 1), **params)
    assert set(table(app)[column]) == values


@pytest.mark.parametrize("page", TABLES)
@pytest.mark.parametrize(
    "params",
    [
        {"q": "x" * 5000, "page": "-1"},
        {"q": "**b** $x$ \u202e", "page": "1e9"},
        {"repo": "[x](javascript:1)", "severity": "<b>", "env": "=1", "risk": "worst", "page": "٣"},
        {"result": "\x00", "status": "\u200b", "page": "99999999999999999999"},
    ],
)
def test_nonsense_in_the_url_harms_nothing(
    page: str, params: dict[str, str], connected: Connect, open_page: Open
) -> None:
    connected(documented_only())
    app = open_page_with(open_page, page, **params)
    assert not app.exception
    assert "rows match" in words(app) or "newest first" in words(app) or "No row" in words(app)


@pytest.mark.parametrize("page", TABLES)
def test_documented_fields_are_enough(page: str, connected: Connect, open_page: Open) -> None:
    connected(documented_only())
    app = open_page(page)
    assert not app.exception
    assert len(table(app)) == 1
    assert "; the server gives no more." in words(app)


NULLS = (
    "author",
    "mergedAt",
    "cycleTimeSecs",
    "riskScore",
    "deployedAt",
    "leadTimeSecs",
    "severity",
    "resolvedAt",
    "mttrSecs",
)


@pytest.mark.parametrize("page", TABLES)
@pytest.mark.parametrize("kiosk", [False, True])
def test_nulls_everywhere_are_dashes(page: str, kiosk: bool, connected: Connect, open_page: Open) -> None:
    def nothing(path: str, body: dict[str, Any]) -> dict[str, Any]:
        if path.endswith("/teams"):
            return body
        if "data" not in body:
            return dict.fromkeys(body)
        rows = [{name: None if name in NULLS else value for name, value in row.items()} for row in body["data"]]
        return body | {"data": rows, "total": len(rows)}

    connected(documented_only(change=nothing))
    app = open_page(page, **({"kiosk": "1"} if kiosk else {}))
    assert not app.exception
    if kiosk:
        assert "\u2013" in "".join(note["text"] for chart in figures(app) for note in chart["layout"]["annotations"])
    else:
        assert table(app).iloc[0].isna().any()


@pytest.mark.parametrize(("page", "kind"), [(page, page.removesuffix(".py")) for page in TABLES])
def test_an_empty_list_names_the_command_that_fills_it(
    page: str, kind: str, connected: Connect, open_page: Open
) -> None:
    connected(
        documented_only(change=lambda path, body: body | {"data": [], "total": 0} if path == LISTS[page] else body)
    )
    app = open_page(page)
    assert not app.exception
    assert any(f"import {kind} FILE" in code.value for code in app.code)
    assert not app.dataframe


@pytest.mark.parametrize("page", TABLES)
def test_a_wall_shows_no_table_and_asks_for_nothing(page: str, sample: Api, open_page: Open) -> None:
    app = open_page(page, kiosk="1", days="90")
    assert not app.exception
    assert not [*app.dataframe, *app.button, *app.text_input, *app.selectbox]
    bars = [trace for chart in figures(app) for trace in chart["data"] if trace["type"] == "bar"]
    assert bars


@pytest.mark.parametrize("page", TABLES)
def test_a_wall_without_rows_stands(page: str, connected: Connect, open_page: Open) -> None:
    connected(documented_only(change=lambda path, body: body | {"data": [], "total": 0} if "data" in body else body))
    assert not open_page(page, kiosk="1").exception


HOSTILE = (
    '=HYPERLINK("http://evil.example","x")',
    "＝1+1",
    "**b** [x](javascript:alert(1)) <img src=x onerror=alert(1)>",
    "$x^2$ :red[y] :material/x:",
    "\u202eright to left\u2066",
    "half \ud800 a pair",
    'a;=1\t=1\n"=1',
    "z" * 10_000,
)


@pytest.mark.parametrize("page", TABLES)
@pytest.mark.parametrize("kiosk", [False, True])
def test_hostile_texts_are_shown_letter_by_letter(page: str, kiosk: bool, connected: Connect, open_page: Open) -> None:
    def poisoned(row: dict[str, Any], place: int) -> dict[str, Any]:
        texts = ("title", "author", "repo", "env", "status", "severity", "sha", "ref")
        return {
            name: HOSTILE[place] if name in texts else value
            for name, value in (row | dict.fromkeys(("ref", "sha", "repo"), "")).items()
        }

    connected(Busy(len(HOSTILE), poisoned).app())
    app = open_page(page, **({"kiosk": "1"} if kiosk else {}))
    assert not app.exception
    for element in app.markdown:
        assert "<img" not in element.value
        assert "javascript:" not in element.value
    assert "<img" not in json.dumps([[trace.get("customdata") for trace in chart["data"]] for chart in figures(app)])
    if kiosk:
        return
    frame = table(app)
    assert frame["Link"].isna().all()
    assert frame["Repository"].iloc[2] == HOSTILE[2]
    assert frame["Repository"].str.len().max() <= 300
    assert json.loads(json_text(frame))[0]["Repository"] == HOSTILE[0]
    lines = csv_text(frame)
    assert ",=" not in lines
    assert '"=' not in lines.replace('""', "")


def test_a_hostile_title_is_plain_beside_the_link_to_its_risk(connected: Connect, open_page: Open) -> None:
    connected(Busy(1, lambda row, _place: row | {"title": HOSTILE[2]}).app())
    app = open_page("pull_requests.py")
    choose(app, 0)
    assert "\\*\\*b\\*\\* \\[x\\]\\(javascript\\:alert" in words(app)


def test_streamlits_own_export_is_off(sample: Api) -> None:
    """It would write what begins with = as it is."""
    import tomllib
    from pathlib import Path

    told = tomllib.loads((Path(__file__).parents[2] / ".streamlit" / "config.toml").read_text(encoding="utf-8"))
    assert told["client"]["disableDataExport"] is True


def test_figures_of_the_whole_organisation_are_not_given_as_a_teams(connected: Connect, open_page: Open) -> None:
    connected(documented_only())
    app = open_page("deployments.py", team="team_abc123")
    assert "## 42 deployments in 30 days." in words(app)
    assert "Whole organisation" in words(app)
    wall = open_page("deployments.py", team="team_abc123", kiosk="1")
    shown = [note["text"] for chart in figures(wall) for note in chart["layout"]["annotations"]]
    assert shown.count("not known per team") == 3


def test_a_very_long_table_shows_all_durations_in_hours(connected: Connect, open_page: Open) -> None:
    connected(Busy(1001).app())
    (found,) = open_page("incidents.py").dataframe
    assert '"format": "%.1f h"' in found.proto.columns
    assert not found.proto.arrow_data.styler.display_values


def test_bars_follow_the_search_where_every_row_is_there(sample: Api, open_page: Open) -> None:
    for page in ("incidents.py", "pull_requests.py"):
        every, some = (
            open_page(page, days="90" if page == "incidents.py" else "1", **asked) for asked in ({}, {"q": "whitehall"})
        )
        drawn = [sum(figures(app)[1]["data"][0]["y"]) for app in (every, some)]
        assert drawn == [len(table(every)), len(table(some))]
        assert 0 < drawn[1] < drawn[0]
