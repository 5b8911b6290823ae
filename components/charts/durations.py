"""How long things take: each item, and how the items spread."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from components.charts.canvas import empty_figure, figure, label
from components.charts.kept import kept
from components.format import duration, figure_text
from components.theme import Palette
from components.tiers import TIERS, tier_of

SCATTER_HEIGHT = 320
DISTRIBUTION_HEIGHT = 260
MOST_POINTS = 3000
SHORTEST_HOURS = 1 / 60
DAY_HOURS = 24.0
# Five bins lead from a day to a week; the edge nearest to 30 days is put exactly there.
BINS_PER_FACTOR_OF_SEVEN = 5
BIN_FACTOR = 7 ** (1 / BINS_PER_FACTOR_OF_SEVEN)
MONTH_STEP = 9
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
SHORTEST_DAYS = 3
LABEL_STEP_PX = 16
PLOT_MARGINS_PX = 36


@dataclass(frozen=True, slots=True)
class Spread:
    """Items counted by duration: bin edges in hours, counts, and two percentiles of the items themselves."""

    lows: Sequence[float]
    highs: Sequence[float]
    counts: Sequence[int]
    median_hours: float
    p85_hours: float

    @property
    def items(self) -> int:
        """Items in all bins."""
        return sum(self.counts)


def spread_of(hours: Sequence[float]) -> Spread | None:
    """Count durations in bins of equal factor around 24 h; None without any."""
    if not len(hours):
        return None
    values = np.maximum(np.asarray(list(hours), dtype=float), SHORTEST_HOURS)
    low = math.floor(math.log(float(values.min()) / DAY_HOURS, BIN_FACTOR))
    high = math.floor(math.log(float(values.max()) / DAY_HOURS, BIN_FACTOR)) + 1
    edges = [
        30.0 * DAY_HOURS if step == MONTH_STEP else DAY_HOURS * 7 ** (step / BINS_PER_FACTOR_OF_SEVEN)
        for step in range(low, high + 2)
    ]
    counts, _ = np.histogram(values, bins=edges)
    kept = len(counts) if counts[-1] else len(counts) - 1
    return Spread(
        edges[:kept],
        edges[1 : kept + 1],
        [int(count) for count in counts[:kept]],
        float(np.percentile(values, 50)),
        float(np.percentile(values, 85)),
    )


@kept
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
    low, high = math.log10(float(hours.min())) - 0.1, math.log10(max(float(hours.max()), lines[95])) + 0.1
    places = _apart(lines, LABEL_STEP_PX * (high - low) / (height - PLOT_MARGINS_PX))
    high = max(high, places[95])
    _percentile_lines(drawing, lines, places, palette)
    shown = {value: text for value, text in TICKS.items() if low <= math.log10(value) <= high}
    drawing.update_yaxes(
        type="log", range=[low, high], showticklabels=True, tickvals=list(shown), ticktext=list(shown.values())
    )
    # So many items a day may be merged that all dots lie within hours.
    span = drawn["finished_at"].max() - drawn["finished_at"].min()
    hourly = span < pd.Timedelta(days=SHORTEST_DAYS)
    drawing.update_xaxes(
        type="date", tickformat="%a %H:%M" if hourly else "%-d %b", nticks=4 if hourly else 6, tickangle=0
    )
    return drawing


def _percentile_lines(
    drawing: go.Figure, lines: Mapping[int, float], places: Mapping[int, float], palette: Palette
) -> None:
    for share, hours in lines.items():
        drawing.add_hline(y=hours, line={"color": palette.muted, "width": 1, "dash": "dot"}, layer="below")
        colour = palette.text if share == 85 else palette.muted
        label(
            drawing, 1.0, places[share], f"{share} % {duration(hours)}", colour, anchor="left", xref="paper", xshift=6
        )


def _apart(lines: Mapping[int, float], step: float) -> dict[int, float]:
    """Where the labels of lines go (log10 hours), from the lowest on so far apart that none covers another."""
    places: dict[int, float] = {}
    lowest_free = -math.inf
    for share, hours in lines.items():
        places[share] = max(math.log10(hours), lowest_free)
        lowest_free = places[share] + step
    return places


@kept
def duration_distribution(
    spread: Spread | None, palette: Palette, *, tiered: bool = False, height: int = DISTRIBUTION_HEIGHT
) -> go.Figure:
    """Histogram on a log scale with median and 85 per cent marked.

    Args:
        spread: counts per bin; None without any item.
        tiered: colour by lead-time tier and say each tier's share.
    """
    if spread is None:
        return empty_figure("No finished item with a known duration", palette, height)
    alt = (
        f"{spread.items} items: median {duration(spread.median_hours)}, 85 per cent within {duration(spread.p85_hours)}"
    )
    drawing = figure(palette, height, alt, top=72 if tiered else 44)
    lows, highs, counts = spread.lows, spread.highs, spread.counts
    middles = [math.sqrt(low * high) for low, high in zip(lows, highs, strict=True)]
    drawing.add_trace(
        go.Bar(
            x=[math.log10(middle) for middle in middles],
            y=counts,
            width=[math.log10(high / low) * 0.92 for low, high in zip(lows, highs, strict=True)],
            marker={"color": [palette.tier_fill[_tier(low)] if tiered else palette.ink for low in lows]},
            customdata=[f"{duration(low)} to {duration(high)}" for low, high in zip(lows, highs, strict=True)],
            hovertemplate="%{customdata}: %{y}<extra></extra>",
        )
    )
    top = max(counts)
    _mark(drawing, "median", spread.median_hours, top, palette, above_px=4)
    _mark(drawing, "85 %", spread.p85_hours, top, palette, above_px=20)
    if tiered:
        _tier_shares(drawing, spread, palette)
    shown = {math.log10(value): text for value, text in TICKS.items() if lows[0] <= value <= highs[-1]}
    drawing.update_xaxes(
        range=[math.log10(lows[0]) - 0.1, math.log10(highs[-1]) + 0.1],
        tickvals=list(shown),
        ticktext=list(shown.values()),
    )
    drawing.update_yaxes(range=[0, top * 1.05])
    return drawing


def _mark(drawing: go.Figure, name: str, hours: float, top: int, palette: Palette, above_px: int) -> None:
    x = math.log10(max(hours, SHORTEST_HOURS))
    line = {"color": palette.text, "width": 1.4, "dash": "dot"}
    drawing.add_shape(type="line", x0=x, x1=x, y0=0, y1=top * 1.03, line=line)
    label(drawing, x, top * 1.03, f"{name} {duration(hours)}", palette.text, above_px=above_px)


def _tier(low_hours: float) -> str:
    """The lead-time tier of a bin by its lower edge; tier borders are bin edges."""
    return tier_of("lead_time", low_hours) or "low"


def _tier_shares(drawing: go.Figure, spread: Spread, palette: Palette) -> None:
    """Each tier's share above its bins, where it has any and there is room."""
    for tier in TIERS:
        mine = [index for index, low in enumerate(spread.lows) if _tier(low) == tier]
        count = sum(spread.counts[index] for index in mine)
        if not count:
            continue
        middle = (math.log10(spread.lows[mine[0]]) + math.log10(spread.highs[mine[-1]])) / 2
        text = f"{tier.capitalize()}<br>{count / spread.items:.0%}".replace("%", " %")
        label(drawing, middle, 1.0, text, palette.tier_text[tier], yref="paper", above_px=34)
