"""Deployments over time, failed ones marked."""

import math
from collections.abc import Sequence

import pandas as pd
import plotly.graph_objects as go

from components.bars import names, per_bar, star, strong
from components.charts.canvas import Word, empty_figure, figure, week_ticks, words
from components.charts.kept import kept
from components.theme import Palette

HEIGHT = 286
WORTH_NAMING = 10
HALF_BAR = 0.36
# The lane of incidents lies so far below zero, as a share of the highest bar.
LANE = 0.1
# Pixels. Larger dots would touch on a phone; the number below says how many there are.
LARGEST_DOT = 20.0


@kept
def deployments_per_week(bars: pd.DataFrame, palette: Palette, *, height: int = HEIGHT) -> go.Figure:
    """Stacked bars: production deployments, of them later failed on top; those of the last four weeks strong.

    Args:
        bars: of `bars.bars`, with deployed and failed (of them); if there is a column incidents (begun in the time, missing
            where not known), they are a lane of dots below.
    """
    deployed = [int(count) for count in bars["deployed"]]
    failed = [int(count) for count in bars["failed"]]
    if not any(deployed):
        return empty_figure("No deployments to production in these weeks", palette, height)
    drawing = figure(palette, height, _alt(bars, deployed, failed), top=28)
    marked = strong(bars)
    good = [all_ - bad for all_, bad in zip(deployed, failed, strict=True)]
    _stack(drawing, bars, good, [palette.ink if mark else palette.context for mark in marked], "fine")
    _stack(drawing, bars, failed, palette.worse, "failed")
    totals = [
        Word(index, deployed[index], f"{deployed[index]}{star(bars, index)}", palette.text, lies="above")
        for index, mark in enumerate(marked)
        if mark
    ]
    elsewhere = [0 if mark else bad for mark, bad in zip(marked, failed, strict=True)]
    drawing.add_trace(words(totals + _failures(deployed, elsewhere, palette)))
    drawing.update_layout(barmode="stack", bargap=0.28)
    week_ticks(drawing, list(bars["week_start"]))
    floor = _incident_lane(drawing, bars, max(deployed), palette) if "incidents" in bars else 0.0
    drawing.update_yaxes(range=[floor, max(deployed) * 1.04])
    return drawing


def _alt(bars: pd.DataFrame, deployed: Sequence[int], failed: Sequence[int]) -> str:
    alt = (
        f"{sum(deployed)} production deployments in {int(bars['weeks'].sum())} weeks, {sum(failed)} of them failed later; "
        f"last {per_bar(bars)} {deployed[-1]}"
    )
    return f"{alt}; {int(bars['incidents'].sum())} incidents began in the window" if "incidents" in bars else alt


def _stack(
    drawing: go.Figure, bars: pd.DataFrame, counts: Sequence[int], colour: str | Sequence[str], word: str
) -> None:
    drawing.add_trace(
        go.Bar(
            x=list(range(len(counts))),
            y=list(counts),
            marker={"color": colour},
            customdata=names(bars),
            hovertemplate=f"%{{customdata}}: %{{y}} {word}<extra></extra>",
        )
    )


def _failures(deployed: Sequence[int], failed: Sequence[int], palette: Palette) -> list[Word]:
    """The number over bars with many failures; one says what it is, the first beside a lower bar that leaves it room."""
    found: list[Word] = []
    named = False
    for index, count in enumerate(failed):
        if count <= WORTH_NAMING:
            continue
        anchor = "center" if named else _towards_lower(deployed, index)
        shift = {"right": HALF_BAR, "left": -HALF_BAR, "center": 0.0}[anchor]
        text = str(count) if anchor == "center" else f"{count} failed"
        found.append(Word(index + shift, deployed[index], text, palette.tier_text["low"], anchor=anchor, lies="above"))
        named = named or anchor != "center"
    return found


def _towards_lower(deployed: Sequence[int], index: int) -> str:
    """Which end of a label stands at its bar, so that the rest of it lies over a lower one; "center" between two higher."""
    before = deployed[index - 1] if index else math.inf
    after = deployed[index + 1] if index + 1 < len(deployed) else math.inf
    if min(before, after) >= deployed[index]:
        return "center"
    return "right" if before <= after else "left"


def _incident_lane(drawing: go.Figure, bars: pd.DataFrame, highest: int, palette: Palette) -> float:
    """Incidents as dots under their bars, area by number, which stands below; where the drawing now ends."""
    known = [(index, int(count)) for index, count in enumerate(bars["incidents"]) if not pd.isna(count)]
    begun = [(index, count) for index, count in known if count]
    if not known:
        return 0.0
    lane = -LANE * highest
    drawing.add_shape(
        type="line",
        x0=known[0][0] - 0.5,
        x1=known[-1][0] + 0.5,
        y0=lane,
        y1=lane,
        line={"color": palette.border, "width": 1},
        layer="below",
    )
    sizes = [min(LARGEST_DOT, 7 + 2.9 * math.sqrt(count)) for _, count in begun]
    told = names(bars)
    drawing.add_trace(
        go.Scatter(
            x=[index for index, _ in begun],
            y=[lane] * len(begun),
            mode="markers+text",
            marker={"size": sizes, "color": palette.worse, "opacity": 1, "line": {"width": 0}},
            text=[str(count) for _, count in begun],
            textposition="bottom center",
            textfont={"size": 12, "color": palette.tier_text["low"]},
            customdata=[f"{told[index]}: {count} incident{'s' if count > 1 else ''} began" for index, count in begun],
            hovertemplate="%{customdata}<extra></extra>",
            cliponaxis=False,
        )
    )
    return 2.4 * lane
