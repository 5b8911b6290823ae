"""One metric week by week."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import pandas as pd
import plotly.graph_objects as go

from components.charts.canvas import empty_figure, every_second, figure, label
from components.charts.kept import kept
from components.format import DAYS_PER_WEEK, day_label
from components.theme import Palette

HEIGHT = 150


@dataclass(frozen=True, slots=True)
class Course:
    """How a metric went, week by week.

    `full` are the weeks with data that are over, `running` is the one that is not; `last` and `peak` are of the full ones, or of
    the running one where no other has data. All are positions in `values`, which holds NaN for a week without data.
    """

    values: Sequence[float]
    days: Sequence[str]
    full: Sequence[int]
    running: int | None
    last: int
    peak: int

    @property
    def present(self) -> list[float]:
        """The values there are."""
        return [value for value in self.values if math.isfinite(value)]

    @property
    def peak_told(self) -> bool:
        """Whether the highest is another than the last."""
        return self.peak != self.last and self.values[self.peak] > self.values[self.last]

    def dot_px(self, index: int) -> float:
        """The last value is a dot; so is a week whose neighbours lack data, because no line shows it."""
        alone = index in self.full and index - 1 not in self.full and index + 1 not in self.full
        return 8 if index == self.last else (5 if alone else 0)

    def sentence(self, text: Callable[[float], str]) -> str:
        """What a screen reader says."""
        last, peak = text(self.values[self.last]), text(self.values[self.peak])
        return f"Weekly values, last full week {last}, highest {peak} in the week of {self.days[self.peak]}"


def course_of(weeks: pd.DataFrame) -> Course | None:
    """The course of weeks as of `weekly_trend`; None without data."""
    values = [float(value) for value in weeks["value"]]
    present = [index for index, value in enumerate(values) if math.isfinite(value)]
    if not present:
        return None
    running = present[-1] if int(weeks["days"].iloc[present[-1]]) < DAYS_PER_WEEK else None
    # Where no other week has data, the running one is all there is to say.
    full = [index for index in present if index != running] or present
    return Course(
        values,
        [day_label(day) for day in weeks["week_start"]],
        full,
        None if running in full else running,
        full[-1],
        max(full, key=lambda index: values[index]),
    )


@kept
def weekly_trend(
    weeks: pd.DataFrame,
    palette: Palette,
    text: Callable[[float], str],
    *,
    threshold: float | None = None,
    logarithmic: bool = False,
    height: int = HEIGHT,
) -> go.Figure:
    """A line over weeks: last full week and peak labelled, weeks without data left open, the running week a faint stub.

    Args:
        weeks: week_start (date), value (float, NaN without data), days (of the week begun, 1 to 7).
        text: a value as text with its unit.
        threshold: drawn dotted in the colour of Elite.
    """
    course = course_of(weeks)
    if course is None:
        return empty_figure("No data in these weeks", palette, height)
    values, running, last, peak = course.values, course.running, course.last, course.peak
    drawing = figure(palette, height, course.sentence(text), right=64, top=26)
    positions = list(range(len(values)))
    drawing.add_trace(
        go.Scatter(
            x=positions,
            y=[value if index in course.full else None for index, value in enumerate(values)],
            mode="lines+markers",
            connectgaps=False,
            line={"color": palette.ink, "width": 2.2},
            marker={"size": [course.dot_px(index) for index in positions], "color": palette.ink, "opacity": 1},
            customdata=[
                [course.days[index], text(value) if math.isfinite(value) else ""] for index, value in enumerate(values)
            ],
            hovertemplate="week of %{customdata[0]}: %{customdata[1]}<extra></extra>",
            cliponaxis=False,
        )
    )
    if running is not None:
        _stub(drawing, weeks, palette, running, text(values[running]))
    if threshold is not None:
        line = {"color": palette.tier_fill["elite"], "width": 1.2, "dash": "dot"}
        drawing.add_shape(type="line", x0=0, x1=len(values) - 1, y0=threshold, y1=threshold, line=line, layer="below")
    label(
        drawing,
        last if running is None else running,
        _y(values[last], logarithmic),
        text(values[last]),
        palette.text,
        anchor="left",
        xshift=9,
        background=palette.background,
    )
    if course.peak_told:
        label(
            drawing,
            peak,
            _y(values[peak], logarithmic),
            text(values[peak]),
            palette.muted,
            above_px=7,
            background=palette.background,
        )
    ticks, texts = every_second(course.days, math.ceil(len(values) / 3))
    drawing.update_xaxes(range=[-0.4, len(values) - 0.6], tickvals=ticks, ticktext=texts)
    drawing.update_yaxes(
        type="log" if logarithmic else "linear", range=value_range(course.present, threshold, logarithmic)
    )
    return drawing


def value_range(values: Sequence[float], threshold: float | None, logarithmic: bool) -> tuple[float, float]:
    """From and to of an axis that shows the values and the threshold; of a logarithmic one, their logarithms."""
    shown = [*values, threshold] if threshold is not None else list(values)
    if not logarithmic:
        bottom, top = min(0.0, *shown), max(0.0, *shown)
        span = (top - bottom) or 1.0
        return bottom - 0.04 * span, top + 0.08 * span
    high = max(shown) or 1.0
    low = min((value for value in shown if value > 0), default=1.0)
    return math.log10(low) - 0.15, math.log10(max(high, low * 2)) + 0.1


def _y(value: float, logarithmic: bool) -> float:
    """Annotations on a log axis are placed by the logarithm."""
    return math.log10(value) if logarithmic and value > 0 else value


def _stub(drawing: go.Figure, weeks: pd.DataFrame, palette: Palette, running: int, told: str) -> None:
    """The week that is not over, from the week before: no news yet."""
    ends = [index for index in (running - 1, running) if index >= 0]
    begun = int(weeks["days"].iloc[running])
    drawing.add_trace(
        go.Scatter(
            x=ends,
            y=[float(weeks["value"].iloc[index]) for index in ends],
            mode="lines+markers",
            line={"color": palette.ring, "width": 1.4, "dash": "dot"},
            marker={"size": [0] * (len(ends) - 1) + [4], "color": palette.ring, "opacity": 1},
            opacity=0.6,
            hovertext=f"week of {_day(weeks, running)}, {begun} of 7 days: {told}",
            hoverinfo="text",
            cliponaxis=False,
        )
    )


def _day(weeks: pd.DataFrame, index: int) -> str:
    return day_label(weeks["week_start"].iloc[index])
