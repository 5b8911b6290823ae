"""When incidents began and how long they lasted; those still open stand out."""

import math
from datetime import datetime

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from components.charts.canvas import empty_figure, figure, label
from components.charts.durations import SHORTEST_HOURS, TICKS
from components.charts.kept import kept
from components.format import duration, figure_text
from components.theme import Palette

HEIGHT = 300
MOST_POINTS = 3000
MOST_NAMED = 3


@kept
def incident_timeline(
    incidents: pd.DataFrame, since: datetime, until: datetime, palette: Palette, *, height: int = HEIGHT
) -> go.Figure:
    """A dot per resolved incident and a triangle per open one, over its start, on a log scale of its length.

    Args:
        incidents: started_at (time), hours (to restore, or open so far), open (bool), label (untrusted text for the hover).
        since, until: the window shown.
    """
    if incidents.empty:
        return empty_figure("No incident began in this window", palette, height)
    drawn = incidents.sort_values("started_at").tail(MOST_POINTS)
    hours = np.maximum(drawn["hours"].to_numpy(dtype=float), SHORTEST_HOURS)
    drawn = drawn.assign(hours=hours)
    open_now = drawn["open"].to_numpy(dtype=bool)
    drawing = figure(palette, height, _alt(drawn, len(incidents)), left=44, right=92, top=14)
    _dots(drawing, drawn[~open_now], palette.ink, "circle", 8, 0.55, "restored after %{customdata[1]}")
    _dots(drawing, drawn[open_now], palette.worse, "triangle-up", 13, 1.0, "open for %{customdata[1]}")
    low, high = math.log10(float(hours.min())) - 0.2, math.log10(float(hours.max())) + 0.2
    _mean(drawing, drawn[~open_now], palette)
    _name_open(drawing, drawn[open_now], since, until, palette)
    shown = {value: text for value, text in TICKS.items() if low <= math.log10(value) <= high}
    drawing.update_yaxes(
        type="log", range=[low, high], showticklabels=True, tickvals=list(shown), ticktext=list(shown.values())
    )
    drawing.update_xaxes(type="date", range=[since, until], tickformat="%-d %b", nticks=5, tickangle=0)
    return drawing


def _alt(drawn: pd.DataFrame, total: int) -> str:
    resolved, running = drawn[~drawn["open"].astype(bool)], drawn[drawn["open"].astype(bool)]
    told = [f"{total} incidents"]
    if len(resolved):
        told.append(f"those resolved took {duration(float(resolved['hours'].mean()))} on average")
        told.append(f"at most {duration(float(resolved['hours'].max()))}")
    told.append(f"{len(running)} still open" if len(running) else "none open")
    return ", ".join(told)


def _dots(
    drawing: go.Figure, drawn: pd.DataFrame, colour: str, symbol: str, size: int, opacity: float, words: str
) -> None:
    drawing.add_trace(
        go.Scatter(
            x=drawn["started_at"],
            y=drawn["hours"],
            mode="markers",
            marker={"size": size, "color": colour, "symbol": symbol, "opacity": opacity},
            customdata=[
                [figure_text(str(text)), duration(float(value))]
                for text, value in zip(drawn["label"], drawn["hours"], strict=True)
            ],
            hovertemplate="%{customdata[0]}<br>%{x|%-d %b %H:%M}, " + words + "<extra></extra>",
            cliponaxis=False,
        )
    )


def _mean(drawing: go.Figure, resolved: pd.DataFrame, palette: Palette) -> None:
    if resolved.empty:
        return
    hours = float(resolved["hours"].mean())
    drawing.add_hline(y=hours, line={"color": palette.muted, "width": 1, "dash": "dot"}, layer="below")
    text = f"mean {duration(hours)}"
    label(drawing, 1.0, math.log10(hours), text, palette.text, anchor="left", xref="paper", xshift=6)


def _name_open(drawing: go.Figure, running: pd.DataFrame, since: datetime, until: datetime, palette: Palette) -> None:
    """The longest open ones, with how long they last; towards the middle, where there is room."""
    for _, row in running.sort_values("hours").tail(MOST_NAMED).iterrows():
        late = (row["started_at"] - since) > (until - since) / 2
        label(
            drawing,
            row["started_at"],
            math.log10(row["hours"]),
            f"open {duration(row['hours'])}",
            palette.tier_text["low"],
            anchor="right" if late else "left",
            xshift=-12 if late else 12,
            background=palette.background,
        )
