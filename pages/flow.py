"""Flow: how long work takes, how much gets done, how much is in progress."""

from typing import NamedTuple

import streamlit as st

from components import cards, data, figures, filters, states, view
from components.cards import Card
from components.charts.durations import cycle_time_scatter
from components.charts.flow import weekly_bars
from components.charts.trends import weekly_trend
from components.data import Latest
from components.format import COUNT, NO_DATA, PER_WEEK, change_text, duration, duration_unit, percent_unit, shown
from components.frames import cycle_times, weekly
from components.screen import Screen, change_tile
from components.sentences import flow_sentence, littles_law
from koalr_api import Flow, KoalrError

HOURS_PER_DAY = 24


class Answers(NamedTuple):
    """What the page is drawn from."""

    flow: Flow
    latest: Latest | KoalrError


def ask() -> Answers:
    """Flow metrics, and the latest pull requests for the dots."""
    chosen = filters.current()
    data.announce(lambda: data.flow(chosen), lambda: data.pull_requests(chosen, 1))
    return Answers(data.flow(chosen), view.attempt(lambda: data.latest_pull_requests(chosen)))


def draw(told: Answers) -> None:
    """Cards, scatter, Little's law, weeks."""
    st.markdown(f"## {flow_sentence(told.flow)}")
    filters.scope_note(told.flow.scoped_team)
    cards.draw(flow_cards(told.flow))
    left, right = st.columns([2, 1])
    with left:
        if isinstance(told.latest, KoalrError):
            states.failed_part(told.latest, "Cycle time of merged pull requests")
        else:
            with st.container(border=True, height="stretch"):
                draw_scatter(told.latest)
    with right, st.container(border=True, height="stretch"):
        st.markdown("**Does it add up?**")
        st.markdown(littles_law(told.flow))
    draw_weeks(told.flow)


def screen(told: Answers) -> Screen:
    """On a wall: the four flow metrics and what gets done week by week."""
    flow, before, weeks = told.flow, told.flow.previous, told.flow.trend
    hours, hours_before = days_in_hours(flow.cycle_time), days_in_hours(before.cycle_time if before else None)
    efficiency = flow.flow_efficiency
    return Screen(
        flow_sentence(flow),
        [
            change_tile("Cycle time", hours, hours_before, duration_unit(hours or 0), better="down"),
            change_tile("Throughput", flow.throughput, before.throughput if before else None, PER_WEEK, better="up"),
            change_tile("In progress", flow.wip_count, before.wip_count if before else None, COUNT, better="down"),
            change_tile(
                "Flow efficiency",
                efficiency,
                before.flow_efficiency if before else None,
                percent_unit(efficiency or 0),
                better="up",
                missing="no status history",
            ),
        ],
        "Items finished per week",
        (lambda palette: weekly_bars(weekly(weeks, "n"), palette, "items finished")) if weeks else None,
    )


def days_in_hours(days: float | None) -> float | None:
    """Days to hours."""
    return None if days is None else days * HOURS_PER_DAY


def flow_cards(flow: Flow) -> list[Card]:
    """The four flow metrics."""
    before = flow.previous
    hours = None if flow.cycle_time is None else flow.cycle_time * HOURS_PER_DAY
    hours_before = None if before is None or before.cycle_time is None else before.cycle_time * HOURS_PER_DAY
    efficiency = flow.flow_efficiency
    return [
        Card(
            "Cycle time",
            duration(hours),
            "Median time from start to done of the items finished in the window: work items, or pull requests from first commit to merge.",
            change_text(hours, hours_before, duration_unit(hours)) if hours is not None else None,
            judgement="inverse",
            note="no known start" if hours is None else None,
        ),
        Card(
            "Throughput",
            shown(flow.throughput, PER_WEEK),
            "Items finished per week of the window.",
            change_text(flow.throughput, before.throughput if before else None, PER_WEEK),
        ),
        Card(
            "Work in progress",
            shown(flow.wip_count, COUNT),
            "Items started and not finished now. From git alone only merged work is known, so this is 0.",
            change_text(flow.wip_count, before.wip_count if before else None, COUNT),
            judgement="inverse",
        ),
        Card(
            "Flow efficiency",
            shown(efficiency, percent_unit(efficiency)) if efficiency is not None else NO_DATA,
            "Active share of the elapsed time of finished items. Needs status history, or reviews.",
            change_text(efficiency, before.flow_efficiency if before else None, percent_unit(efficiency))
            if efficiency is not None
            else None,
            note="no reviews or status history" if efficiency is None else None,
        ),
    ]


def draw_scatter(latest: Latest) -> None:
    """Cycle times of the latest merged pull requests."""
    frame = cycle_times(latest.rows)
    shown_of = f"latest {len(latest.rows)} of {latest.total}" if latest.total > len(latest.rows) else f"{latest.total}"
    st.markdown("**Cycle time of merged pull requests**")
    st.markdown(f":small[:gray[{shown_of} merged in the window, {len(frame)} with a known start; logarithmic scale]]")
    figures.show(cycle_time_scatter(frame, figures.viewer_palette()), key="cycle-times", table=frame)


def draw_weeks(flow: Flow) -> None:
    """Throughput and cycle time by week."""
    if not flow.trend:
        st.markdown(":small[:gray[This server gives no weekly figures.]]")
        return
    left, right = st.columns(2)
    with left, st.container(border=True):
        st.markdown("**Items finished per week**  \n:small[:gray[Strong bars: last 4 weeks. \\* week not over]]")
        weeks = weekly(flow.trend, "n")
        figures.show(weekly_bars(weeks, figures.viewer_palette(), "items finished"), key="throughput", table=weeks)
    with right, st.container(border=True):
        st.markdown("**Median cycle time per week**  \n:small[:gray[Items finished in the week]]")
        frame = weekly(flow.trend, "cycle_time", HOURS_PER_DAY)
        figures.show(
            weekly_trend(frame, figures.viewer_palette(), duration, height=220), key="cycle-time-trend", table=frame
        )


view.show(ask, draw, screen)
