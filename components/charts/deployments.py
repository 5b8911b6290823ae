"""Deployments over time, failed ones marked."""

import math

import pandas as pd
import plotly.graph_objects as go

from components.charts.canvas import empty_figure, every_second, figure, label
from components.charts.kept import kept
from components.format import day_label
from components.theme import Palette

HEIGHT = 286
STRONG_WEEKS = 4
WORTH_NAMING = 10
MOST_LABELLED = 26
# The lane of incidents lies so far below zero, as a share of the highest bar.
LANE = 0.1


@kept
def deployments_per_week(weeks: pd.DataFrame, palette: Palette, *, height: int = HEIGHT) -> go.Figure:
    """Stacked bars: production deployments per week, of them later failed on top; the last four weeks strong.

    Args:
        weeks: week_start (date), deployed, failed (of them), days (of the week begun); if there is a column incidents
            (begun in the week, missing where not known), they are a lane of dots below.
    """
    deployed = [int(count) for count in weeks["deployed"]]
    failed = [int(count) for count in weeks["failed"]]
    if not any(deployed):
        return empty_figure("No deployments to production in these weeks", palette, height)
    alt = f"{sum(deployed)} production deployments in {len(deployed)} weeks, {sum(failed)} of them failed later; last week {deployed[-1]}"
    if "incidents" in weeks:
        alt += f"; {int(weeks['incidents'].sum())} incidents began in the window"
    drawing = figure(palette, height, alt, top=28)
    positions = list(range(len(deployed)))
    days = [day_label(start) for start in weeks["week_start"]]
    strong = [index >= len(deployed) - STRONG_WEEKS for index in positions]
    good = [all_ - bad for all_, bad in zip(deployed, failed, strict=True)]
    colours = [palette.ink if mark else palette.context for mark in strong]
    hover = "week of %{customdata}: %{y}"
    drawing.add_trace(
        go.Bar(
            x=positions,
            y=good,
            marker={"color": colours},
            customdata=days,
            hovertemplate=hover + " fine<extra></extra>",
        )
    )
    drawing.add_trace(
        go.Bar(
            x=positions,
            y=failed,
            marker={"color": palette.worse},
            customdata=days,
            hovertemplate=hover + " failed<extra></extra>",
        )
    )
    named = False
    crowded = len(deployed) > MOST_LABELLED
    for index in positions:
        if strong[index] and (not crowded or index == len(deployed) - 1):
            label(
                drawing, index, deployed[index], f"{deployed[index]}{_partial(weeks, index)}", palette.text, above_px=3
            )
        elif failed[index] > WORTH_NAMING and not crowded:
            # The first label explains the next ones, which may stand close.
            text = str(failed[index]) if named else f"{failed[index]} failed"
            label(
                drawing,
                index,
                deployed[index],
                text,
                palette.tier_text["low"],
                above_px=3,
                background=palette.background,
            )
            named = True
    ticks, texts = every_second(days, 2 if len(days) < 20 else len(days) // 7)
    drawing.update_layout(barmode="stack", bargap=0.28)
    drawing.update_xaxes(range=[-0.6, len(deployed) - 0.4], tickvals=ticks, ticktext=texts)
    floor = _incident_lane(drawing, weeks, max(deployed), palette) if "incidents" in weeks else 0.0
    drawing.update_yaxes(range=[floor, max(deployed) * 1.04])
    return drawing


def _incident_lane(drawing: go.Figure, weeks: pd.DataFrame, highest: int, palette: Palette) -> float:
    """Incidents as dots under their weeks, area by number; where the drawing now ends below."""
    known = [(index, int(count)) for index, count in enumerate(weeks["incidents"]) if not pd.isna(count)]
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
    drawing.add_trace(
        go.Scatter(
            x=[index for index, _ in begun],
            y=[lane] * len(begun),
            mode="markers",
            marker={
                "size": [7 + 2.9 * math.sqrt(count) for _, count in begun],
                "color": palette.worse,
                "opacity": 1,
                "line": {"width": 0},
            },
            customdata=[f"{count} incident{'s' if count > 1 else ''}" for _, count in begun],
            hovertemplate="%{customdata} began in this week<extra></extra>",
            cliponaxis=False,
        )
    )
    crowded = len(weeks) > MOST_LABELLED
    most = max((count for _, count in begun), default=0)
    for index, count in begun:
        if crowded and count < most:
            continue
        label(
            drawing,
            index,
            lane,
            str(count),
            palette.tier_text["low"],
            above_px=-round(4 + 1.5 * math.sqrt(count)),
            size=12,
        )
    return 2.4 * lane


def _partial(weeks: pd.DataFrame, index: int) -> str:
    """Marks a week that is not over."""
    return "*" if int(weeks["days"].iloc[index]) < 7 else ""
