"""Custom metrics in units, sentences, cards and tiles."""

import re
from typing import Any

import pytest

from components.charts.wall import words_in_colour
from components.custom_cards import card, facts, tile
from components.custom_units import symbol, unit_of
from components.custom_words import (
    behind,
    highest,
    highest_words,
    metric_sentence,
    sentence_on_wall,
    trend_words,
    weekly_values,
)
from components.format import NO_BREAK
from koalr_api import CustomMetric
from tests.contract.bodies import body
from tests.unit.components.read import read

HOSTILE = "**b** <img src=x> $x^2$ :red[y] \u202e" + "z" * 2000
WEEKS = [
    {"weekStart": "2026-03-02", "value": 4.0, "n": 9, "days": 7},
    {"weekStart": "2026-03-09", "value": None, "n": 0, "days": 7},
    {"weekStart": "2026-03-16", "value": 9.5, "n": 3, "days": 2},
]


def told(**fields: Any) -> CustomMetric:
    return read(CustomMetric, body("custom-metric") | fields)


def spaced(text: str) -> str:
    return text.replace(NO_BREAK, " ").replace("\\", "")


class TestUnits:
    @pytest.mark.parametrize(
        ("name", "shown"),
        [
            ("hours", "h"),
            ("percent", "%"),
            ("ratio", ""),
            ("reviews per week", "/week"),
            ("deployments per day", "/day"),
            ("pull requests", "pull requests"),
            ("lines per pull request", "lines per pul…"),
            ("", ""),
        ],
    )
    def test_a_unit_is_shown_short(self, name: str, shown: str) -> None:
        assert symbol(name) == shown

    @pytest.mark.parametrize(
        ("unit", "values", "text"),
        [
            ("hours", [8.4], "8.4 h"),
            ("hours", [8.0, 9.25], "8.0 h"),
            ("hours", [0.0], "0 h"),
            ("percent", [4.2], "4.2 %"),
            ("percent", [31.4, 8.0], "31 %"),
            ("percent", [0.0], "0.0 %"),
            ("ratio", [0.5], "0.50"),
            ("pull requests", [12.0], "12 pull requests"),
            ("lines", [1234.5], "1234 lines"),
            ("lines", [12345.0], "12\u2009345 lines"),
            ("hours", [-2.5], "-2.5 h"),
        ],
    )
    def test_decimals_follow_the_values(self, unit: str, values: list[float | None], text: str) -> None:
        first = values[0]
        assert first is not None
        assert spaced(unit_of(unit, values).text(first)) == text


class TestSentence:
    def test_says_value_and_change(self) -> None:
        assert spaced(metric_sentence(told(previous={"value": 9.9}), 30)) == (
            "P95 Cycle Time is 8.4 h, 1.5 h less than in the 30 days before."
        )
        assert "2.0 h more" in spaced(metric_sentence(told(previous={"value": 6.4}), 30))

    def test_a_change_of_percentages_is_in_points(self) -> None:
        text = spaced(metric_sentence(told(unit="percent", value=12, previous={"value": 9.5}), 7))
        assert text == "P95 Cycle Time is 12 %, 2.5 pt more than in the 7 days before."

    def test_without_a_change_or_a_window_before(self) -> None:
        assert spaced(metric_sentence(told(previous={"value": 8.4}), 30)).endswith("as in the 30 days before.")
        assert spaced(metric_sentence(told(), 30)) == "P95 Cycle Time is 8.4 h."
        assert spaced(metric_sentence(told(previous={"value": None}), 30)) == "P95 Cycle Time is 8.4 h."

    def test_zero_is_a_value_and_null_is_none(self) -> None:
        assert spaced(metric_sentence(told(value=0), 30)) == "P95 Cycle Time is 0 h."
        assert metric_sentence(told(value=None), 30) == "P95 Cycle Time has no value in the last 30 days."

    def test_label_and_unit_stay_text(self) -> None:
        text = metric_sentence(told(label=HOSTILE, unit=HOSTILE), 30)
        for mark in ("<img", "*b", ":red", "$x"):
            assert not re.search(rf"(?<!\\){re.escape(mark)}", text)
        assert len(text) < 300

    def test_on_a_wall_they_stay_text_in_figures_too(self) -> None:
        text = words_in_colour(sentence_on_wall(told(label="<b>x</b> :red[y]**z**", unit="<i>"), 30))
        assert "<" not in text
        assert "x&lt;/b&gt; :red[y]" in text
        assert "&lt;b&gt;x" in text

    def test_on_a_wall_it_fits(self) -> None:
        text = sentence_on_wall(told(label="W" * 300, value=123456.7, previous={"value": 99999.1}), 90)
        assert len(text.replace("\\", "")) <= 90


