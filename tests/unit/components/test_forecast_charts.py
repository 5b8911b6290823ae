"""Figures of the forecast page by their data."""

from datetime import date, timedelta

import plotly.graph_objects as go
import pytest

from components.charts.backlog import backlog_fan, weeks_number
from components.charts.calendar import legend, month_calendar
from components.charts.chances import chance_by_date
from components.charts.scopes import scope_growth
from components.format import NO_BREAK
from components.outlook import Outlook, Scope
from components.theme import DARK, LIGHT, Palette

TODAY = date(2025, 4, 1)
APRIL = Outlook(20, TODAY, {50: date(2025, 4, 11), 85: date(2025, 4, 25), 95: date(2025, 5, 9)})


def texts(figure: go.Figure) -> list[str]:
    return [str(annotation.text).replace(NO_BREAK, " ") for annotation in figure.layout.annotations]


def alt(figure: go.Figure) -> str:
    return str(figure.layout.meta)


def trace(figure: go.Figure, name: str) -> go.Scatter:
    return next(each for each in figure.data if each.name == name)


def shares(figure: go.Figure) -> dict[str, str]:
    """The percentages by the bold day they stand under."""
    days, found = trace(figure, "days"), trace(figure, "shares")
    places = {(x, round(y)): text for x, y, text in zip(days.x, days.y, days.text, strict=True)}
    under = zip(found.x, found.y, found.text, strict=True)
    return {places[x, round(y)]: text.replace(NO_BREAK, " ") for x, y, text in under}


class TestCalendar:
    @pytest.mark.parametrize("palette", [LIGHT, DARK])
    def test_every_day_is_a_cell_filled_by_how_sure_it_is(self, palette: Palette) -> None:
        cells = month_calendar(APRIL, date(2025, 4, 1), palette).layout.shapes
        fills = [cell.fillcolor for cell in cells]
        steps = palette.forecast_steps
        assert fills[:10] == [steps[0]] * 10
        assert fills[10:24] == [steps[1]] * 14
        assert fills[24] == palette.text
        assert fills[25:] == [steps[2]] * 5

    def test_days_stand_under_their_weekday_with_monday_first(self) -> None:
        days = trace(month_calendar(APRIL, date(2025, 4, 1), LIGHT), "days")
        assert (days.x[0], days.y[0]) == (1, 0)  # a Tuesday
        assert (days.x[5], days.y[5]) == (6, 0)  # Sunday the 6th
        assert (days.x[29], days.y[29]) == (2, 4)
        assert days.customdata[24] == "Fri 25 April: 85 % date"

    def test_the_dates_carry_their_percentages(self) -> None:
        april = month_calendar(APRIL, date(2025, 4, 1), LIGHT)
        assert shares(april) == {"<b>11</b>": "50 %", "<b>25</b>": "85 %"}
        assert (
            alt(month_calendar(APRIL, date(2025, 4, 1), LIGHT)) == "April: 50 % on Fri 11 April, 85 % on Fri 25 April"
        )

    def test_dates_on_one_day_share_its_cell(self) -> None:
        same = Outlook(1, TODAY, {50: date(2025, 4, 11), 85: date(2025, 4, 11), 95: date(2025, 4, 12)})
        april = month_calendar(same, date(2025, 4, 1), LIGHT)
        assert shares(april) == {"<b>11</b>": "50–85", "<b>12</b>": "95 %"}

    def test_another_year_is_named(self) -> None:
        assert texts(month_calendar(APRIL, date(2026, 2, 1), LIGHT))[0] == "<b>February 2026</b>"
        assert "95 or more %" in alt(month_calendar(APRIL, date(2026, 2, 1), LIGHT))

    def test_the_legend_names_every_fill(self) -> None:
        assert [shape.fillcolor for shape in legend(DARK).layout.shapes] == list(DARK.forecast_steps)
        assert texts(legend(DARK)) == ["under 50 %", "50 to 85", "85 to 95", "95 or more"]


