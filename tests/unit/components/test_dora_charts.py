"""The charts of DORA by their data: ladders, weekly lines, sparklines."""

from xml.etree import ElementTree

import pytest

from components.charts.ladder import Ladder, ladders
from components.charts.sparkline import HEIGHT_PX, WIDTH, sparkline, sparkline_words
from components.charts.stack import Line, weekly_trends
from components.format import duration
from components.theme import LIGHT
from components.tiers import TIERS
from tests.unit.components.test_charts import NAN, alt, weeks, written


def ladder(now: float | None, before: float | None = None, metric: str = "deploy_frequency") -> Ladder:
    return Ladder(metric, "Deployments", "30 /day", now, before, "no deployment yet")


class TestLadders:
    @pytest.mark.parametrize(("value", "tier"), [(30.0, "elite"), (0.5, "high"), (0.1, "medium"), (0.01, "low")])
    def test_the_dot_lies_in_its_tiers_band_and_colour(self, value: float, tier: str) -> None:
        dots = ladders([ladder(value)], LIGHT).data[-1]
        assert TIERS[int(dots.x[0])] == tier
        assert dots.marker.color == (LIGHT.tier_fill[tier],)

    def test_before_is_a_ring_joined_when_apart(self) -> None:
        *_, lines, rings, dots = ladders(
            [ladder(20.0, 100.0, "lead_time"), ladder(20.0, 20.1, "lead_time")], LIGHT
        ).data
        assert (len(rings.x), len(dots.x)) == (2, 2)
        assert list(lines.x) == [rings.x[0], dots.x[0], None]

    def test_each_row_is_below_the_one_before_and_inside_the_figure(self) -> None:
        figure = ladders([ladder(1.0), ladder(2.0), ladder(None)], LIGHT)
        bands, words, *_, dots = figure.data
        assert dots.y[0] > dots.y[1]
        for drawn in (bands, words):
            assert 0 < min(drawn.y) < max(drawn.y) < figure.layout.height

    def test_no_data_has_bands_and_says_why_without_a_dot(self) -> None:
        figure = ladders([ladder(None)], LIGHT)
        assert (len(figure.data[0].x), len(figure.data[-1].x)) == (4, 0)
        assert [text for text in written(figure) if text.lower() in TIERS] == ["Low", "Medium", "High", "Elite"]
        assert "no deployment yet" in written(figure)
        assert alt(figure) == "Deployments 30 /day, no deployment yet."

    def test_a_screen_reader_hears_number_tier_and_distance(self) -> None:
        assert alt(ladders([ladder(30.0)], LIGHT)).replace("\u00a0", " ") == (
            "Deployments 30 /day, Elite, 29.0 /day to spare."
        )


class TestWeeklyTrends:
    def line(self, values: list[float], *, last_days: int = 7, logarithmic: bool = False) -> Line:
        return Line("Lead time", weeks(values, last_days), duration, "Elite below 24 h", 24.0, logarithmic)

    def test_the_last_and_the_highest_week_are_written_and_said(self) -> None:
        figure = weekly_trends([self.line([1.0, 30.0, 5.0])], LIGHT, 200)
        assert [text.strip() for text in written(figure)[1:]] == [duration(5.0), duration(30.0)]
        assert "Lead time: Weekly values, last full week 5.0" in alt(figure).replace("\u00a0", " ")

    def test_a_label_over_the_first_week_begins_there(self) -> None:
        words = weekly_trends([self.line([30.0, 1.0, 5.0])], LIGHT, 200).data[-1]
        placed = dict(zip(words.text, words.textposition, strict=True))
        assert placed[duration(30.0)] == "middle right"

    def test_rows_lie_below_each_other_with_their_own_scale(self) -> None:
        figure = weekly_trends([self.line([1.0, 30.0, 5.0]), self.line([100.0, 3000.0, 500.0])], LIGHT, 400)
        _edges, lines, *_ = figure.data
        first, second = lines.y[:3], lines.y[4:7]
        assert lines.y[3] is None
        assert min(first) > 187 > max(second)
        assert 0 <= min(second) < max(first) <= 374

    def test_a_gap_stays_a_gap_and_a_lonely_week_is_a_dot(self) -> None:
        _edges, lines, *_ = weekly_trends([self.line([1.0, NAN, 2.0, 3.0])], LIGHT, 200).data
        assert lines.connectgaps is False
        assert [y is None for y in lines.y] == [False, True, False, False, True]
        assert list(lines.marker.size) == [5, 0, 0, 8, 0]

    def test_the_running_week_is_a_dotted_stub(self) -> None:
        _edges, lines, stubs, _ = weekly_trends([self.line([3.0, 2.0, 9.0], last_days=1)], LIGHT, 200).data
        assert list(stubs.x) == [1, 2, 2]
        assert stubs.y[0] == lines.y[1]
        assert (lines.y[2], stubs.y[2], stubs.line.dash) == (None, None, "dot")
        assert "1 of 7 days" in stubs.hovertext[1]

    def test_a_running_week_that_is_the_only_one_is_labelled(self) -> None:
        figure = weekly_trends([self.line([NAN, 2.0], last_days=2)], LIGHT, 200)
        assert written(figure)[1].strip() == duration(2.0)

    def test_a_row_without_data_says_so_and_the_others_are_drawn(self) -> None:
        figure = weekly_trends([self.line([NAN, NAN]), self.line([1.0, 2.0])], LIGHT, 300)
        assert "No data in these weeks" in written(figure)
        assert len([y for y in figure.data[1].y if y is not None]) == 2
        assert "Lead time: No data in these weeks." in alt(figure)

    def test_none_with_data_is_an_empty_figure_of_the_same_size(self) -> None:
        figure = weekly_trends([self.line([NAN, NAN])], LIGHT, 300)
        assert figure.layout.height == 300
        assert "No data in these weeks" in written(figure)

    def test_zeros_on_a_log_scale_lie_at_its_lower_end(self) -> None:
        _edges, lines, *_ = weekly_trends([self.line([0.0, 0.0, 60.0], logarithmic=True)], LIGHT, 200).data
        assert lines.y[0] == lines.y[1] < lines.y[2]


class TestSparkline:
    def test_the_line_ends_in_a_dot_and_stays_inside(self) -> None:
        drawn = ElementTree.fromstring(sparkline([1.0, 3.0, 2.0], "#123456"))
        line, dot = drawn[0]
        points = [tuple(map(float, point.split(","))) for point in line.attrib["points"].split()]
        assert points[1][1] < points[2][1] < points[0][1]
        assert dot.attrib["points"].split()[0] == line.attrib["points"].split()[-1]
        assert all(0 < x < WIDTH and 0 < y < HEIGHT_PX for x, y in points)
        assert {line.attrib["stroke"], dot.attrib["stroke"]} == {"#123456"}

    def test_equal_values_are_a_level_line(self) -> None:
        line = ElementTree.fromstring(sparkline([5.0, 5.0], "#000000"))[0][0]
        assert {point.split(",")[1] for point in line.attrib["points"].split()} == {f"{HEIGHT_PX / 2:g}"}

    @pytest.mark.parametrize(
        ("values", "said"),
        [([1.0, 4.0, 2.0], "50 %"), ([1.0, 4.0], "is the highest"), ([0.0, 0.0], "is the highest")],
    )
    def test_it_says_how_the_last_week_compares(self, values: list[float], said: str) -> None:
        assert said in sparkline_words(values)
