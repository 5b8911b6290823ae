"""The figures of a risk score by their data."""

import pandas as pd
import pytest

from components.charts.risk import contribution_bars, reliability, risk_strip
from components.theme import DARK, LIGHT, Palette
from tests.unit.components.test_charts import alt, texts

GROUPS = pd.DataFrame(
    {
        "count": [50, 52],
        "predicted": [0.1, 0.3],
        "observed": [0.12, 0.5],
        "low": [0.05, 0.4],
        "high": [0.2, 0.6],
    }
)


class TestStrip:
    @pytest.mark.parametrize("palette", [LIGHT, DARK])
    def test_shows_the_bands_their_edges_and_the_score(self, palette: Palette) -> None:
        drawn = risk_strip(71, palette)
        assert texts(drawn) == ["Low", "0", "Medium", "40", "High", "70", "Critical", "90", "100"]
        assert list(drawn.data[0].x) == [71]
        assert drawn.data[0].marker.color == palette.worse
        assert alt(drawn) == "Score 71 of 100, in the band High"

    def test_its_own_band_has_a_bar(self) -> None:
        bars = [shape for shape in risk_strip(50, LIGHT).layout.shapes if shape.y1 == 0.09]
        assert [(round(bar.x0), round(bar.x1)) for bar in bars] == [(40, 70)]

    def test_a_score_outside_stays_on_the_scale(self) -> None:
        assert list(risk_strip(180, LIGHT).data[0].x) == [100]
        assert list(risk_strip(-3, LIGHT).data[0].x) == [0]

    def test_without_a_score_there_is_no_dot(self) -> None:
        drawn = risk_strip(None, LIGHT)
        assert list(drawn.data[0].x) == [None]
        assert alt(drawn) == "No score"


class TestContributions:
    def test_what_raises_goes_right_in_red_and_what_lowers_left_in_green(self) -> None:
        drawn = contribution_bars([("1,965 lines added", 2.492), ("no fix", -0.172)], LIGHT)
        assert [list(bar.x) for bar in drawn.data] == [[2.492], [-0.172]]
        assert [bar.marker.color for bar in drawn.data] == [LIGHT.worse, LIGHT.better]
        assert texts(drawn) == ["+2.49", "1,965 lines added", "−0.17", "no fix"]
        assert alt(drawn) == "1,965 lines added raises it by 2.49; no fix lowers it by 0.17"

    def test_room_is_left_where_numbers_stand(self) -> None:
        low, high = contribution_bars([("a", 1.0), ("b", -1.0)], LIGHT).layout.xaxis.range
        assert (low, high) == (-1.6, 1.6)
        assert contribution_bars([("a", 1.0)], LIGHT).layout.xaxis.range[0] == 0

    def test_untrusted_words_are_cut_and_shown_as_they_are(self) -> None:
        drawn = contribution_bars([("<b>x</b> " + "z" * 500, 1.0)], LIGHT)
        label = texts(drawn)[1]
        assert label.startswith("&lt;b&gt;x")
        assert label.endswith("…")
        assert len(label) < 80

    def test_without_any_it_says_so(self) -> None:
        assert alt(contribution_bars([], LIGHT)) == "No signal moves this score"


class TestReliability:
    def test_each_group_stands_at_prediction_and_outcome_with_its_interval(self) -> None:
        drawn = reliability(GROUPS, LIGHT)
        points = drawn.data[0]
        assert list(points.x) == pytest.approx([10, 30])
        assert list(points.y) == pytest.approx([12, 50])
        assert list(points.error_y.array) == pytest.approx([8, 10])
        assert list(points.error_y.arrayminus) == pytest.approx([7, 10])
        assert "2 groups of 102 pull requests; 1 predictions" in alt(drawn)

    def test_all_zero_still_has_a_scale(self) -> None:
        assert reliability(GROUPS * 0, LIGHT).layout.xaxis.range[1] > 0
