"""The dates of a forecast on a calendar, a figure per month so that months stack on a phone."""

from calendar import monthrange
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import plotly.graph_objects as go

from components.charts.canvas import LABEL_SIZE, figure, label
from components.charts.kept import kept
from components.format import NO_BREAK
from components.outlook import PROMISE, Outlook, day_words
from components.theme import Palette

HEIGHT = 320
WEEKS = 6
WEEKDAYS = "MTWTFSS"
NAME_Y, LETTERS_Y = -1.85, -0.85
HALF_WIDTH, HALF_HEIGHT = 0.46, 0.44
DAY_SHIFT, SHARE_SHIFT = -0.17, 0.21
NAME_SIZE, SHARE_SIZE = 16, 12
STEP_WORDS = ("under 50 %", "50 to 85", "85 to 95", "95 or more")
LEGEND_WIDTH, LEGEND_HEIGHT = 330, 22
LEGEND_PX = (0, 92, 171, 248)


@kept
def month_calendar(outlook: Outlook, first: date, palette: Palette) -> go.Figure:
    """One month, Monday first, six rows whatever its weeks; days filled by how sure it is that all is done.

    Args:
        first: the first day of the month.
    """
    name = f"{first:%B}" if first.year == outlook.today.year else f"{first:%B} {first.year}"
    drawing = figure(palette, HEIGHT, _alt(outlook, first, name), top=2, bottom=2, left=0, right=0)
    drawing.update_xaxes(range=[-0.5, 6.5], showticklabels=False)
    drawing.update_yaxes(range=[WEEKS - 0.5, -2.3])
    label(drawing, -0.4, NAME_Y, f"<b>{name}</b>", palette.text, anchor="left", size=NAME_SIZE)
    days = [first + timedelta(days=count) for count in range(monthrange(first.year, first.month)[1])]
    cells = [_cell(outlook, day, palette) for day in days]
    # All at once: figures check what is added against what they have, so one by one takes 20 times as long.
    drawing.update_layout(shapes=[cell.shape for cell in cells])
    drawing.add_trace(_texts(range(7), [LETTERS_Y] * 7, WEEKDAYS, [palette.muted] * 7))
    drawing.add_trace(
        _texts(
            [cell.column for cell in cells],
            [cell.row + (DAY_SHIFT if cell.shares else 0) for cell in cells],
            [f"<b>{day.day}</b>" if cell.shares else str(day.day) for day, cell in zip(days, cells, strict=True)],
            [cell.colour for cell in cells],
        ).update(
            name="days",
            hoverinfo=None,
            customdata=[f"{day_words(day, outlook.today)}: {_sure(outlook, day)}" for day in days],
            hovertemplate="%{customdata}<extra></extra>",
        )
    )
    dated = [cell for cell in cells if cell.shares]
    if dated:
        drawing.add_trace(
            _texts(
                [cell.column for cell in dated],
                [cell.row + SHARE_SHIFT for cell in dated],
                [cell.shares for cell in dated],
                [cell.colour for cell in dated],
                SHARE_SIZE,
            ).update(name="shares")
        )
    return drawing


@dataclass(frozen=True, slots=True)
class _Cell:
    """A day in its row and column; `shares`: the percentages whose date it is, "" for none, "50–85" for several."""

    column: int
    row: int
    shape: dict[str, object]
    colour: str
    shares: str


def _cell(outlook: Outlook, day: date, palette: Palette) -> _Cell:
    place = day.replace(day=1).weekday() + day.day - 1
    column, row = place % 7, place // 7
    shares, step = outlook.shares_on(day), outlook.step(day)
    promised = PROMISE in shares
    shape = {
        "type": "rect",
        "x0": column - HALF_WIDTH,
        "x1": column + HALF_WIDTH,
        "y0": row - HALF_HEIGHT,
        "y1": row + HALF_HEIGHT,
        "fillcolor": palette.text if promised else palette.forecast_steps[step],
        "line": {"color": palette.text, "width": 2.5 if shares else 0},
        "layer": "below",
    }
    colour = palette.background if promised else palette.text if step else palette.muted
    if not shares:
        return _Cell(column, row, shape, colour, "")
    # With the sign, two numbers are wider than a day.
    text = f"{shares[0]}{NO_BREAK}%" if len(shares) == 1 else f"{shares[0]}–{shares[-1]}"
    return _Cell(column, row, shape, colour, text)


def _texts(
    x: Sequence[float], y: Sequence[float], texts: Sequence[str], colours: Sequence[str], size: int = LABEL_SIZE
) -> go.Scatter:
    return go.Scatter(
        x=list(x),
        y=list(y),
        text=list(texts),
        mode="text",
        textposition="middle center",
        textfont={"size": size, "color": list(colours)},
        hoverinfo="skip",
        cliponaxis=False,
    )


def _sure(outlook: Outlook, day: date) -> str:
    shares = outlook.shares_on(day)
    return f"{shares[-1]} % date" if shares else f"{STEP_WORDS[outlook.step(day)].removesuffix(' %')} %"


def _alt(outlook: Outlook, first: date, name: str) -> str:
    inside = [
        f"{share} % on {day_words(day, outlook.today)}"
        for share, day in sorted(outlook.dates.items())
        if day.replace(day=1) == first
    ]
    if inside:
        return f"{name}: {', '.join(inside)}"
    return f"{name}: none of the dates; chance of being done on its first day {_sure(outlook, first)}"


@kept
def legend(palette: Palette) -> go.Figure:
    """What the fills mean."""
    alt = "Chance that all is done by a day: " + ", ".join(STEP_WORDS) + " per cent"
    drawing = figure(palette, LEGEND_HEIGHT, alt, top=0, bottom=0, left=0, right=0)
    drawing.update_layout(width=LEGEND_WIDTH)
    drawing.update_xaxes(range=[0, LEGEND_WIDTH], showticklabels=False)
    drawing.update_yaxes(range=[0, LEGEND_HEIGHT])
    # A figure without a trace draws no axes, and swatches are placed on axes.
    drawing.add_trace(go.Scatter(x=[0], y=[0], mode="markers", marker={"opacity": 0}, hoverinfo="skip"))
    for left, words, fill in zip(LEGEND_PX, STEP_WORDS, palette.forecast_steps, strict=True):
        border = {"color": palette.border, "width": 1}
        drawing.add_shape(type="rect", x0=left + 1, x1=left + 15, y0=4, y1=18, fillcolor=fill, line=border)
        label(drawing, left + 20, LEGEND_HEIGHT / 2, words, palette.muted, anchor="left", size=SHARE_SIZE)
    return drawing
