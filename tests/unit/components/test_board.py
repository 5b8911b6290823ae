"""A screen of a wall as one drawing: everything in its place, nothing outside, nothing below the size that reads."""

import pandas as pd
import pytest

from components.charts.board import board, message
from components.charts.durations import cycle_time_scatter, duration_distribution, spread_of
from components.charts.wall import PALETTE, resized
from components.screen import Fact, Screen, Tile

HOURS = [0.5, 3.0, 20.0, 50.0, 400.0]
TILES = [Tile(f"Tile {number}", "1", "h", "High", "high", "2 h to Elite", place=2.5) for number in range(4)]


def scatter(palette: object) -> object:
    frame = pd.DataFrame(
        {"finished_at": pd.date_range("2026-03-01", periods=5, tz="UTC"), "hours": HOURS, "label": list("abcde")}
    )
    return cycle_time_scatter(frame, PALETTE)


@pytest.mark.parametrize("tiles", [0, 1, 3, 4])
@pytest.mark.parametrize("facts", [[], [Fact("3", "open")]])
@pytest.mark.parametrize(
    "chart", [None, scatter, lambda palette: duration_distribution(spread_of(HOURS), palette, tiered=True)]
)
def test_every_part_lies_inside_on_axes_of_its_own(tiles: int, facts: list[Fact], chart: object) -> None:
    drawn = board(Screen(":green[Elite] overall.", TILES[:tiles], "Chart", chart, facts))  # type: ignore[arg-type]
    layout = drawn.to_plotly_json()["layout"]
    axes = {name for name in layout if name.startswith(("xaxis", "yaxis"))}
    for name in axes - {"xaxis", "yaxis"}:
        low, high = layout[name]["domain"]
        assert 0 <= low < high <= 1, name
    for trace in drawn.data:
        assert trace.xaxis.replace("x", "xaxis", 1) in axes
    for each in (*layout.get("annotations", ()), *layout.get("shapes", ())):
        for reference, axis in ((each["xref"], "x"), (each["yref"], "y")):
            assert reference == "paper" or reference.removesuffix(" domain").replace(axis, f"{axis}axis", 1) in axes


def test_it_says_every_part_in_order() -> None:
    drawn = board(Screen(":green[Elite] overall.", TILES[:1], facts=[Fact("3", "open")]))
    assert drawn.layout.meta == "Elite overall.; Tile 0 1 h High 2 h to Elite; 3 open"


def test_a_smaller_one_is_the_same_picture() -> None:
    whole = board(Screen("All is well.", TILES, "Chart", scatter, []))  # type: ignore[arg-type]
    small = resized(board(Screen("All is well.", TILES, "Chart", scatter, [])), 0.5)  # type: ignore[arg-type]
    assert small.layout.height == whole.layout.height / 2
    assert [each.text for each in small.layout.annotations if "font-size" not in each.text] == [
        each.text for each in whole.layout.annotations if "font-size" not in each.text
    ]
    assert small.layout.xaxis2.domain == whole.layout.xaxis2.domain


def test_words_in_the_place_of_a_screen_are_said_and_shown() -> None:
    drawn = message("The API cannot be reached", "This screen looks again every minute.")
    assert [each.text for each in drawn.layout.annotations] == [
        "The API cannot be reached",
        "This screen looks again every minute.",
    ]
