"""Figures are drawn once, and once only in the browser."""

from datetime import date, timedelta

import pandas as pd
import plotly.graph_objects as go

from components.charts import wall
from components.charts.canvas import figure
from components.charts.kept import MOST_FIGURES, kept
from components.charts.ladder import Ladder, ladders
from components.theme import DARK, LIGHT, Palette

drawn: list[object] = []
ROW = Ladder("lead_time", "Lead time", "20.0 h", 20.0, 30.0, "")


@kept
def plain(rows: pd.DataFrame | int | object, palette: Palette) -> go.Figure:
    drawn.append(rows)
    return figure(palette, 100, "said")


def rows(last: float) -> pd.DataFrame:
    return pd.DataFrame(
        {"week_start": [date(2025, 1, 6) + timedelta(weeks=n) for n in range(3)], "value": [1, 2, last]}
    )


def test_the_same_data_are_drawn_once() -> None:
    drawn.clear()
    assert plain(rows(3.0), LIGHT) is plain(rows(3.0), LIGHT)
    assert len(drawn) == 1


def test_other_data_and_another_theme_are_drawn_anew() -> None:
    drawn.clear()
    light, dark, other = plain(rows(4.0), LIGHT), plain(rows(4.0), DARK), plain(rows(5.0), LIGHT)
    assert len(drawn) == 3
    assert light.layout.paper_bgcolor == other.layout.paper_bgcolor == LIGHT.background
    assert dark.layout.paper_bgcolor == DARK.background


def test_only_so_many_are_kept() -> None:
    drawn.clear()
    for number in range(MOST_FIGURES + 1):
        plain(number, LIGHT)
    plain(0, LIGHT)
    assert len(drawn) == MOST_FIGURES + 2


def test_what_cannot_be_told_apart_is_drawn_every_time() -> None:
    drawn.clear()
    for _ in range(2):
        plain(lambda: None, LIGHT)
    assert len(drawn) == 2


def test_a_wall_does_not_enlarge_the_figure_of_the_page() -> None:
    row = ladders([ROW], DARK)
    before = row.to_dict()
    enlarged = wall.titled(wall.enlarged(row, 360, 2.2), "Lead time")
    assert enlarged.layout.height == 360
    assert row.to_dict() == before


def test_nothing_makes_plotly_draw_a_figure_twice() -> None:
    for drawing in (
        ladders([ROW], LIGHT),
        wall.enlarged(ladders([ROW], DARK), 360, 2),
    ):
        layout = drawing.to_dict()["layout"]
        assert "template" not in layout
        assert layout["datarevision"] == 1
        assert isinstance(layout["meta"], str)
