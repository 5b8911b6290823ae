"""The forecast page: its controls, its calls, its numbers, and what it says where there are none."""

import json
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from starlette.applications import Starlette
from streamlit.testing.v1 import AppTest

from components import asking, data
from components.format import NO_BREAK
from koalr_api import Statistics
from tests.integration.server.conftest import NOW, Api
from tests.pages.conftest import MAIN, Open
from tests.recording import Recording

Connect = Callable[[Starlette], str]
TEAM = "team_abc123"
TODAY = datetime.now(UTC).date()


def day(count: int) -> str:
    """A date so many days from today, as the API writes it."""
    return (TODAY + timedelta(days=count)).isoformat()


SOON = {"/forecast/delivery": {"p50": day(10), "p85": day(24), "p95": day(38)}}
OVERVIEW_ITEMS = 100
"""What the overview, opened first, asks for: about four weeks of 18 a week."""
NO_DATES = {"p50": None, "p85": None, "p95": None}


def words(app: AppTest) -> str:
    """All text on the page, without what keeps it from being read as Markdown."""
    return "\n".join(each.value for each in [*app.markdown, *app.info]).replace("\\", "").replace(NO_BREAK, " ")


def chart(app: AppTest, name: str) -> dict[str, Any]:
    """A figure by its key."""
    found = next(each for each in app.get("plotly_chart") if each.proto.id.endswith(name))
    return dict(json.loads(found.proto.spec))


def axis(figure: dict[str, Any], start: date, name: str = "dates") -> list[str]:
    """What a trace shows, as dates."""
    trace = next(each for each in figure["data"] if each.get("name") == name)
    return [(start + timedelta(days=days)).isoformat() for days in trace["x"]]


class TestNumbers:
    def test_the_charts_show_the_apis_dates(self, sample: Api, open_page: Open) -> None:
        team = sample.team("Whitehall")
        told = [sample.get("/forecast/delivery", items=items, teamId=team).json() for items in (60, 75, 90, 120)]
        app = open_page("forecast.py", team=team, items="60")
        assert not app.exception
        start = NOW.date()
        assert axis(chart(app, "chance-by-date"), start) == [told[0][name] for name in ("p50", "p85", "p95")]
        rows = chart(app, "scope-growth")["data"]
        bars = [[(start + timedelta(days=days)).isoformat() for days in row["x"]] for row in rows[::2]]
        dots = [(start + timedelta(days=row["x"][0])).isoformat() for row in rows[1::2]]
        assert bars == [[each["p50"], each["p95"]] for each in told]
        assert dots == [each["p85"] for each in told]

    def test_the_calendar_marks_the_apis_dates(self, sample: Api, open_page: Open) -> None:
        told = sample.get("/forecast/delivery", items=200).json()
        app = open_page("forecast.py", items="200")
        hovers = [
            text
            for each in app.get("plotly_chart")
            if "month-" in each.proto.id
            for text in json.loads(each.proto.spec)["data"][1]["customdata"]
        ]
        marked = {text.split(": ")[1]: text.split(": ")[0] for text in hovers if text.endswith("date")}
        surest = {name: told[name] for name in ("p50", "p85", "p95")}
        expected = {f"{name[1:]} % date": f"{date.fromisoformat(text):%a %-d %B}" for name, text in surest.items()}
        assert marked.items() <= expected.items()
        assert marked["95 % date"] == expected["95 % date"]

    def test_the_backlog_is_the_apis(self, sample: Api, open_page: Open) -> None:
        told = sample.get("/forecast/backlog").json()
        app = open_page("forecast.py")
        fan = next(each for each in chart(app, "backlog")["data"] if each["name"] == "fan")
        weeks = told["weeksToEmpty"]
        assert fan["x"] == [0, weeks["p50"], weeks["p85"], 0]
        assert fan["y"][0] == told["backlogSize"]
        assert f"{told['weeklyThroughputP50']:g} items a week" in words(app)

    def test_the_sentence_is_the_85_per_cent_date(self, sample: Api, open_page: Open) -> None:
        told = date.fromisoformat(sample.get("/forecast/delivery", items=60).json()["p85"])
        assert f"## 60 items by {told:%a %-d %B}, 85 % sure" in words(open_page("forecast.py", items="60"))


