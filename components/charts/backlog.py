"""Open work going down to nothing."""

import math

import plotly.graph_objects as go

from components.charts.canvas import figure, label
from components.charts.kept import kept
from components.format import COUNT, NO_BREAK
from components.theme import Palette

HEIGHT = 250
# Feet so near each other, as a part of the axis, share one label.
NEAR = 0.16
# Numbers under the axis need more room: each is about 50 px wide, and the axis 160 px on a small screen.
NEAR_TICKS = 0.32
# The first label keeps clear of its own line, which is flat on a wide page.
FLAT_LINE_PX = 34


def weeks_number(weeks: float) -> str:
    """ "16" or "9.4"; from 100 on whole weeks, rounded up so as never to say too early."""
    if weeks >= 100:
        weeks = math.ceil(weeks)
    return f"{weeks:,.1f}".removesuffix(".0").replace(",", "\u2009")


@kept
def backlog_fan(size: int, p50: float, p85: float | None, palette: Palette, *, height: int = HEIGHT) -> go.Figure:
    """A fan from today's open items down to none, between the weeks that are 50 % and 85 % sure.

    Args:
        size: open items.
        p50, p85: weeks until they are done; p85 None if not in sight.
    """
    feet = {50: p50} if p85 is None else {50: p50, 85: p85}
    told = " and ".join(f"{weeks_number(weeks)} weeks, {share} % sure" for share, weeks in feet.items())
    drawing = figure(palette, height, f"{size} open items, none left after {told}", top=26, bottom=26, right=8, left=4)
    last = max(feet.values())
    if p85 is not None:
        drawing.add_trace(
            go.Scatter(
                x=[0, p50, p85, 0],
                y=[size, 0, 0, size],
                fill="toself",
                fillcolor=palette.forecast_steps[1],
                mode="lines",
                line={"width": 0},
                hoverinfo="skip",
                name="fan",
            )
        )
    for share, weeks in feet.items():
        drawing.add_trace(
            go.Scatter(
                x=[0, weeks],
                y=[size, 0],
                mode="lines",
                line={"color": palette.text if share == 85 else palette.forecast_line, "width": 2.2},
                hovertemplate=f"{weeks_number(weeks)} weeks, {share} % sure<extra></extra>",
                name=f"{share} %",
            )
        )
    label(drawing, 0, size, f"<b>{COUNT.text(size)}</b> items now", palette.text, anchor="left", xshift=8, above_px=4)
    _feet(drawing, feet, last, palette)
    drawing.update_xaxes(range=[-0.06 * last, 1.28 * last])
    drawing.update_yaxes(range=[0, size * 1.02])
    return drawing


def _feet(drawing: go.Figure, feet: dict[int, float], last: float, palette: Palette) -> None:
    near = last - min(feet.values()) <= NEAR * last
    named = {"–".join(str(share) for share in feet): last} if near else {str(share): feet[share] for share in feet}
    for share, weeks in named.items():
        text = f"<b>{share}{NO_BREAK}%</b>"
        anchor, xshift = ("left", 8) if weeks == last else ("right", -FLAT_LINE_PX)
        label(drawing, weeks, 0, text, palette.text, above_px=6, anchor=anchor, xshift=xshift)
    first = min(feet.values())
    ticks, texts = [0.0], ["today"]
    if 0 < last - first <= NEAR_TICKS * last:
        ticks.append((first + last) / 2)
        texts.append(f"{weeks_number(first)}–{weeks_number(last)}{NO_BREAK}wk")
    else:
        shown = [weeks for weeks in sorted(set(feet.values())) if weeks > NEAR_TICKS * last]
        ticks += shown
        texts += [f"{weeks_number(weeks)}{NO_BREAK}wk" for weeks in shown]
    drawing.update_xaxes(tickvals=ticks, ticktext=texts, tickangle=0)
