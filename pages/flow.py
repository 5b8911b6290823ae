"""Flow: how long work takes, how much gets done, how much is in progress."""

import streamlit as st

from components import cards, data, figures, filters, states
from components.cards import Card
from components.charts.durations import cycle_time_scatter
from components.charts.flow import weekly_bars
from components.charts.trends import weekly_trend
from components.format import COUNT, NO_DATA, PER_WEEK, change_text, duration, duration_unit, percent_unit, shown
from components.frames import cycle_times, weekly
from components.sentences import flow_sentence, littles_law
from koalr_api import Flow

HOURS_PER_DAY = 24


def render() -> None:
    """Cards, scatter, Little's law, weeks."""
    chosen = filters.current()
    flow = data.flow(chosen)
    st.markdown(f"## {flow_sentence(flow)}")
    cards.draw(flow_cards(flow))
    left, right = st.columns([2, 1])
    with left, st.container(border=True, height="stretch"):
        draw_scatter()
    with right, st.container(border=True, height="stretch"):
        st.markdown("**Does it add up?**")
        st.markdown(littles_law(flow))
    draw_weeks(flow)


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


def draw_scatter() -> None:
    """Cycle times of the latest merged pull requests."""
    latest = data.latest_pull_requests(filters.current())
    frame = cycle_times(latest.rows)
    shown_of = f"latest {len(latest.rows)} of {latest.total}" if latest.total > len(latest.rows) else f"{latest.total}"
    st.markdown("**Cycle time of merged pull requests**")
    st.markdown(f":small[:gray[{shown_of} merged in the window, {len(frame)} with a known start; logarithmic scale]]")
    figures.show(cycle_time_scatter(frame, figures.viewer_palette()), key="cycle-times")


def draw_weeks(flow: Flow) -> None:
    """Throughput and cycle time by week."""
    if not flow.trend:
        st.markdown(":small[:gray[This server gives no weekly figures.]]")
        return
    left, right = st.columns(2)
    with left, st.container(border=True):
        st.markdown("**Items finished per week**  \n:small[:gray[Strong bars: last 4 weeks. \\* week not over]]")
        figures.show(weekly_bars(weekly(flow.trend, "n"), figures.viewer_palette(), "items finished"), key="throughput")
    with right, st.container(border=True):
        st.markdown("**Median cycle time per week**  \n:small[:gray[Items finished in the week]]")
        frame = weekly(flow.trend, "cycle_time", HOURS_PER_DAY)
        figures.show(weekly_trend(frame, figures.viewer_palette(), duration, height=220), key="cycle-time-trend")


states.guarded(render)