class TestChances:
    def test_dots_stand_at_their_dates_and_chances(self) -> None:
        dots = trace(chance_by_date(APRIL, LIGHT), "dates")
        assert [TODAY + timedelta(days=day) for day in dots.x] == list(APRIL.dates.values())
        assert list(dots.y) == [0.5, 0.85, 0.95]
        assert list(dots.marker.color) == [LIGHT.forecast_line, LIGHT.text, LIGHT.forecast_line]

    def test_labels_and_alternative_say_the_dates(self) -> None:
        figure = chance_by_date(APRIL, LIGHT)
        assert texts(figure) == ["<b>50 %</b> 11 Apr", "<b>85 %</b> 25 Apr", "<b>95 %</b> 9 May"]
        assert (
            alt(figure)
            == "Chance that 20 items are done: 50 % by Fri 11 April, 85 % by Fri 25 April, 95 % by Fri 9 May"
        )

    def test_the_axis_begins_today_and_ends_a_month_after_the_last_date(self) -> None:
        axis = chance_by_date(APRIL, LIGHT).layout.xaxis
        assert axis.range[1] == 38 + 32
        assert axis.ticktext == ("today", "1 May", "1 Jun")

    def test_dates_of_an_old_answer_have_no_today(self) -> None:
        old = Outlook(20, date(2026, 1, 1), APRIL.dates)
        assert "today" not in chance_by_date(old, LIGHT).layout.xaxis.ticktext

    def test_no_date_says_so(self) -> None:
        assert texts(chance_by_date(Outlook(20, TODAY, {}), LIGHT)) == ["No date in sight"]


class TestScopes:
    def test_a_bar_spans_the_dates_and_the_dot_is_the_promise(self) -> None:
        bar, dot = scope_growth([Scope("as planned", APRIL)], LIGHT).data
        assert (list(bar.x), list(dot.x)) == ([10, 38], [24])

    def test_every_row_counts_from_the_same_day(self) -> None:
        later = Outlook(40, TODAY, {share: day + timedelta(days=7) for share, day in APRIL.dates.items()})
        figure = scope_growth([Scope("as planned", APRIL), Scope("double", later)], LIGHT)
        assert [list(each.x) for each in figure.data] == [[10, 38], [24], [17, 45], [31]]
        assert [each.y[0] for each in figure.data] == [0, 0, 1, 1]
        assert texts(figure) == ["<b>20</b> as planned", "25 Apr", "<b>40</b> double", "2 May"]

    def test_a_scope_without_a_promise_says_so(self) -> None:
        figure = scope_growth([Scope("as planned", APRIL), Scope("double", Outlook(40, TODAY, {}))], LIGHT)
        assert texts(figure)[-1] == "85 % not in sight"
        assert alt(figure).endswith("40 items, double: not in sight")


class TestBacklog:
    def test_the_fan_goes_from_today_to_both_weeks(self) -> None:
        figure = backlog_fan(68, 10, 16, LIGHT)
        fan = trace(figure, "fan")
        assert (list(fan.x), list(fan.y)) == ([0, 10, 16, 0], [68, 0, 0, 68])
        assert figure.layout.xaxis.ticktext[0] == "today"
        assert {text.replace(NO_BREAK, " ") for text in figure.layout.xaxis.ticktext[1:]} == {"10 wk", "16 wk"}
        assert texts(figure) == ["<b>68</b> items now", "<b>50 %</b>", "<b>85 %</b>"]

    def test_feet_next_to_each_other_share_a_label(self) -> None:
        assert texts(backlog_fan(68, 10, 10.2, LIGHT))[1:] == ["<b>50–85 %</b>"]

    def test_weeks_next_to_each_other_share_a_tick_that_lies_flat(self) -> None:
        axis = backlog_fan(380, 4.5, 6, LIGHT).layout.xaxis
        assert [text.replace(NO_BREAK, " ") for text in axis.ticktext] == ["today", "4.5–6 wk"]
        assert axis.tickvals[1] == 5.25
        assert axis.tickangle == 0

    def test_one_week_alone_is_a_line(self) -> None:
        assert [each.name for each in backlog_fan(68, 10, None, LIGHT).data] == ["50 %"]


@pytest.mark.parametrize(
    ("weeks", "text"), [(16, "16"), (9.4, "9.4"), (0.1, "0.1"), (300.1, "301"), (12_000, "12\u2009000")]
)
def test_weeks_are_never_said_too_few(weeks: float, text: str) -> None:
    assert weeks_number(weeks) == text
