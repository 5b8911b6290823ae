"""How likely all is done, by date."""

import plotly.graph_objects as go

from components.charts.canvas import empty_figure, figure, label
from components.charts.kept import kept
from components.format import NO_BREAK
from components.outlook import PROMISE, Curve, Outlook, chance_between, chance_beyond, date_ticks, day_text, day_words
from components.theme import Palette

HEIGHT = 250
LEAST_DAYS_AFTER = 32
# Room for the last label, right of its dot.
PART_AFTER = 0.6
# The labels of 85 and 95 % stand close in height, and closest on a wall.
LABEL_DROP_PX = {85: 15, 95: 2}
# "today" needs so much of the axis for itself.
PART_OF_TODAY = 0.16


@kept
def chance_by_date(outlook: Outlook, palette: Palette, *, height: int = HEIGHT) -> go.Figure:
    """A dot per date with its chance, and a curve between them.

    The x axis counts days from the start of the forecast.
    """
    if not outlook.dates:
        return empty_figure("No date in sight", palette, height)
    last = max(outlook.days(share) for share in outlook.dates)
    end = last + max(LEAST_DAYS_AFTER, PART_AFTER * last)
    drawing = figure(palette, height, _alt(outlook), top=12)
    line = {"color": palette.context, "width": 3}
    drawing.add_trace(_line(chance_between(outlook), line, "curve"))
    for curve in chance_beyond(outlook, end):
        drawing.add_trace(_line(curve, line | {"width": 2, "dash": "dot"}, "beyond"))
    shares = sorted(outlook.dates)
    for share in shares:
        hairline = {"color": palette.border, "width": 1}
        day = outlook.days(share)
        drawing.add_shape(type="line", x0=day, x1=day, y0=0, y1=share / 100, line=hairline, layer="below")
    drawing.add_trace(_dots(outlook, shares, palette))
    for share in shares:
        text = f"<b>{share}{NO_BREAK}%</b> {day_text(outlook.dates[share], outlook.today)}"
        label(
            drawing,
            outlook.days(share),
            share / 100,
            text,
            palette.text,
            anchor="left",
            above_px=-LABEL_DROP_PX.get(share, 4),
            background=palette.background,
            xshift=9,
        )
    ticks, texts = date_ticks(outlook.start, PART_OF_TODAY * end, 0.93 * end, most=2)
    today = (outlook.today - outlook.start).days
    if today == 0:
        ticks, texts = [0, *ticks], ["today", *texts]
    drawing.update_xaxes(range=[-0.06 * end, end], tickvals=ticks, ticktext=texts)
    drawing.update_yaxes(range=[-0.015, 1.02])
    return drawing


def _line(curve: Curve, line: dict[str, object], name: str) -> go.Scatter:
    return go.Scatter(x=curve.days, y=curve.chances, mode="lines", line=line, hoverinfo="skip", name=name)


def _dots(outlook: Outlook, shares: list[int], palette: Palette) -> go.Scatter:
    return go.Scatter(
        x=[outlook.days(share) for share in shares],
        y=[share / 100 for share in shares],
        mode="markers",
        marker={
            "size": 11,
            "color": [palette.text if share == PROMISE else palette.forecast_line for share in shares],
            "opacity": 1,
        },
        customdata=[f"{day_words(outlook.dates[share], outlook.today)}: {share} % sure" for share in shares],
        hovertemplate="%{customdata}<extra></extra>",
        cliponaxis=False,
        name="dates",
    )


def _alt(outlook: Outlook) -> str:
    told = ", ".join(f"{share} % by {day_words(day, outlook.today)}" for share, day in sorted(outlook.dates.items()))
    return f"Chance that {outlook.items} items are done: {told}"
