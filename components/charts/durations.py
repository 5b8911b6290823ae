"""How long things take: each item, and how the items spread."""

import math
from collections.abc import Sequence

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from components.charts.canvas import empty_figure, figure, label
from components.format import duration, figure_text
from components.theme import Palette
from components.tiers import TIERS, tier_of

SCATTER_HEIGHT = 320
DISTRIBUTION_HEIGHT = 260
MOST_POINTS = 3000
SHORTEST_HOURS = 1 / 60
# Bins of equal width on the log scale, such that the tier borders 24 h, 168 h and 720 h are bin borders.
BINS_PER_WEEK_FACTOR = 5
BIN_FACTOR = 7 ** (1 / BINS_PER_WEEK_FACTOR)
TICKS = {
    1 / 60: "1 min",
    0.25: "15 min",
    1: "1 h",
    4: "4 h",
    24: "1 d",
    72: "3 d",
    168: "7 d",
    720: "30 d",
    2160: "90 d",
}
PERCENTILES = (50, 85, 95)


def cycle_time_scatter(items: pd.DataFrame, palette: Palette, *, height: int = SCATTER_HEIGHT) -> go.Figure:
    """A dot per finished item over its finishing time, on a log scale, with 50, 85 and 95 per cent lines.

    Args:
        items: finished_at (time), hours (float), label (untrusted text for the hover).
    """
    if items.empty:
        return empty_figure("No finished item with a known cycle time", palette, height)
    drawn = items.sort_values("finished_at").tail(MOST_POINTS)
    hours = np.maximum(drawn["hours"].to_numpy(dtype=float), SHORTEST_HOURS)
    lines = {share: float(np.percentile(hours, share)) for share in PERCENTILES}
    alt = f"{len(drawn)} items; half took up to {duration(lines[50])}, 85 per cent up to {duration(lines[85])}"
    drawing = figure(palette, height, alt, right=92, left=44, top=10)
    drawing.add_trace(
        go.Scatter(
            x=drawn["finished_at"],
            y=hours,
            mode="markers",
            marker={"size": 7, "color": palette.ink, "opacity": 0.45},
            customdata=[
                [figure_text(str(text)), duration(float(value))]
                for text, value in zip(drawn["label"], hours, strict=True)
            ],
            hovertemplate="%{customdata[0]}<br>%{customdata[1]}<extra></extra>",
        )
    )
    _percentile_lines(drawing, lines, palette)
    low, high = math.log10(float(hours.min())) - 0.1, math.log10(max(float(hours.max()), lines[95])) + 0.1
    shown = {value: text for value, text in TICKS.items() if low <= math.log10(value) <= high}
    drawing.update_yaxes(
        type="log", range=[low, high], showticklabels=True, tickvals=list(shown), ticktext=list(shown.values())
    )
    drawing.update_xaxes(type="date", tickformat="%-d %b", nticks=6)
    return drawing


def _percentile_lines(drawing: go.Figure, lines: dict[int, float], palette: Palette) -> None:
    """Labels keep 16 px apart, top down, so that close lines stay readable."""
    for share, hours in lines.items():
        drawing.add_hline(y=hours, line={"color": palette.muted, "width": 1, "dash": "dot"}, layer="below")
        text = f"{share} % {duration(hours)}"
        label(
            drawing,
            1.0,
            math.log10(hours),
            text,
            palette.text if share == 85 else palette.muted,
            anchor="left",
            xref="paper",
            xshift=6,
        )


def duration_distribution(
    hours: Sequence[float], palette: Palette, *, tiered: bool = False, height: int = DISTRIBUTION_HEIGHT
) -> go.Figure:
    """Histogram on a log scale with median and 85 per cent marked.

    Args:
        hours: one duration per item.
        tiered: colour by lead-time tier and say each tier's share.
    """
    values = np.maximum(np.asarray(list(hours), dtype=float), SHORTEST_HOURS)
    if not len(values):
        return empty_figure("No finished item with a known duration", palette, height)
    median, most = float(np.percentile(values, 50)), float(np.percentile(values, 85))
    alt = f"{len(values)} items: median {duration(median)}, 85 per cent within {duration(most)}"
    drawing = figure(palette, height, alt, top=44)
    edges = _edges(float(values.min()), float(values.max()))
    counts, _ = np.histogram(values, bins=edges)
    middles = np.sqrt(edges[:-1] * edges[1:])
    colours = [
        palette.tier_fill[tier_of("lead_time", float(middle)) or "low"] if tiered else palette.ink for middle in middles
    ]
    drawing.add_trace(
        go.Bar(
            x=np.log10(middles),
            y=counts,
            width=math.log10(BIN_FACTOR) * 0.92,
            marker={"color": colours},
            customdata=[
                f"{duration(float(a))} to {duration(float(b))}" for a, b in zip(edges[:-1], edges[1:], strict=True)
            ],
            hovertemplate="%{customdata}: %{y}<extra></extra>",
        )
    )
    top = float(counts.max())
    for share, value, lift in (("median", median, 6), ("85 %", most, 22)):
        line = {"color": palette.text, "width": 1.4, "dash": "dot"}
        drawing.add_shape(type="line", x0=math.log10(value), x1=math.log10(value), y0=0, y1=top * 1.02, line=line)
        label(drawing, math.log10(value), top, f"{share} {duration(value)}", palette.text, above_px=lift)
    if tiered:
        _tier_shares(drawing, values, edges, palette)
    shown = {math.log10(value): text for value, text in TICKS.items() if edges[0] <= value <= edges[-1]}
    drawing.update_xaxes(
        range=[math.log10(edges[0]) - 0.05, math.log10(edges[-1]) + 0.05],
        tickvals=list(shown),
        ticktext=list(shown.values()),
    )
    drawing.update_yaxes(range=[0, top * 1.05])
    return drawing


def _edges(shortest: float, longest: float) -> "np.ndarray[tuple[int], np.dtype[np.float64]]":
    """Bin edges around 24 h by equal factors; 168 h is five bins further, and 720 h is put in as an edge."""
    low = math.floor(math.log(shortest / 24, BIN_FACTOR))
    high = math.ceil(math.log(longest / 24, BIN_FACTOR) + 1e-9)
    return np.array([24 * BIN_FACTOR**step for step in range(low, max(high, low + 1) + 1)])


def _tier_shares(
    drawing: go.Figure,
    values: "np.ndarray[tuple[int], np.dtype[np.float64]]",
    edges: "np.ndarray[tuple[int], np.dtype[np.float64]]",
    palette: Palette,
) -> None:
    tiers = [tier_of("lead_time", float(value)) for value in values]
    borders = {"elite": (edges[0], 24), "high": (24, 168), "medium": (168, 720), "low": (720, edges[-1])}
    for tier in TIERS:
        share = tiers.count(tier) / len(tiers)
        start, end = (max(edges[0], borders[tier][0]), min(edges[-1], borders[tier][1]))
        if share and end > start:
            text = f"{tier.capitalize()} {share:.0%}".replace("%", " %")
            label(
                drawing,
                (math.log10(start) + math.log10(end)) / 2,
                1.0,
                text,
                palette.tier_text[tier],
                yref="paper",
                above_px=26,
            )
