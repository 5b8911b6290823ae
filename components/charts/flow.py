"""Work finished and in progress."""

import pandas as pd
import plotly.graph_objects as go

from components.bars import names, per_bar, star, strong
from components.charts.canvas import empty_figure, figure, label, week_ticks
from components.charts.kept import kept
from components.theme import Palette

HEIGHT = 220


@kept
def weekly_bars(bars: pd.DataFrame, palette: Palette, what: str, *, height: int = HEIGHT) -> go.Figure:
    """A bar per week or per four, those of the last four weeks strong and labelled.

    Args:
        bars: of `bars.bars`, with value (count, NaN without data).
        what: the thing counted, for words, such as "items finished".
    """
    values = [0 if pd.isna(value) else int(value) for value in bars["value"]]
    if not any(values):
        return empty_figure(f"No {what} in these weeks", palette, height)
    alt = f"{sum(values)} {what} in {int(bars['weeks'].sum())} weeks, {values[-1]} in the last {per_bar(bars)}"
    drawing = figure(palette, height, alt, top=26)
    marked = strong(bars)
    drawing.add_trace(
        go.Bar(
            x=list(range(len(values))),
            y=values,
            marker={"color": [palette.ink if mark else palette.context for mark in marked]},
            customdata=names(bars),
            hovertemplate="%{customdata}: %{y}<extra></extra>",
        )
    )
    for index, value in enumerate(values):
        if marked[index]:
            label(drawing, index, value, f"{value}{star(bars, index)}", palette.text, above_px=3)
    drawing.update_layout(bargap=0.28)
    week_ticks(drawing, list(bars["week_start"]))
    drawing.update_yaxes(range=[0, max(values) * 1.04])
    return drawing
