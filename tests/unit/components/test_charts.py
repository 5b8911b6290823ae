"""Figures by their data: what is drawn, labelled and said."""

from datetime import date, datetime, timedelta

import pandas as pd
import plotly.graph_objects as go

from components.bars import bars
from components.charts.change import Change, what_changed_most
from components.charts.deployments import deployments_per_week
from components.charts.durations import cycle_time_scatter, duration_distribution, spread_of
from components.charts.flow import weekly_bars
from components.charts.trends import weekly_trend
from components.format import duration
from components.theme import DARK, LIGHT

NAN = float("nan")


def weeks(values: list[float], last_days: int = 7) -> pd.DataFrame:
    starts = [date(2025, 1, 6) + timedelta(weeks=index) for index in range(len(values))]
    return pd.DataFrame({"week_start": starts, "value": values, "days": [7] * (len(values) - 1) + [last_days]})


def texts(figure: go.Figure) -> list[str]:
    return [*(annotation.text for annotation in figure.layout.annotations), *written(figure)]


def written(figure: go.Figure) -> list[str]:
    """The words of a figure whose words are a trace."""
    return [text for trace in figure.select_traces({"type": "scatter", "mode": "text"}) for text in trace.text]


def alt(figure: go.Figure) -> str:
    return str(figure.layout.meta)


class TestTrend:
    def test_last_and_peak_are_labelled_and_said(self) -> None:
        figure = weekly_trend(weeks([1.0, 30.0, 5.0]), LIGHT, duration)
        assert texts(figure) == [duration(5.0), duration(30.0)]
        assert "highest 30.0" in alt(figure).replace("\u00a0", " ")
        assert "week of 13 Jan" in alt(figure)

    def test_a_gap_stays_a_gap_and_a_lonely_week_is_a_dot(self) -> None:
        figure = weekly_trend(weeks([1.0, NAN, 2.0, NAN, 3.0]), LIGHT, duration)
        assert figure.data[0].connectgaps is False
        assert list(figure.data[0].marker.size) == [5, 0, 5, 0, 8]

    def test_the_running_week_is_a_dotted_stub_and_the_last_full_one_is_labelled(self) -> None:
        figure = weekly_trend(weeks([3.0, 2.0, 9.0], last_days=1), LIGHT, duration)
        line, stub = figure.data
        assert list(line.y) == [3.0, 2.0, None]
        assert (list(stub.x), list(stub.y), stub.line.dash) == ([1, 2], [2.0, 9.0], "dot")
        assert texts(figure) == [duration(2.0), duration(3.0)]
        assert "last full week 2.0" in alt(figure).replace("\u00a0", " ")

    def test_a_running_week_that_is_the_only_one_is_labelled(self) -> None:
        assert texts(weekly_trend(weeks([NAN, 2.0], last_days=2), LIGHT, duration)) == [duration(2.0)]

    def test_values_below_zero_are_in_view(self) -> None:
        low, high = weekly_trend(weeks([1.0, -3.0]), LIGHT, duration).layout.yaxis.range
        assert low < -3.0 < 1.0 < high

    def test_without_any_value_it_says_so(self) -> None:
        assert texts(weekly_trend(weeks([NAN, NAN]), LIGHT, duration)) == ["No data in these weeks"]

    def test_zeros_only_do_not_break_a_log_scale(self) -> None:
        assert weekly_trend(weeks([0.0, 0.0]), LIGHT, duration, threshold=60, logarithmic=True).data[0].y == (0.0, 0.0)


