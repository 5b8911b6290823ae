"""Flow: Little's law in words, and a scatter that reads with few items and with many."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pandas as pd
import pytest

from components.charts.durations import cycle_time_scatter
from components.flow_cards import flow_cards, flow_tiles
from components.format import NO_BREAK, latest_of
from components.sentences import flow_sentence, littles_law
from components.theme import LIGHT
from koalr_api import Flow, FlowFigures, FlowWeek


def law(wip: int | None, throughput: float | None, cycle_days: float | None) -> str:
    return littles_law(Flow(cycle_days, throughput, wip, None)).replace(NO_BREAK, " ")


class TestLittlesLaw:
    def test_says_how_long_an_item_stays(self) -> None:
        # 6 in progress ÷ 18 a week = a third of a week.
        assert "**6** in progress at 18.0 finished a week means an item stays **56.0 h** on average" in law(6, 18, 2.4)
        assert law(6, 18, 2.4).endswith("That fits together.")

    def test_a_mean_above_the_median_is_explained(self) -> None:
        assert law(9, 18, 2.4).endswith("That fits together: a mean above the median is what a few long items do.")

    def test_more_than_twice_the_median_is_more_than_long_items_explain(self) -> None:
        assert "More is begun than gets finished" in law(20, 18, 2.4)

    def test_far_less_points_at_missing_work(self) -> None:
        assert "Too little is in progress" in law(2, 18, 2.4)

    def test_nothing_in_progress_is_said_to_be_unknown_to_git(self) -> None:
        assert law(0, 18, 2.4).startswith("Nothing is in progress at 18.0 finished a week. Git alone")

    def test_nothing_finished_is_no_division(self) -> None:
        assert "nothing was finished" in law(6, 0.0, 2.4)
        assert "More is begun" in law(6, 18, 0.0)

    @pytest.mark.parametrize("figures", [(None, 18.0, 2.4), (6, None, 2.4), (6, 18.0, None)])
    def test_what_is_missing_is_said(self, figures: tuple[int | None, float | None, float | None]) -> None:
        assert "one of them is not known" in law(*figures)


class TestSentence:
    def test_has_throughput_change_and_cycle_time(self) -> None:
        flow = Flow(2.787, 89.37, 55, 0.56, FlowFigures(2.69, 78.4, 50, 0.54))
        assert (
            flow_sentence(flow).replace(NO_BREAK, " ")
            == "89.4 items finished a week (+14 %), half of them within 66.9 h."
        )

    @pytest.mark.parametrize("before", [None, FlowFigures(None, None, None, None), FlowFigures(1.0, 0.0, 0, None)])
    def test_claims_no_change_without_a_base(self, before: FlowFigures | None) -> None:
        assert "(" not in flow_sentence(Flow(2.4, 18.0, 6, 0.61, before))

    @pytest.mark.parametrize("throughput", [0.1, 99.9, 12345.6])
    def test_fits_a_wall(self, throughput: float) -> None:
        flow = Flow(1094.9, throughput, 55, 0.56, FlowFigures(2.69, throughput / 200, 50, 0.54))
        assert len(flow_sentence(flow)) <= 70


class TestCards:
    def test_a_change_stands_beside_the_value_before(self) -> None:
        cards = flow_cards(Flow(2.0, 18.0, 6, 0.61, FlowFigures(1.0, 20.0, 6, 0.5)))
        assert [(card.change, card.before) for card in cards] == [
            ("+24.0\u00a0h", "was 24.0"),
            ("-2.0\u00a0/week", "was 20.0"),
            (None, None),
            ("+11.0\u00a0pt", "was 50"),
        ]
        assert [card.note for card in cards] == [None, None, "no change", None]

    def test_without_a_window_before_nothing_is_said_of_a_change(self) -> None:
        assert [card.note for card in flow_cards(Flow(2.0, 18.0, 6, 0.61))] == [None] * 4

    def test_nulls_are_dashes_with_a_reason(self) -> None:
        nothing = Flow(None, None, None, None)
        assert all(card.value == "–" and card.note for card in flow_cards(nothing))
        assert all(tile.value == "–" and tile.note for tile in flow_tiles(nothing))

    @pytest.mark.parametrize(
        ("before", "colour", "note"),
        [
            (80, "off", "80 was a spike"),
            (20, "off", "20 was a dip"),
            (65, "inverse", "was 65"),
            (48, "inverse", "was 48"),
        ],
    )
    def test_work_in_progress_against_a_day_unlike_any_week_is_not_judged(
        self, before: int, colour: str, note: str
    ) -> None:
        weeks = [
            FlowWeek(2.0, 18.0, wip, 0.61, date(2025, 3, 3) + timedelta(weeks=index), 18)
            for index, wip in enumerate([50, 55, 54])
        ]
        told = Flow(2.0, 18.0, 55, 0.61, FlowFigures(2.0, 18.0, before, 0.61), weeks)
        assert (flow_cards(told)[2].judgement, flow_cards(told)[2].before) == (colour, note)
        assert (flow_tiles(told)[2].judgement == "none") == (colour == "off")

    def test_git_alone_is_named_only_beside_a_zero(self) -> None:
        assert "git" not in flow_cards(Flow(2.0, 18.0, 6, 0.61))[2].definition
        assert "git" in flow_cards(Flow(2.0, 18.0, 0, 0.61))[2].definition

    def test_a_line_on_a_wall_ends_with_the_last_full_week(self) -> None:
        weeks = [
            FlowWeek(days, 18.0, 6, 0.61, date(2025, 3, 3) + timedelta(weeks=index), 18, begun)
            for index, (days, begun) in enumerate([(2.0, 7), (3.0, None), (9.0, 1)])
        ]
        assert flow_tiles(Flow(2.0, 18.0, 6, 0.61, trend=weeks))[0].history == [2.0, 3.0]


def dots(hours: list[float], apart: timedelta) -> pd.DataFrame:
    start = datetime(2025, 3, 3, 9, tzinfo=UTC)
    times = [start + index * apart for index in range(len(hours))]
    return pd.DataFrame({"finished_at": times, "hours": hours, "label": ["x"] * len(hours)})


class TestScatter:
    def test_labels_of_lines_that_lie_together_do_not_cover_each_other(self) -> None:
        figure = cycle_time_scatter(dots([24.0] * 98 + [0.1, 24.5], timedelta(hours=2)), LIGHT)
        low, high = figure.layout.yaxis.range
        plot_px = figure.layout.height - figure.layout.margin.t - figure.layout.margin.b
        places = [annotation.y for annotation in figure.layout.annotations]
        steps_px = [(b - a) / (high - low) * plot_px for a, b in pairwise(places)]
        assert len(places) == 3
        assert min(steps_px) > 13
        assert max(places) <= high

    def test_lines_that_lie_apart_are_labelled_at_their_height(self) -> None:
        figure = cycle_time_scatter(dots([1.0] * 60 + [30.0] * 30 + [900.0] * 10, timedelta(hours=12)), LIGHT)
        heights = [shape.y0 for shape in figure.layout.shapes]
        assert [10**annotation.y for annotation in figure.layout.annotations] == pytest.approx(heights)

    def test_days_are_on_the_axis_over_weeks_and_hours_within_days(self) -> None:
        assert cycle_time_scatter(dots([1.0] * 50, timedelta(hours=12)), LIGHT).layout.xaxis.tickformat == "%-d %b"
        assert cycle_time_scatter(dots([1.0] * 50, timedelta(minutes=4)), LIGHT).layout.xaxis.tickformat == "%a %H:%M"


def test_a_part_of_a_list_says_of_how_many_and_since_when() -> None:
    since = datetime(2025, 3, 3, 9, 5, tzinfo=UTC)
    assert latest_of(300, 10_000, since) == "latest 300 of 10\u2009000, since 3 Mar 09:05"
    assert latest_of(300, 301, None) == "latest 300 of 301"
    assert latest_of(18, 18, since) == "18"
