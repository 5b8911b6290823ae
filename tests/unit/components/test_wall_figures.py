"""What hangs on a wall reads from afar and says what the page says."""

import pandas as pd
import pytest

from components.bars import bars
from components.charts import wall
from components.charts.deployments import deployments_per_week
from components.format import COUNT, PER_WEEK, duration_unit, figure_text, plain
from components.screen import Fact, Tile, change_tile

SMALLEST_PX = 27


def sizes(drawing: object) -> list[float]:
    return [text.font.size for text in drawing.layout.annotations if text.text.replace("<b></b>", "")]  # type: ignore[attr-defined]


def test_a_tile_says_itself_in_words_and_in_large_letters() -> None:
    drawing = wall.tile(Tile("Lead time", "27.6", "h", "High", "high", "3.6 h to Elite", place=2.6))
    assert drawing.layout.meta == "Lead time 27.6 h High 3.6 h to Elite"
    assert min(sizes(drawing)) >= SMALLEST_PX
    assert len(drawing.layout.shapes) == 4


def test_word_and_note_that_would_meet_stand_on_two_lines() -> None:
    close = wall.tile(Tile("Cycle time", "66.9", "h", "+2.3 h", "worse", "was 64.6 h"))
    far = wall.tile(Tile("Throughput", "89.4", "/week", "+11.0 /week", "better", "was 78.4 /week"))
    heights = [{text.text: text.y for text in drawing.layout.annotations} for drawing in (close, far)]
    assert heights[0]["was 64.6 h"] == heights[0]["<b>+2.3 h</b>"]
    assert heights[1]["was 78.4 /week"] < heights[1]["<b>+11.0 /week</b>"]


@pytest.mark.parametrize("history", [(), (None, None), (1.0,), (None, 2.0)])
def test_a_line_needs_two_weeks(history: tuple[float | None, ...]) -> None:
    assert len(wall.tile(Tile("Items", "1", history=history)).data) == 1


def test_a_steady_line_is_drawn_and_a_gap_stays_one() -> None:
    (_, line) = wall.tile(Tile("Items", "1", history=(3.0, None, 3.0))).data
    assert line.y[1] is None
    assert line.y[0] == line.y[2]


def test_the_sentence_keeps_its_colours_and_a_long_one_shrinks_no_further_than_it_reads() -> None:
    assert wall.words_in_colour(":green[Elite] overall.") == (
        f'<b><span style="color:{wall.PALETTE.better}">Elite</span></b> overall.'
    )
    assert wall.sentence(":green[Elite] overall.").layout.meta == "Elite overall."
    assert min(sizes(wall.sentence("word " * 60))) >= SMALLEST_PX


def test_facts_are_one_under_another() -> None:
    drawing = wall.facts([Fact("0", "incidents open"), Fact("6", "in progress")])
    assert drawing.layout.meta == "0 incidents open; 6 in progress"
    assert [text.y for text in drawing.layout.annotations] == sorted(
        (text.y for text in drawing.layout.annotations), reverse=True
    )


def test_a_chart_of_the_pages_grows_in_all_its_parts_alike() -> None:
    weeks = pd.DataFrame(
        {
            "week_start": pd.to_datetime(["2026-01-05", "2026-01-12"]).date,
            "deployed": [5, 9],
            "failed": [0, 1],
            "days": [7, 3],
        }
    )
    weeks = bars(weeks)
    desk = deployments_per_week(weeks, wall.PALETTE)
    grown = wall.enlarged(deployments_per_week(weeks, wall.PALETTE), 400, 2.0)
    assert grown.layout.height == 400
    assert [text.font.size for text in grown.layout.annotations] == [
        2 * text.font.size for text in desk.layout.annotations
    ]
    assert grown.layout.xaxis.tickfont.size == 2 * desk.layout.xaxis.tickfont.size
    assert grown.layout.margin.t == 2 * desk.layout.margin.t
    assert list(grown.data[0].y) == list(desk.data[0].y)


def test_a_preview_is_the_same_drawing_smaller() -> None:
    small = wall.resized(wall.tile(Tile("Lead time", "27.6", "h")), 0.5)
    assert small.layout.height == wall.TILE_HEIGHT / 2
    assert f"font-size:{wall.UNIT_SIZE // 2}px" in str(small.layout.annotations[1].text)


@pytest.mark.parametrize(
    ("now", "before", "better", "verdict", "judgement", "note"),
    [
        (10.0, 8.0, "up", "+2.0\u00a0/week", "better", "was 8.0\u00a0/week"),
        (8.0, 10.0, "up", "−2.0\u00a0/week", "worse", "was 10.0\u00a0/week"),
        (8.0, 10.0, "down", "−2.0\u00a0/week", "better", "was 10.0\u00a0/week"),
        (8.0, 10.0, "none", "−2.0\u00a0/week", "none", "was 10.0\u00a0/week"),
        (8.0, 8.0, "up", "", "none", "no change"),
        (8.0, None, "up", "", "none", ""),
    ],
)
def test_a_change_is_judged_by_what_is_better(
    now: float, before: float | None, better: object, verdict: str, judgement: str, note: str
) -> None:
    tile = change_tile("Throughput", now, before, PER_WEEK, better=better)  # type: ignore[arg-type]
    assert (tile.verdict, tile.judgement, tile.note) == (verdict, judgement, note)


def test_a_tile_without_a_number_is_a_dash_with_its_reason_and_zero_is_zero() -> None:
    assert change_tile("Cycle time", None, 3.0, duration_unit(3), better="down", missing="nothing finished").note == (
        "nothing finished"
    )
    assert change_tile("In progress", 0, None, COUNT, better="down").value == "0"


def test_marks_of_others_stay_letters_in_a_sentence() -> None:
    sentence = f":green[Elite] **now**, {plain('a **b** :red[y] c:')}"
    drawn = wall.words_in_colour(sentence)
    assert drawn.endswith("</span></b> now, a **b** :red[y] c:")
    assert drawn.count("<span") == 1
    assert wall.spoken(sentence) == "Elite now, a **b** :red[y] c:"


def test_what_is_read_aloud_is_no_markup() -> None:
    drawing = wall.header("DORA", figure_text("R&D <b>"))
    assert drawing.layout.meta == "DORA. R&D <b>"
    assert "R&amp;D &lt;b&gt;" in drawing.layout.annotations[0].text


def test_a_long_name_stands_on_two_lines_and_markup_in_it_stays_text() -> None:
    drawing = wall.tile(Tile("P85 lead time to production &lt;b&gt;", "5.9", "d"))
    name = drawing.layout.annotations[0]
    assert name.text == "P85 lead time to<br>production &lt;b&gt;"
    assert name.font.size >= 27
    assert wall.tile(Tile("Lead time", "5.9", "d")).layout.annotations[0].text == "Lead time"
