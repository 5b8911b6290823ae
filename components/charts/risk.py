"""A risk score on its scale, what moves it, and how far predictions came true."""

from collections.abc import Sequence

import pandas as pd
import plotly.graph_objects as go

from components.charts.canvas import empty_figure, figure, label
from components.format import cell_text, figure_text
from components.risk import BANDS, HIGHEST, band_of, score_text
from components.theme import Palette

STRIP_HEIGHT = 90
ROW_HEIGHT = 44
RELIABILITY_HEIGHT = 260
DOT_RADIUS = 10
LONGEST_LABEL = 58
LONGEST_SPOKEN = 160
GAP = 0.35
PERCENT = 100.0


def risk_strip(score: float | None, palette: Palette) -> go.Figure:
    """The scale from 0 to 100 with its four bands, and the score on it."""
    band = band_of(score)
    alt = f"Score {score_text(score)} of 100, in the band {band.name}" if band else "No score"
    drawing = figure(palette, STRIP_HEIGHT, alt, top=0, bottom=0, left=DOT_RADIUS, right=DOT_RADIUS)
    drawing.update_xaxes(range=[0, HIGHEST], showticklabels=False)
    drawing.update_yaxes(range=[-0.66, 1.66])
    for one in BANDS:
        fill = palette.tier_fill[one.judgement]
        _area(drawing, one.low, one.high, fill if one.tier == "critical" else palette.tier_tint[one.judgement], 0, 1)
        if one is band:
            _area(drawing, one.low, one.high, fill, 0, 0.09)
        last = one.high == HIGHEST
        place, anchor = (one.high, "right") if last else (one.low, "left")
        label(drawing, place, 1.36, one.name, palette.tier_text[one.judgement], anchor=anchor)
        label(drawing, one.low, -0.34, f"{one.low:g}", palette.muted, size=12)
    label(drawing, HIGHEST, -0.34, f"{HIGHEST:g}", palette.muted, size=12)
    drawing.add_trace(_dot(score, palette))
    return drawing


def _area(drawing: go.Figure, low: float, high: float, colour: str, bottom: float, top: float) -> None:
    drawing.add_shape(
        type="rect",
        x0=low + GAP,
        x1=high - GAP,
        y0=bottom,
        y1=top,
        fillcolor=colour,
        line_width=0,
        layer="below",
    )


def _dot(score: float | None, palette: Palette) -> go.Scatter:
    band = band_of(score)
    colour = palette.tier_fill[band.judgement] if band else palette.muted
    outline = palette.text if band and band.judgement == "medium" else palette.background
    place = None if score is None else min(HIGHEST, max(0.0, score))
    return go.Scatter(
        x=[place],
        y=[0.5],
        mode="markers",
        marker={"size": 18, "color": colour, "line": {"width": 2, "color": outline}},
        hoverinfo="skip",
        cliponaxis=False,
    )


def contribution_bars(rows: Sequence[tuple[str, float]], palette: Palette) -> go.Figure:
    """A bar per signal that moves the score, to the right if it raises it, to the left if it lowers it.

    Args:
        rows: what it is (untrusted text) and the log-odds it adds, in the order shown.
    """
    if not rows:
        return empty_figure("No signal moves this score", palette, ROW_HEIGHT * 2)
    alt = "; ".join(
        f"{cell_text(words, LONGEST_SPOKEN)} {'raises' if value > 0 else 'lowers'} it by {number_text(abs(value))[1:]}"
        for words, value in rows
    )
    drawing = figure(palette, ROW_HEIGHT * len(rows) + 8, alt, top=4, bottom=4, left=0, right=0)
    low, high = min(0.0, *(value for _, value in rows)), max(0.0, *(value for _, value in rows))
    span = high - low
    drawing.add_shape(
        type="line", x0=0, x1=0, y0=-0.5, y1=len(rows) - 0.5, line={"color": palette.border, "width": 2}, layer="below"
    )
    for index, (words, value) in enumerate(rows):
        y = len(rows) - 1 - index
        _bar(drawing, y - 0.18, value, palette)
        label(
            drawing,
            0,
            y + 0.24,
            figure_text(_short(words)),
            palette.text,
            anchor="left",
            xref="paper",
            background=palette.background,
        )
    # Room for the number at the end of the longest bar.
    drawing.update_xaxes(range=[low - (0.3 * span if low < 0 else 0), high + 0.3 * span], showticklabels=False)
    drawing.update_yaxes(range=[-0.5, len(rows) - 0.5])
    return drawing


def _bar(drawing: go.Figure, y: float, value: float, palette: Palette) -> None:
    raises = value > 0
    drawing.add_trace(
        go.Bar(
            x=[value],
            y=[y],
            orientation="h",
            width=0.22,
            marker={"color": palette.worse if raises else palette.better},
            hoverinfo="skip",
        )
    )
    colour = palette.tier_text["low" if raises else "elite"]
    side, shift = ("left", 6) if raises else ("right", -6)
    label(drawing, value, y, number_text(value), colour, anchor=side, xshift=shift, background=palette.background)


def number_text(value: float) -> str:
    """ "+2.49", "−0.17"."""
    return f"{value:+.2f}".replace("-", "−")


def _short(words: str) -> str:
    return words if len(words) <= LONGEST_LABEL else words[: LONGEST_LABEL - 1] + "…"


def reliability(groups: pd.DataFrame, palette: Palette) -> go.Figure:
    """What a model predicted beside what came, with intervals; on the dotted line both are the same.

    Args:
        groups: one row per group of pull requests: count, predicted, observed, low, high (shares, 0 to 1).
    """
    held = int(((groups["low"] <= groups["predicted"]) & (groups["predicted"] <= groups["high"])).sum())
    alt = f"{len(groups)} groups of {int(groups['count'].sum())} pull requests; {held} predictions lie in the interval of what came"
    drawing = figure(palette, RELIABILITY_HEIGHT, alt, left=44, top=12, right=12)
    shares = groups[["predicted", "observed", "low", "high"]] * PERCENT
    top = max(1.0, float(shares[["predicted", "high"]].to_numpy().max())) * 1.05
    line = {"color": palette.muted, "width": 1.2, "dash": "dot"}
    drawing.add_shape(type="line", x0=0, y0=0, x1=top, y1=top, line=line, layer="below")
    drawing.add_trace(
        go.Scatter(
            x=shares["predicted"],
            y=shares["observed"],
            mode="markers",
            marker={"size": 9, "color": palette.ink, "opacity": 1},
            error_y={
                "type": "data",
                "symmetric": False,
                "array": shares["high"] - shares["observed"],
                "arrayminus": shares["observed"] - shares["low"],
                "color": palette.ring,
                "thickness": 1.4,
                "width": 0,
            },
            customdata=groups["count"],
            hovertemplate="predicted %{x:.1f} %, came %{y:.1f} % of %{customdata}<extra></extra>",
            cliponaxis=False,
        )
    )
    drawing.update_xaxes(range=[0, top], nticks=5, ticksuffix=" %")
    drawing.update_yaxes(range=[0, top], nticks=5, ticksuffix=" %", showticklabels=True)
    return drawing
