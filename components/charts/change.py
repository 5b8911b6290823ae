"""What changed most against the window before."""

from collections.abc import Sequence
from dataclasses import dataclass

import plotly.graph_objects as go

from components.charts.canvas import Word, bare, empty_figure, figure, words
from components.charts.kept import kept
from components.format import relative_change
from components.judgement import Better, Verdict, verdict
from components.theme import Palette

HEIGHT = 286
CUT = 0.5
# In the units of the axis, where 1 is a doubling: the left edge, and from the end of a line to its words.
LEFT, BESIDE = -1.3, 0.08
# In rows.
LINE_WIDTH = 0.08


@dataclass(frozen=True, slots=True)
class Change:
    """One metric now and before; `better` says which direction is good. `doubt`: why it is not judged."""

    name: str
    now: float
    before: float
    better: Better
    doubt: str = ""

    @property
    def ratio(self) -> float:
        """Relative change, 0 for none."""
        return self.now / self.before - 1

    @property
    def cut(self) -> bool:
        """Whether the line would be longer than there is room for."""
        return abs(self.ratio) > CUT

    @property
    def end(self) -> float:
        """Where the line ends."""
        return max(-CUT, min(CUT, self.ratio))

    @property
    def verdict(self) -> Verdict:
        """By the rule of every page."""
        return verdict(self.now, self.before, self.better, self.doubt)


@kept
def what_changed_most(changes: Sequence[Change], palette: Palette, *, height: int = HEIGHT) -> go.Figure:
    """A line per metric from the centre, longest first and noise last; cut at 50 % with a triangle."""
    rows = sorted((change for change in changes if change.before), key=_place)[:6]
    if not rows:
        return empty_figure("No earlier figures to compare with", palette, height)
    alt = "; ".join(f"{row.name} {relative_change(row.now, row.before)} {row.verdict}" for row in rows)
    drawing = figure(palette, height, alt, top=4, bottom=4, left=0, right=0)
    drawing.add_shape(
        type="line", x0=0, x1=0, y0=-0.5, y1=len(rows) - 0.5, line={"color": palette.border, "width": 2}, layer="below"
    )
    drawing.update_layout(barmode="overlay")
    drawing.update_xaxes(range=[LEFT, 1.35], showticklabels=False)
    drawing.update_yaxes(range=[-0.5, len(rows) - 0.5])
    # From the lowest up, as the axis goes.
    upward = rows[::-1]
    return bare(data=[_lines(upward, palette), _ends(upward, palette), _words(upward, palette)], layout=drawing.layout)


def _lines(rows: Sequence[Change], palette: Palette) -> go.Bar:
    return go.Bar(
        orientation="h",
        x=[row.end for row in rows],
        y=list(range(len(rows))),
        width=LINE_WIDTH,
        marker={"color": [_colour(row, palette) for row in rows], "line": {"width": 0}},
        hoverinfo="skip",
    )


def _ends(rows: Sequence[Change], palette: Palette) -> go.Scatter:
    """A dot, or a triangle where the line is cut."""
    cut = {True: "triangle-right", False: "triangle-left"}
    return go.Scatter(
        x=[row.end for row in rows],
        y=list(range(len(rows))),
        mode="markers",
        marker={
            "size": 11,
            "symbol": [cut[row.ratio > 0] if row.cut else "circle" for row in rows],
            "color": [_colour(row, palette) for row in rows],
            "opacity": 1,
            "line": {"width": 0},
        },
        hoverinfo="skip",
        cliponaxis=False,
    )


def _words(rows: Sequence[Change], palette: Palette) -> go.Scatter:
    """The metric on the left, change and verdict beside the end."""
    colours = {"better": palette.tier_text["elite"], "worse": palette.tier_text["low"]}
    told = []
    for y, row in enumerate(rows):
        text = f"{relative_change(row.now, row.before)} {row.verdict}"
        told.append(Word(LEFT, y, row.name, palette.text, anchor="left"))
        told.append(Word(max(row.end, 0) + BESIDE, y, text, colours.get(row.verdict, palette.muted), anchor="left"))
    return words(told)


def _colour(row: Change, palette: Palette) -> str:
    return {"better": palette.better, "worse": palette.worse}.get(row.verdict, palette.muted)


def _place(change: Change) -> tuple[bool, float]:
    return change.verdict == "noise", -abs(change.ratio)