class TestDeployments:
    def frame(self, deployed: list[int], failed: list[int]) -> pd.DataFrame:
        return bars(weeks([0.0] * len(deployed)).drop(columns="value").assign(deployed=deployed, failed=failed))

    def test_failed_ones_are_stacked_on_top_and_the_sum_is_all(self) -> None:
        figure = deployments_per_week(self.frame([10, 20, 30, 40, 50], [1, 0, 3, 0, 5]), DARK)
        assert [a + b for a, b in zip(figure.data[0].y, figure.data[1].y, strict=True)] == [10, 20, 30, 40, 50]
        assert texts(figure) == ["20", "30", "40", "50"]

    def test_many_failures_are_named_once(self) -> None:
        figure = deployments_per_week(self.frame([50, 60, 1, 1, 1, 1], [34, 25, 0, 0, 0, 0]), LIGHT)
        assert texts(figure)[-2:] == ["34", "25 failed"], "over the lower neighbour, where there is room"
        figure = deployments_per_week(self.frame([50, 40, 60, 1, 1, 1, 1], [34, 25, 25, 0, 0, 0, 0]), LIGHT)
        assert texts(figure)[-3:] == ["34 failed", "25", "25"]

    def test_incidents_of_many_weeks_are_one_mark_with_their_number(self) -> None:
        year = weeks([0.0] * 52).drop(columns="value").assign(deployed=9, failed=0, incidents=3)
        figure = deployments_per_week(bars(year), LIGHT)
        dots = figure.data[-1]
        assert len(dots.x) == 13
        assert list(dots.text) == ["12"] * 13
        assert max(dots.marker.size) <= 20

    def test_none_at_all_says_so(self) -> None:
        assert "No deployments" in texts(deployments_per_week(self.frame([0, 0], [0, 0]), LIGHT))[0]


class TestDurations:
    def test_a_spread_counts_everything_once_and_has_tier_edges(self) -> None:
        hours = [0.001, 0.5, 23.99, 24.0, 167.9, 168.0, 719.0, 720.0, 5000.0]
        spread = spread_of(hours)
        assert spread is not None
        assert spread.items == len(hours)
        for edge in (24.0, 168.0, 720.0):
            assert any(abs(low - edge) < 1e-9 for low in spread.lows)
            below = sum(count for low, count in zip(spread.lows, spread.counts, strict=True) if low < edge - 1e-6)
            assert below == sum(1 for value in hours if value < edge)

    def test_shares_of_tiers_are_written(self) -> None:
        figure = duration_distribution(spread_of([1.0, 2.0, 50.0, 300.0]), LIGHT, tiered=True)
        assert [text for text in texts(figure) if "<br>" in text] == ["Medium<br>25 %", "High<br>25 %", "Elite<br>50 %"]

    def test_one_item_is_enough_and_none_says_so(self) -> None:
        assert duration_distribution(spread_of([5.0]), LIGHT).data[0].y == (1,)
        assert "No finished item" in texts(duration_distribution(spread_of([]), LIGHT))[0]

    def test_a_hostile_title_is_text_in_the_hover(self) -> None:
        frame = pd.DataFrame({"finished_at": [datetime(2025, 1, 1)], "hours": [3.0], "label": ["<b>x</b>"]})
        assert cycle_time_scatter(frame, LIGHT).data[0].customdata[0][0] == "&lt;b&gt;x&lt;/b&gt;"

    def test_an_empty_scatter_says_so(self) -> None:
        empty = pd.DataFrame({"finished_at": [], "hours": [], "label": []})
        assert "No finished item" in texts(cycle_time_scatter(empty, LIGHT))[0]


class TestChanges:
    def test_largest_first_with_a_verdict(self) -> None:
        figure = what_changed_most(
            [
                Change("Lead time", 27.6, 20.6, "down"),
                Change("Deployments", 30.0, 23.4, "up"),
                Change("Rate", 1.0, 0.1, "down", "within noise"),
            ],
            LIGHT,
        )
        assert written(figure)[::2] == ["Rate", "Deployments", "Lead time"]
        assert [text.split()[-1] for text in written(figure)[1::2]] == ["noise", "better", "worse"]
        assert list(figure.data[1].y) == [0, 1, 2]

    def test_a_change_over_a_half_is_cut_and_drawn_as_an_arrow(self) -> None:
        lines, ends, _words = what_changed_most([Change("A", 3.0, 1.0, "up"), Change("B", 0.1, 1.0, "up")], LIGHT).data
        assert list(lines.x) == [-0.5, 0.5]
        assert list(ends.marker.symbol) == ["triangle-left", "triangle-right"]

    def test_nothing_to_compare_says_so(self) -> None:
        assert texts(what_changed_most([], LIGHT)) == ["No earlier figures to compare with"]


def test_weekly_bars_mark_a_week_that_is_not_over() -> None:
    assert texts(weekly_bars(bars(weeks([3.0, 4.0], last_days=1)), LIGHT, "items finished")) == ["3", "4*"]
