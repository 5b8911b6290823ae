"""Weekly lines of several metrics below each other, on the same weeks."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import pandas as pd
import plotly.graph_objects as go

from components.charts.canvas import Word, bare, every_second, figure, words
from components.charts.kept import kept
from components.charts.trends import Course, course_of, value_range
from components.format import NO_BREAK
from components.theme import Palette

# Of a row, in pixels: down to its name, down to the room for its line, and from there to the next row.
NAME_PX, LINE_PX, GAP_PX = 12, 44, 10
WEEKS_PX = 26
# From a point to the text above it.
ABOVE_PX = 14
NO_DATA = "No data in these weeks"


@dataclass(frozen=True, slots=True)
class Line:
    """One metric's row: its weeks as of `weekly_trend`, and where Elite begins in words and in the unit of the values."""

    name: str
    weeks: pd.DataFrame
    text: Callable[[float], str]
    elite: str
    elite_edge: float
    logarithmic: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """A line and its place: `top` and `bottom` of the whole row in pixels from the figure's bottom."""

    line: Line
    course: Course
    top: float
    bottom: float

    def y(self, value: float) -> float:
        """Where a value lies, in pixels; one below a logarithmic axis lies at its end."""
        found = value_range(self.course.present, self.line.elite_edge, self.line.logarithmic)
        low, high = found
        placed = (math.log10(value) if value > 0 else low) if self.line.logarithmic else value
        share = min(1.0, max(0.0, (placed - low) / (high - low)))
        return self.bottom + GAP_PX + share * (self.top - LINE_PX - self.bottom - GAP_PX)

    def text(self, index: int) -> str:
        """A week's value with its unit."""
        return self.line.text(self.course.values[index])


@kept
def weekly_trends(lines: Sequence[Line], palette: Palette, height: int) -> go.Figure:
    """A row per metric with its name and where Elite begins; the weeks are named under the last.

    All rows share one pair of axes, which is drawn much quicker than one each.

    Args:
        height: of all, pixels.
    """
    room = height - WEEKS_PX
    edges = [room - index * room / len(lines) for index in range(len(lines) + 1)]
    courses = [course_of(line.weeks) for line in lines]
    rows = [
        Row(line, course, top, bottom)
        for line, course, top, bottom in zip(lines, courses, edges, edges[1:], strict=False)
        if course is not None
    ]
    alt = " ".join(
        f"{line.name}: {course.sentence(line.text) if course else NO_DATA}."
        for line, course in zip(lines, courses, strict=True)
    )
    drawing = figure(palette, height, alt, top=0, bottom=WEEKS_PX, right=64)
    texts = [word for line, top in zip(lines, edges, strict=False) for word in _name(line, top, palette)]
    texts += [word for row in rows for word in _values(row, palette)]
    weeks = len(lines[0].weeks)
    texts += [
        Word((weeks - 1) / 2, (top + bottom) / 2, NO_DATA, palette.muted)
        for course, top, bottom in zip(courses, edges, edges[1:], strict=False)
        if course is None
    ]
    if rows:
        ticks, days = every_second(rows[0].course.days, math.ceil(weeks / 3))
        drawing.update_xaxes(tickvals=ticks, ticktext=days)
    drawing.update_xaxes(range=[-0.4, weeks - 0.6])
    drawing.update_yaxes(range=[0, room])
    return bare(
        data=[_edges(rows, palette), _lines(rows, palette), _stubs(rows, palette), words(texts)], layout=drawing.layout
    )


def _name(line: Line, top: float, palette: Palette) -> list[Word]:
    told = f"{line.name}  <span style='color:{palette.tier_text['elite']}'>{line.elite}</span>"
    return [Word(0, top - NAME_PX, told, palette.muted, 12, "left")]


def _values(row: Row, palette: Palette) -> list[Word]:
    """The last full week at the end of the line, and the highest above it where that is another."""
    course = row.course
    end = course.last if course.running is None else course.running
    beside = f"{2 * NO_BREAK}{row.text(course.last)}"
    told = [Word(end, row.y(course.values[course.last]), beside, palette.text, anchor="left")]
    if course.peak_told:
        above = row.y(course.values[course.peak]) + ABOVE_PX
        # Half of a label over one of the first weeks would lie outside on the left.
        anchor = "left" if course.peak < len(course.values) / 8 else "center"
        told.append(Word(course.peak, above, row.text(course.peak), palette.muted, anchor=anchor))
    return told


def _lines(rows: Sequence[Row], palette: Palette) -> go.Scatter:
    """The full weeks of all rows as one trace: nothing is drawn across a week without data, nor from row to row."""
    points = [
        (index, row.y(row.course.values[index]), row.course.dot_px(index), row.course.days[index], row.text(index))
        if index in row.course.full
        else (index, None, 0, "", "")
        for row in rows
        for index in [*range(len(row.course.values)), len(row.course.values)]
    ]
    return go.Scatter(
        x=[point[0] for point in points],
        y=[point[1] for point in points],
        mode="lines+markers",
        connectgaps=False,
        line={"color": palette.ink, "width": 2.2},
        marker={"size": [point[2] for point in points], "color": palette.ink, "opacity": 1},
        customdata=[point[3:] for point in points],
        hovertemplate="week of %{customdata[0]}: %{customdata[1]}<extra></extra>",
        cliponaxis=False,
    )


def _stubs(rows: Sequence[Row], palette: Palette) -> go.Scatter:
    """The week that is not over, from the week before: no news yet."""
    x: list[float] = []
    y: list[float | None] = []
    sizes: list[float] = []
    told: list[str] = []
    for row in rows:
        running = row.course.running
        if running is None:
            continue
        before = running - 1 if running - 1 in row.course.full else running
        begun = int(row.line.weeks["days"].iloc[running])
        x += [before, running, running]
        y += [row.y(row.course.values[before]), row.y(row.course.values[running]), None]
        sizes += [0, 4, 0]
        told += ["", f"week of {row.course.days[running]}, {begun} of 7 days: {row.text(running)}", ""]
    return go.Scatter(
        x=x,
        y=y,
        mode="lines+markers",
        line={"color": palette.ring, "width": 1.4, "dash": "dot"},
        marker={"size": sizes, "color": palette.ring, "opacity": 1},
        opacity=0.6,
        hovertext=told,
        hoverinfo="text",
        cliponaxis=False,
    )


def _edges(rows: Sequence[Row], palette: Palette) -> go.Scatter:
    """Where Elite begins."""
    x: list[float] = []
    y: list[float | None] = []
    for row in rows:
        edge = row.y(row.line.elite_edge)
        x += [0, len(row.course.values) - 1, 0]
        y += [edge, edge, None]
    line = {"color": palette.tier_fill["elite"], "width": 1.2, "dash": "dot"}
    return go.Scatter(x=x, y=y, mode="lines", line=line, hoverinfo="skip")
