"""What becomes of the dates if the scope grows."""

from collections.abc import Mapping, Sequence

import plotly.graph_objects as go

from components.charts.canvas import figure, label
from components.charts.kept import kept
from components.format import COUNT, NO_BREAK
from components.outlook import PROMISE, Scope, date_ticks, day_text, day_words
from components.theme import Palette

HEIGHT = 250
WORDS_PX = 112
BAR_PX = 8
MOST_ROWS = 4
# So near an end of the axis a date is written beside its dot instead of over it.
NEAR_END = 0.2


@kept
def scope_growth(scopes: Sequence[Scope], palette: Palette, *, height: int = HEIGHT) -> go.Figure:
    """A row per scope: a bar from the 50 % to the 95 % date, a dot at the 85 % date.

    The x axis counts days from the start of the first scope's forecast.
    """
    drawing = figure(palette, height, "; ".join(_told(scope) for scope in scopes), top=8, left=WORDS_PX, right=0)
    start = scopes[0].outlook.start
    ends = [(day - start).days for scope in scopes for day in scope.outlook.dates.values()] or [0, 1]
    room = max(1.0, 0.12 * (max(ends) - min(ends)))
    low, high = min(ends) - room, max(ends) + room
    for row, scope in enumerate(scopes):
        days = {share: (day - start).days for share, day in scope.outlook.dates.items()}
        _row(drawing, scope, row, days, (low, high), palette)
    ticks, texts = date_ticks(start, low + room / 2, high - room, most=2)
    drawing.update_xaxes(range=[low, high], tickvals=ticks, ticktext=texts, tickangle=0)
    drawing.update_yaxes(range=[MOST_ROWS - 0.5, -0.55])
    return drawing


def _row(
    drawing: go.Figure, scope: Scope, row: int, days: Mapping[int, int], axis: tuple[float, float], palette: Palette
) -> None:
    outlook = scope.outlook
    words = f"<b>{COUNT.text(outlook.items)}</b> {scope.words}"
    label(drawing, 0, row, words, palette.text, anchor="left", xref="paper", xshift=-WORDS_PX)
    if PROMISE not in days:
        label(drawing, axis[0], row, f"{PROMISE}{NO_BREAK}% not in sight", palette.muted, anchor="left")
        return
    drawing.add_trace(
        go.Scatter(
            x=[min(days.values()), max(days.values())],
            y=[row, row],
            mode="lines",
            line={"color": palette.forecast_steps[2], "width": BAR_PX},
            hoverinfo="skip",
        )
    )
    drawing.add_trace(
        go.Scatter(
            x=[days[PROMISE]],
            y=[row],
            mode="markers",
            marker={"size": 13, "color": palette.text, "opacity": 1},
            customdata=[_told(scope)],
            hovertemplate="%{customdata}<extra></extra>",
            cliponaxis=False,
        )
    )
    part = (days[PROMISE] - axis[0]) / (axis[1] - axis[0])
    anchor = "left" if part < NEAR_END else "right" if part > 1 - NEAR_END else "center"
    shift = {"left": -8, "right": 8, "center": 0}[anchor]
    text = day_text(outlook.dates[PROMISE], outlook.today)
    label(drawing, days[PROMISE], row, text, palette.text, anchor=anchor, above_px=8, xshift=shift)


def _told(scope: Scope) -> str:
    dates = sorted(scope.outlook.dates.items())
    told = ", ".join(f"{share} % {day_words(day, scope.outlook.today)}" for share, day in dates)
    return f"{scope.outlook.items} items, {scope.words}: {told or 'not in sight'}"
