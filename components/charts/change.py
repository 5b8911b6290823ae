"""What changed most against the window before."""

from collections.abc import Sequence
from dataclasses import dataclass

import plotly.graph_objects as go

from components.charts.canvas import empty_figure, figure, label
from components.charts.kept import kept
from components.format import relative_change
from components.judgement import Better, Verdict, verdict
from components.theme import Palette

HEIGHT = 286
CUT = 0.5


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
    colours = {"better": palette.better, "worse": palette.worse}
    words = {"better": palette.tier_text["elite"], "worse": palette.tier_text["low"]}
    for index, row in enumerate(rows):
        y = len(rows) - 1 - index
        end = max(-CUT, min(CUT, row.ratio))
        cut = abs(row.ratio) > CUT
        symbol = ("triangle-right" if row.ratio > 0 else "triangle-left") if cut else "circle"
        drawing.add_trace(
            go.Scatter(
                x=[0, end],
                y=[y, y],
                mode="lines+markers",
                line={"color": colours.get(row.verdict, palette.muted), "width": 3},
                marker={
                    "size": [0, 11],
                    "symbol": ["circle", symbol],
                    "color": colours.get(row.verdict, palette.muted),
                    "opacity": 1,
                    "line": {"width": 0},
                },
                hoverinfo="skip",
                cliponaxis=False,
            )
        )
        label(drawing, -1.3, y, row.name, palette.text, anchor="left")
        text = f"{relative_change(row.now, row.before)} {row.verdict}"
        colour = words.get(row.verdict, palette.muted)
        label(drawing, max(end, 0), y, text, colour, anchor="left", xshift=10, background=palette.background)
    drawing.update_xaxes(range=[-1.3, 1.35], showticklabels=False)
    drawing.update_yaxes(range=[-0.5, len(rows) - 0.5])
    return drawing


def _place(change: Change) -> tuple[bool, float]:
    return change.verdict == "noise", -abs(change.ratio)