class TestWeeks:
    def test_a_week_without_a_value_is_a_gap(self) -> None:
        frame = weekly_values(told(trend=WEEKS))
        assert frame["value"].isna().tolist() == [False, True, False]
        assert frame["n"].tolist() == [9, 0, 3]
        assert frame["days"].tolist() == [7, 7, 2]

    def test_the_highest_week_is_named(self) -> None:
        week = highest(told(trend=WEEKS))
        assert week is not None
        assert week.value == 9.5
        assert highest_words(told(trend=WEEKS)) == "Highest in the week of 16 Mar"

    def test_without_weeks_none_is(self) -> None:
        assert highest(told()) is None
        assert highest(told(trend=[WEEKS[1]])) is None
        assert weekly_values(told()).empty


class TestCard:
    def test_a_fall_begins_with_an_ascii_minus_because_the_arrow_follows_it(self) -> None:
        assert spaced(card(told(previous={"value": 9.9})).change or "") == "-1.5 h"
        assert (card(told(previous={"value": 9.9})).change or "")[0] == "-"

    def test_a_change_is_not_judged(self) -> None:
        assert card(told(previous={"value": 9.9})).judgement == "off"
        assert tile(told(previous={"value": 9.9})).judgement == "none"

    def test_a_null_is_a_dash_with_its_reason(self) -> None:
        assert (card(told(value=None, n=0)).value, card(told(value=None, n=0)).note) == (
            "–",
            "no records in the window",
        )
        assert card(told(value=None)).note == "no value in the window"
        assert (tile(told(value=None)).value, tile(told(value=None)).unit) == ("–", "")

    def test_a_long_unit_stands_beside_the_value_alone(self) -> None:
        shown = tile(told(unit="reviews per week", previous={"value": 4.0}))
        assert (shown.unit, shown.verdict, shown.note) == ("/week", "+4.4", "was 4.0")

    def test_a_very_long_unit_stands_nowhere(self) -> None:
        assert tile(told(unit="lines per pull request")).unit == ""

    def test_a_tile_shows_texts_as_they_are(self) -> None:
        shown = tile(told(label="<b>", unit="<i>"))
        assert (shown.name, shown.unit) == ("&lt;b&gt;", "&lt;i&gt;")

    def test_facts_are_only_those_that_are_known(self) -> None:
        assert facts(told()) == []
        assert [spaced(fact.value) for fact in facts(told(n=558, trend=WEEKS))] == ["558", "9.5 h"]


def test_a_chart_says_its_unit_where_there_is_one() -> None:
    assert trend_words(told()) == "P95 Cycle Time by week, in hours; dotted: week not over"
    assert trend_words(told(unit="")) == "P95 Cycle Time by week; dotted: week not over"


def test_what_a_value_rests_on() -> None:
    assert behind(told(), 30) == "In hours, last 30 days"
    assert behind(told(n=1), 30) == "In hours, last 30 days, 1 record behind it"
    assert behind(told(n=558, unit=""), 7) == "last 7 days, 558 records behind it"


@pytest.mark.parametrize(("hours", "text"), [([144.6, 96.0], "6.0 d"), ([144.6, 20.0], "144.6 h"), ([3.0], "3 h")])
def test_hours_read_as_days_where_all_are_long(hours: list[float | None], text: str) -> None:
    assert unit_of("hours", hours).text(hours[0] or 0.0).replace(NO_BREAK, " ") == text
