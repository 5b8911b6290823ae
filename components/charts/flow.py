"""Work finished and in progress."""

import pandas as pd
import plotly.graph_objects as go

from components.charts.canvas import empty_figure, every_second, figure, label
from components.charts.kept import kept
from components.format import day_label
from components.theme import Palette

HEIGHT = 220
STRONG_WEEKS = 4
MOST_LABELLED = 26


@kept
def weekly_bars(weeks: pd.DataFrame, palette: Palette, what: str, *, height: int = HEIGHT) -> go.Figure:
    """A bar per week, the last four strong and labelled.

    Args:
        weeks: week_start (date), value (count, NaN without data), days.
        what: the thing counted, for words, such as "items finished".
    """
    values = [0 if pd.isna(value) else int(value) for value in weeks["value"]]
    if not any(values):
        return empty_figure(f"No {what} in these weeks", palette, height)
    drawing = figure(palette, height, f"{sum(values)} {what} in {len(values)} weeks, {values[-1]} in the last", top=26)
    positions = list(range(len(values)))
    days = [day_label(start) for start in weeks["week_start"]]
    first_strong = len(values) - STRONG_WEEKS
    colours = [palette.ink if index >= first_strong else palette.context for index in positions]
    drawing.add_trace(
        go.Bar(
            x=positions,
            y=values,
            marker={"color": colours},
            customdata=days,
            hovertemplate="week of %{customdata}: %{y}<extra></extra>",
        )
    )
    labelled = positions[max(0, first_strong) :] if len(values) <= MOST_LABELLED else positions[-1:]
    for index in labelled:
        unfinished = "*" if int(weeks["days"].iloc[index]) < 7 else ""
        label(drawing, index, values[index], f"{values[index]}{unfinished}", palette.text, above_px=3)
    ticks, texts = every_second(days, 2 if len(days) < 20 else len(days) // 7)
    drawing.update_layout(bargap=0.28)
    drawing.update_xaxes(range=[-0.6, len(values) - 0.4], tickvals=ticks, ticktext=texts)
    drawing.update_yaxes(range=[0, max(values) * 1.04])
    return drawing
