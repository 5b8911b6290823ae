"""The tier ladder: where a metric stands between Low and Elite, and where it stood."""

import plotly.graph_objects as go

from components.charts.canvas import figure, label
from components.charts.kept import kept
from components.theme import Palette
from components.tiers import BANDS, TIERS, distance, position, tier_of

HEIGHT = 84
DOT_RADIUS = 10
JOINED_FROM = 0.06


@kept
def ladder_row(
    metric: str, now: float | None, before: float | None, palette: Palette, *, header: bool = False
) -> go.Figure:
    """One metric's row.

    Args:
        metric: a key of tiers.BANDS; `now` and `before` in API units, None without data.
        header: write the tiers' names above, as the first row does.
    """
    tier = tier_of(metric, now)
    alt = f"Tier {tier.capitalize()}, {distance(metric, now)}" if tier else "No tier: no data"
    drawing = figure(palette, HEIGHT, alt, top=0, bottom=0, left=DOT_RADIUS, right=DOT_RADIUS)
    drawing.update_xaxes(range=[0, 4], showticklabels=False)
    drawing.update_yaxes(range=[-0.66, 1.66])
    for index, name in enumerate(TIERS):
        _band(drawing, index, palette.tier_tint[name], 0, 1)
        if name == tier:
            _band(drawing, index, palette.tier_fill[name], 0, 0.09)
        if header:
            label(drawing, index + 0.5, 1.36, name.capitalize(), palette.tier_text[name], size=14)
    for index, text in enumerate(BANDS[metric].edge_labels, start=1):
        label(drawing, index, -0.34, text, palette.muted, size=12)
    _markers(drawing, position(metric, now), position(metric, before), tier, palette)
    return drawing


def _band(drawing: go.Figure, index: int, colour: str, low: float, high: float) -> None:
    drawing.add_shape(
        type="rect", x0=index + 0.008, x1=index + 0.992, y0=low, y1=high, fillcolor=colour, line_width=0, layer="below"
    )


def _markers(drawing: go.Figure, now: float | None, before: float | None, tier: str | None, palette: Palette) -> None:
    if now is not None and before is not None and abs(now - before) > JOINED_FROM:
        drawing.add_trace(_dot([before, now], mode="lines", line={"width": 2, "color": palette.ring}))
    if before is not None:
        ring = {"size": 12, "color": palette.background, "line": {"width": 2, "color": palette.ring}}
        drawing.add_trace(_dot([before], mode="markers", marker=ring))
    if now is not None and tier is not None:
        outline = palette.text if tier == "medium" else palette.background
        marker = {"size": 18, "color": palette.tier_fill[tier], "line": {"width": 2, "color": outline}}
        drawing.add_trace(_dot([now], mode="markers", marker=marker))


def _dot(x: list[float], **style: object) -> go.Scatter:
    return go.Scatter(x=x, y=[0.5] * len(x), hoverinfo="skip", cliponaxis=False, **style)
