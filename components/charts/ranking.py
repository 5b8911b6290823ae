"""Who or what has how many: named bars, the longest on top."""

import pandas as pd
import plotly.graph_objects as go

from components.charts.canvas import empty_figure, figure, label
from components.charts.kept import kept
from components.format import COUNT, cell_text, figure_text
from components.theme import Palette

HEIGHT = 260
MOST_ROWS = 7
LONGEST_NAME = 24
LONGEST_SPOKEN = 80
# Of the width, from the left edge to where the bars begin.
NAME_PART = 0.47
VALUE_PART = 0.12


@kept
def ranking(rows: pd.DataFrame, palette: Palette, what: str, *, height: int = HEIGHT) -> go.Figure:
    """A bar per row; beyond the first few one line of text for all the others.

    Args:
        rows: name (untrusted text), count (of them, the largest first).
        what: the thing counted, for words, such as "merged pull requests".
    """
    if rows.empty:
        return empty_figure(f"No {what} in this window", palette, height)
    shown = _with_others(rows)
    longest = max(count for _name, count, others in shown if not others)
    words = ", ".join(f"{cell_text(name, LONGEST_SPOKEN)} {COUNT.text(count)}" for name, count, _others in shown)
    drawing = figure(palette, height, f"{what[0].upper()}{what[1:]}: {words}", top=4, bottom=4)
    positions = list(range(len(shown) - 1, -1, -1))
    drawing.add_trace(
        go.Bar(
            x=[0 if others else count for _name, count, others in shown],
            y=positions,
            orientation="h",
            width=0.56,
            marker={"color": palette.ink},
            customdata=[figure_text(cell_text(name, LONGEST_SPOKEN)) for name, _count, _others in shown],
            hovertemplate="%{customdata}: %{x}<extra></extra>",
        )
    )
    unit = longest / (1 - NAME_PART - VALUE_PART)
    for y, (name, count, others) in zip(positions, shown, strict=True):
        colour = palette.muted if others else palette.text
        label(drawing, -NAME_PART * unit, y, figure_text(_short(name)), colour, anchor="left")
        label(drawing, 0 if others else count, y, COUNT.text(count), colour, anchor="left", xshift=6)
    drawing.update_xaxes(range=[-NAME_PART * unit, longest + VALUE_PART * unit], showticklabels=False)
    drawing.update_yaxes(range=[min(0, len(shown) - MOST_ROWS) - 0.6, len(shown) - 0.4])
    return drawing


def _with_others(rows: pd.DataFrame) -> list[tuple[str, int, bool]]:
    """Name, count, and whether it is the sum of all the others."""
    named = [(str(name), int(count), False) for name, count in zip(rows["name"], rows["count"], strict=True)]
    if len(named) <= MOST_ROWS:
        return named
    rest = named[MOST_ROWS - 1 :]
    return [*named[: MOST_ROWS - 1], (f"{len(rest)} others", sum(count for _name, count, _others in rest), True)]


def _short(name: str) -> str:
    """The part after the slash, which tells repositories apart, cut to what fits a phone."""
    own = name.rsplit("/", 1)[-1] or name
    return own if len(own) <= LONGEST_NAME else f"{own[: LONGEST_NAME - 1]}…"
