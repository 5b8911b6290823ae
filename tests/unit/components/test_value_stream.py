"""The value stream: which stage is the bottleneck, what is said of it, and how it is drawn."""

from datetime import date

import plotly.graph_objects as go
import pytest

from components.charts.stages import NARROWEST, Segment, stage_bar
from components.format import NO_BREAK
from components.theme import DARK, LIGHT
from components.value_stream_words import bottleneck, change_sentence, share, spoken, stages, stream_sentence
from koalr_api import ValueStream, ValueStreamFigures
from koalr_api.model import Rows
from koalr_api.models.flow import ValueStreamWeek

PAGE = ValueStream(3.2, 1.1, 0.4, 4.7)
NOTHING = ValueStream(None, None, None, None)


def said(text: str) -> str:
    return text.replace(NO_BREAK, " ")


class TestWords:
    def test_the_longest_stage_is_the_bottleneck_with_its_part(self) -> None:
        found = bottleneck(stages(PAGE))
        assert found is not None
        assert found.name == "Idea to commit"
        assert said(stream_sentence(PAGE)) == "Idea to commit is the bottleneck: 3.2 d of 4.7 d (68 %)."

    @pytest.mark.parametrize(
        ("stream", "sentence"),
        [
            (NOTHING, "No change has reached production with a known history."),
            (ValueStream(None, 1.0, None, 1.0), "Commit to merge takes 24.0 h; the other stages are not known."),
            (ValueStream(2.0, 2.0, 1.0, 5.0), "From idea to production in 5.0 d; no stage stands out."),
            (ValueStream(0.0, 0.0, 0.0, 0.0), "From idea to production in 0 min; no stage stands out."),
            (ValueStream(None, 1.0, 3.0, 4.0), "Merge to deploy is the bottleneck: 3.0 d of 4.0 d (75 %)."),
        ],
    )
    def test_no_bottleneck_is_claimed_where_none_can_be_told(self, stream: ValueStream, sentence: str) -> None:
        assert said(stream_sentence(stream)) == sentence

    @pytest.mark.parametrize("days", [0.0123, 1.0, 99.9, 1094.9])
    def test_the_sentence_fits_a_wall(self, days: float) -> None:
        assert len(stream_sentence(ValueStream(days, days / 3, days / 2, days * 11 / 6))) <= 70

    def test_shares_add_up_to_one_over_the_stages_with_data(self) -> None:
        found = stages(ValueStream(None, 1.0, 3.0, 4.0))
        assert [share(stage, found) for stage in found] == [None, 0.25, 0.75]

    def test_no_time_at_all_has_no_shares(self) -> None:
        found = stages(ValueStream(0.0, 0.0, 0.0, 0.0))
        assert [share(stage, found) for stage in found] == [None, None, None]

    def test_what_changed_most_is_told_with_the_value_before(self) -> None:
        stream = ValueStream(3.2, 1.1, 0.4, 4.7, ValueStreamFigures(3.0, 2.1, 0.4, 5.5))
        assert said(change_sentence(stream)) == (
            "Commit to merge changed most: 24.0 h shorter than in the window before (50.4 h)."
        )

    def test_without_a_window_before_no_change_is_told(self) -> None:
        assert change_sentence(PAGE) == ""
        assert change_sentence(ValueStream(3.2, 1.1, 0.4, 4.7, ValueStreamFigures(None, None, None, None))) == ""

    def test_nothing_changed_is_said(self) -> None:
        same = ValueStream(3.2, 1.1, 0.4, 4.7, ValueStreamFigures(3.2, 1.1, 0.4, 4.7))
        assert change_sentence(same) == "No stage changed against the window before."

    def test_a_screen_reader_hears_every_stage(self) -> None:
        assert spoken(stages(ValueStream(3.0, None, 1.0, 4.0))) == (
            "Idea to commit (waiting): 3.0 d, 75 %; Commit to merge: no data; Merge to deploy (waiting): 24.0 h, 25 %. "
            "The bottleneck is idea to commit."
        )

    def test_weeks_are_no_part_of_the_sentence(self) -> None:
        week = ValueStreamWeek(9.0, 9.0, 9.0, 27.0, date(2025, 1, 6), 4)
        assert stream_sentence(ValueStream(3.2, 1.1, 0.4, 4.7, None, Rows([week]))) == stream_sentence(PAGE)


def segments(*shares: float | None) -> list[Segment]:
    return [
        Segment(
            f"Stage {index}", share, f"{index} d", waiting=index != 1, bottleneck=share == max(s or 0 for s in shares)
        )
        for index, share in enumerate(shares)
    ]


def texts(figure: go.Figure) -> list[str]:
    return [annotation.text for annotation in figure.layout.annotations]


class TestBar:
    def test_stages_follow_each_other_as_wide_as_their_share(self) -> None:
        bars = stage_bar(segments(0.6, 0.3, 0.1), LIGHT, "alt").data
        assert [(bar.base[0], bar.x[0]) for bar in bars] == [(0.0, 0.6), (0.6, 0.3), (pytest.approx(0.9), 0.1)]

    def test_waiting_is_grey_and_work_is_ink(self) -> None:
        bars = stage_bar(segments(0.6, 0.3, 0.1), DARK, "alt").data
        assert [bar.marker.color for bar in bars] == [DARK.context, DARK.ink, DARK.context]

    def test_a_name_below_is_led_to_the_middle_of_its_stage(self) -> None:
        shapes = stage_bar(segments(0.2, 0.7, 0.1), LIGHT, "alt").layout.shapes
        lines = [shape for shape in shapes if shape.type == "line"]
        assert [line.x0 for line in lines] == [pytest.approx(0.1), pytest.approx(0.95)]

    def test_the_bottleneck_alone_is_outlined_and_named(self) -> None:
        figure = stage_bar(segments(0.2, 0.7, 0.1), LIGHT, "alt")
        (outline,) = [shape for shape in figure.layout.shapes if shape.type == "rect"]
        assert (outline.x0, outline.x1) == (0.2, pytest.approx(0.9))
        assert texts(figure).count("<b>bottleneck</b>") == 1

    def test_every_stage_is_named_even_one_of_minutes(self) -> None:
        figure = stage_bar(segments(0.9985, 0.001, 0.0005), LIGHT, "alt")
        assert [text for text in texts(figure) if "Stage" in text] == [
            "<b>Stage 0</b><br>0 d · 100\u00a0%",
            "<b>Stage 1</b><br>1 d · 0.1\u00a0%",
            "<b>Stage 2</b><br>2 d · 0.1\u00a0%",
        ]
        assert all(bar.x[0] >= NARROWEST for bar in figure.data)

    def test_a_stage_without_data_has_a_name_and_no_bar(self) -> None:
        figure = stage_bar(segments(None, 0.75, 0.25), LIGHT, "alt")
        assert len(figure.data) == 2
        assert "<b>Stage 0</b><br>0 d" in texts(figure)

    def test_nothing_known_says_so(self) -> None:
        assert texts(stage_bar(segments(None, None, None), LIGHT, "alt")) == ["No stage with a known time"]
