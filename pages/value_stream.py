"""Value stream: from idea to production, where the time goes and where it waits."""

from collections.abc import Sequence

import pandas as pd
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from components import data, figures, filters, panels, view
from components.charts.stages import Segment, stage_bar
from components.charts.trends import weekly_trend
from components.format import HOURS_PER_DAY, change_text, duration, duration_unit, percent
from components.frames import full_weeks, weekly
from components.judgement import delta_colour
from components.screen import Screen, Tile, change_tile
from components.theme import Palette
from components.value_stream_words import (
    Stage,
    bottleneck,
    change_sentence,
    hours_of,
    share,
    spoken,
    stages,
    stream_sentence,
)
from koalr_api import ValueStream

TREND_HEIGHT = 104
TOTAL = "total_lead_time"
TOTAL_DEFINITION = "The sum of the stages that have data. A sum of medians is not the median of the sums; it is what the bar adds up to."


def ask() -> ValueStream:
    """One question."""
    return data.value_stream(filters.current())


def draw(stream: ValueStream) -> None:
    """Sentence, bar, a row per stage."""
    palette = figures.viewer_palette()
    found = stages(stream)
    st.markdown(f"## {stream_sentence(stream)}")
    filters.scope_note(stream.scoped_team)
    changed = change_sentence(stream)
    if changed:
        st.markdown(changed)
    with st.container(border=True):
        st.markdown("**From idea to production**")
        st.markdown(
            ":small[:gray[As wide as the median time. Grey: waiting for somebody to begin or to release. "
            "Strong: work, which includes waiting for review.]]"
        )
        figures.show(stage_bar(segments(found), palette, spoken(found)), key="value-stream", table=stage_rows(found))
    with st.container(border=True, gap="medium"):
        for stage in found:
            draw_stage(stage, found, stream, palette)
        draw_total(stream, found, palette)
    lines = "Lines: week by week." if stream.trend else "This server gives no weekly figures."
    st.markdown(
        ":small[:gray[Medians over the changes that first reached production in the window, bots left out; changes against the "
        f"window before. {lines}]]"
    )


def screen(stream: ValueStream) -> Screen:
    """On a wall: the total and the stages, and the bar."""
    found = stages(stream)
    return Screen(
        stream_sentence(stream),
        [tile("Total", TOTAL, stream), *(tile(stage.name, stage.kind.field, stream) for stage in found)],
        "From idea to production: waiting is grey",
        (lambda palette: stage_bar(segments(found), palette, spoken(found)))
        if any(stage.hours for stage in found)
        else None,
    )


def tile(name: str, field: str, stream: ValueStream) -> Tile:
    """A time for a wall; less is better."""
    hours = hours_of(stream, field)
    unit = duration_unit(hours or 0.0)
    past = [hours_of(week, field) for week in full_weeks(stream.trend)]
    return change_tile(name, hours, hours_of(stream.previous, field), unit, better="down", history=past)


def segments(found: Sequence[Stage]) -> list[Segment]:
    """The stages for the bar."""
    worst = bottleneck(found)
    return [
        Segment(
            stage.name,
            share(stage, found),
            duration(stage.hours) if stage.hours is not None else "no data",
            stage.kind.waiting,
            stage is worst,
        )
        for stage in found
    ]


def stage_rows(found: Sequence[Stage]) -> pd.DataFrame:
    """The table behind the bar: stage, kind, hours, hours_before, share."""
    return pd.DataFrame(
        {
            "stage": [stage.name for stage in found],
            "kind": ["waiting" if stage.kind.waiting else "working" for stage in found],
            "hours": [stage.hours for stage in found],
            "hours_before": [stage.hours_before for stage in found],
            "share": [share(stage, found) for stage in found],
        }
    )


def draw_stage(stage: Stage, found: Sequence[Stage], stream: ValueStream, palette: Palette) -> None:
    """Time with change | week by week | part of the whole; without data, what would bring them."""
    part = share(stage, found)
    worst = "  \n**bottleneck**" if stage is bottleneck(found) else ""
    kind = "waiting" if stage.kind.waiting else "working"
    verdict = f"**{percent(part)}** of the total{worst}  \n:small[:gray[{kind}]]" if part is not None else ""
    middle = draw_row(stage.name, stage.kind.definition, stage.hours, stage.hours_before, verdict)
    with middle:
        if stage.hours is None:
            st.markdown(f":small[:gray[{stage.kind.missing}]]")
            st.code(stage.kind.command, language=None)
        else:
            draw_weeks(stage.kind.field, stream, palette)


def draw_total(stream: ValueStream, found: Sequence[Stage], palette: Palette) -> None:
    """The sum, as the API gives it."""
    timed = sum(stage.hours is not None for stage in found)
    summed = f"{timed} of {len(found)}" if timed < len(found) else f"the {timed}"
    verdict = f":small[:gray[sum of {summed} stages]]"
    before = hours_of(stream.previous, TOTAL)
    with draw_row("Total", TOTAL_DEFINITION, hours_of(stream, TOTAL), before, verdict):
        draw_weeks(TOTAL, stream, palette)


def draw_row(name: str, definition: str, hours: float | None, before: float | None, verdict: str) -> DeltaGenerator:
    """One row; the place in its middle is left open."""
    number, middle, right = panels.row()
    change = change_text(hours, before, duration_unit(hours)) if hours is not None else None
    was = f"was {duration_unit(hours).text(before)}" if hours is not None and before is not None else None
    number.metric(
        name,
        duration(hours),
        change,
        delta_color=delta_colour(hours, before, "down"),
        delta_description=was if change else None,
        help=definition,
    )
    right.markdown(verdict)
    return middle


def draw_weeks(field: str, stream: ValueStream, palette: Palette) -> None:
    """Median per week, where the server answers a trend."""
    if not stream.trend:
        return
    weeks = weekly(stream.trend, field, HOURS_PER_DAY)
    figure = weekly_trend(weeks, palette, duration, height=TREND_HEIGHT)
    figures.show(figure, key=f"trend-{field.replace('_', '-')}", table=weeks)


view.show(ask, draw, screen)