class TestCalls:
    def test_releasing_the_slider_asks_once_for_its_items_and_team(self, connected: Connect, open_page: Open) -> None:
        server = Recording(SOON)
        connected(server.app())
        app = open_page("forecast.py", team=TEAM)
        before = len(server.asked)
        app.slider(key="items-slider").set_value(32).run()
        new = server.asked[before:]
        assert {path for path, _ in new} == {"/forecast/delivery"}
        assert [params for _, params in new if params["items"] == "32"] == [{"items": "32", "teamId": TEAM}]
        assert sorted(int(params["items"]) for _, params in new) == [32, 48, 64]  # 40 was there: twice 20
        assert app.query_params["items"] == "32"
        assert "## 32 items by" in words(app)

    def test_a_cold_page_makes_six_calls_at_most(self, connected: Connect, open_page: Open) -> None:
        server = Recording(SOON)
        connected(server.app())
        app = AppTest.from_file(MAIN, default_timeout=30)
        app.query_params["items"] = "30"
        app.run()
        before = len(server.asked)
        app.switch_page("forecast.py").run()
        assert not app.exception
        assert server.items() == [30, 38, 45, 60, OVERVIEW_ITEMS]
        assert len(server.asked) - before + 1 <= 6  # the teams were asked for before

    def test_drawing_again_asks_for_nothing(self, connected: Connect, open_page: Open) -> None:
        server = Recording(SOON)
        connected(server.app())
        app = open_page("forecast.py")
        before = len(server.asked)
        app.run()
        assert len(server.asked) == before

    def test_rows_the_budget_cannot_pay_are_left_out_and_it_is_said(
        self, connected: Connect, open_page: Open, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        server = Recording(SOON)
        connected(server.app())
        told = asking.statistics

        def poor() -> Statistics:
            return told()._replace(budget_left=data.SPARED_REQUESTS + 1, queued=0)

        monkeypatch.setattr(asking, "statistics", poor)
        app = open_page("forecast.py")
        assert server.items() == [20, 25]
        assert "2 rows left out: the request budget or the API allows no more now." in words(app)

    def test_rows_at_hand_need_no_budget(
        self, connected: Connect, open_page: Open, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        server = Recording(SOON)
        connected(server.app())
        app = open_page("forecast.py", team=TEAM)
        told = asking.statistics
        monkeypatch.setattr(asking, "statistics", lambda: told()._replace(budget_left=0))
        before = len(server.asked)
        assert "left out" not in words(app.run())
        assert len(server.asked) == before

    def test_without_a_date_no_row_is_asked_for(self, connected: Connect, open_page: Open) -> None:
        server = Recording({"/forecast/delivery": NO_DATES})
        connected(server.app())
        open_page("forecast.py", items="7")
        assert [items for items in server.items() if items != OVERVIEW_ITEMS] == [7]


class TestControls:
    def test_a_link_opens_its_items(self, connected: Connect, open_page: Open) -> None:
        connected(Recording(SOON).app())
        app = open_page("forecast.py", items="45")
        assert app.slider(key="items-slider").value == app.number_input(key="items-field").value == 45
        assert "## 45 items by" in words(app)

    def test_the_field_goes_beyond_the_slider(self, connected: Connect, open_page: Open) -> None:
        connected(Recording(SOON).app())
        app = open_page("forecast.py")
        assert (app.slider(key="items-slider").min, app.slider(key="items-slider").max) == (1, 200)
        app.number_input(key="items-field").set_value(5_000).run()
        assert "## 5000 items by" in words(app)
        assert app.slider(key="items-slider").value == 5_000

    @pytest.mark.parametrize("wrong", ["0", "10001", "x", "-3", "2.5", "**[x](javascript:1)**"])
    def test_a_wrong_number_gives_twenty_and_a_note(self, wrong: str, connected: Connect, open_page: Open) -> None:
        connected(Recording(SOON).app())
        app = open_page("forecast.py", items=wrong)
        assert f"{wrong} is no number of items; they go from 1 to 10\u2009000. Showing 20 items." in words(app)
        assert "[x](javascript" not in app.info[0].value
        assert app.slider(key="items-slider").value == 20

    def test_without_a_choice_about_four_weeks_of_the_teams_work_are_forecast(
        self, connected: Connect, open_page: Open
    ) -> None:
        server = Recording(SOON | {"/forecast/backlog": {"weeklyThroughputP50": 88.5}})
        connected(server.app())
        app = open_page("forecast.py")
        assert app.slider(key="items-slider").value == 500
        assert "## 500 items by" in words(app)
        assert "items" not in app.query_params
        assert [items for items in server.items() if items < OVERVIEW_ITEMS] == []

    def test_what_is_usual_for_one_team_is_no_choice_for_another(self, connected: Connect, open_page: Open) -> None:
        server = Recording(SOON | {"/forecast/backlog": {"weeklyThroughputP50": 88.5}})
        connected(server.app())
        app = open_page("forecast.py")
        server.answers = SOON | {"/forecast/backlog": {"weeklyThroughputP50": 3}}
        app.selectbox(key="team").set_value(TEAM).run()
        assert "## 10 items by" in words(app)
        assert "items" not in app.query_params

    def test_items_are_kept_while_another_page_is_seen(self, connected: Connect, open_page: Open) -> None:
        connected(Recording(SOON).app())
        app = open_page("forecast.py")
        app.slider(key="items-slider").set_value(33).run()
        app.switch_page("flow.py").run()
        del app.query_params["items"]  # Streamlit drops a page's parameters when it is left
        app.switch_page("forecast.py").run()
        assert "## 33 items by" in words(app)
        assert app.query_params["items"] == "33"

    def test_the_page_has_no_window(self, connected: Connect, open_page: Open) -> None:
        connected(Recording(SOON).app())
        assert not open_page("forecast.py").segmented_control


RICH = {
    "p50": day(10),
    "p85": day(24),
    "p95": day(38),
    "model": "blended-persistent",
    "historyWeeks": 52,
    "historyItems": 412,
    "backtest": {
        "sampleSize": 180,
        "p50": 0.55,
        "p85": 0.85,
        "p95": 0.9,
        "plain": {"p50": 0.5, "p85": 0.75, "p95": 0.8},
    },
    "plain": {"p50": day(9), "p85": day(20), "p95": day(30)},
    "reason": None,
}


class TestWords:
    def test_a_rich_server_is_quoted_with_its_record(self, connected: Connect, open_page: Open) -> None:
        connected(Recording({"/forecast/delivery": RICH}).app())
        told = words(open_page("forecast.py"))
        assert "10\u2009000 simulations of the last 52 weeks (412 items finished): the latest weeks most often" in told
        assert "of 180 such dates, 153 would have held (85 %)" in told
        assert "4 days sooner; of its dates, 135 would have held" in told

    def test_a_server_of_documented_fields_says_less(self, connected: Connect, open_page: Open) -> None:
        connected(Recording(SOON).app())
        told = words(open_page("forecast.py"))
        assert "10\u2009000 simulations." in told
        assert "Looking back" not in told
        assert "Plain sampling" not in told

    def test_no_history_names_the_servers_reason_and_the_command(self, connected: Connect, open_page: Open) -> None:
        reason = {"reason": "Too little history: items were finished in 3 of the 9 weeks on record."}
        connected(Recording({"/forecast/delivery": NO_DATES | reason}).app())
        app = open_page("forecast.py")
        assert not app.exception
        assert "## No date for 20 items yet" in words(app)
        assert reason["reason"] in words(app)
        assert "import work_items" in app.code[-1].value
        assert chart(app, "backlog"), "the backlog stands without a date"

    def test_a_date_that_is_not_in_sight_is_left_out(self, connected: Connect, open_page: Open) -> None:
        unseen = {"p50": day(400), "p85": None, "p95": None, "reason": "P85, P95 not in sight: too many."}
        connected(Recording({"/forecast/delivery": unseen}).app())
        app = open_page("forecast.py")
        assert not app.exception
        assert "only 50 % sure" in words(app)
        assert "P85, P95 not in sight" in words(app)
        assert axis(chart(app, "chance-by-date"), TODAY) == [day(400)]

    @pytest.mark.parametrize("days", [(1, 1, 1), (700, 1_300, 2_900), (-300, -290, -280), (1, 2, 1_000_000)])
    def test_any_dates_can_be_drawn(self, days: tuple[int, int, int], connected: Connect, open_page: Open) -> None:
        dates = dict(zip(("p50", "p85", "p95"), map(day, days), strict=True))
        connected(Recording({"/forecast/delivery": dates}).app())
        app = open_page("forecast.py")
        assert not app.exception
        start = min(TODAY, TODAY + timedelta(days=days[0] - 1))
        assert axis(chart(app, "chance-by-date"), start) == list(dates.values())

    def test_nothing_open_is_zero(self, connected: Connect, open_page: Open) -> None:
        empty = {"backlogSize": 0, "weeksToEmpty": {"p50": 0, "p85": 0}}
        connected(Recording(SOON | {"/forecast/backlog": empty}).app())
        told = words(open_page("forecast.py"))
        assert "**Nothing is open**" in told
        assert "## 0" in told

    def test_a_backlog_that_is_unknown_says_why(self, connected: Connect, open_page: Open) -> None:
        unknown = {"backlogSize": None, "weeksToEmpty": {"p50": None, "p85": None}, "reason": "Nobody <b>knows</b>."}
        connected(Recording(SOON | {"/forecast/backlog": unknown}).app())
        app = open_page("forecast.py")
        assert "Nobody <b>knows</b>." in words(app)
        assert not any("<b>" in each.value.replace("\\<", "") for each in app.markdown)

    def test_figures_of_another_scope_are_labelled(self, connected: Connect, open_page: Open) -> None:
        all_of_it = {"/forecast/delivery": SOON["/forecast/delivery"] | {"teamId": None}}
        connected(Recording(all_of_it).app())
        assert "Whole organisation" in words(open_page("forecast.py", team=TEAM))
        assert "Whole organisation" not in words(open_page("forecast.py"))


class TestFailures:
    def test_a_failing_backlog_leaves_the_dates(self, connected: Connect, open_page: Open) -> None:
        connected(Recording(SOON, status={"/forecast/backlog": 403}).app())
        app = open_page("forecast.py")
        assert not app.exception
        assert "The key may not see this" in words(app)
        assert chart(app, "chance-by-date")

    def test_a_failing_forecast_is_a_card_beside_the_slider(self, connected: Connect, open_page: Open) -> None:
        connected(Recording(status={"/forecast/delivery": 500}).app())
        app = open_page("forecast.py")
        assert not app.exception
        assert "no usable answer" in words(app)
        assert app.slider(key="items-slider").value == 20


class TestTheWall:
    @pytest.mark.parametrize("answers", [{"/forecast/delivery": RICH}, SOON, {"/forecast/delivery": NO_DATES}])
    def test_shows_the_dates_of_the_address_without_controls(
        self, answers: Mapping[str, Mapping[str, object]], connected: Connect, open_page: Open
    ) -> None:
        server = Recording(answers)
        connected(server.app())
        app = open_page("forecast.py", kiosk="1", items="45")
        assert not app.exception
        assert not app.slider
        assert [items for items in server.items() if items != OVERVIEW_ITEMS] == [45], "a wall shows no other scope"
        sentence = chart(app, "wall-board")["layout"]["meta"].replace(NO_BREAK, " ").split("; ")[0]
        assert "45 items" in sentence
        assert len(sentence) <= 70

    def test_tiles_say_date_year_and_weekday(self, connected: Connect, open_page: Open) -> None:
        connected(Recording({"/forecast/delivery": RICH}).app())
        app = open_page("forecast.py", kiosk="1")
        promise = date.fromisoformat(day(24))
        parts = chart(app, "wall-board")["layout"]["meta"].replace(NO_BREAK, " ").split("; ")
        tile = parts[2]
        assert tile.startswith(f"85 % sure {promise.day} {promise:%b}")
        assert tile.endswith(f"{promise:%A} in 3 weeks")
        assert "153 of 180 held, looking back" in " ".join(parts)
