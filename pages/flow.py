"""Flow: how long work takes, how much gets done, how much is in progress."""

from typing import NamedTuple

import streamlit as st

from components import asking, cards, coverage, data, figures, filters, panels, states, view
from components.bars import bars, per_bar
from components.charts.durations import cycle_time_scatter, duration_distribution, spread_of
from components.charts.flow import weekly_bars
from components.charts.trends import weekly_trend
from components.data import Latest
from components.flow_cards import flow_cards, flow_tiles
from components.format import COUNT, HOURS_PER_DAY, duration
from components.frames import cycle_times, weekly
from components.screen import Screen
from components.sentences import flow_sentence, littles_law
from components.similar import span
from koalr_api import Flow, KoalrError


class Answers(NamedTuple):
    """What the page is drawn from."""

    flow: Flow
    latest: Latest | KoalrError


def ask() -> Answers:
    """Flow metrics, and the latest pull requests for the dots."""
    chosen = filters.current()
    asking.announce(lambda: data.flow(chosen), lambda: data.pull_requests(chosen, 1))
    return Answers(data.flow(chosen), view.attempt(lambda: data.latest_pull_requests(chosen)))


def draw(told: Answers) -> None:
    """Cards, scatter, Little's law, weeks."""
    st.markdown(f"## {flow_sentence(told.flow)}")
    filters.scope_note(told.flow.scoped_team)
    cards.draw(flow_cards(told.flow))
    left, right = panels.wide_and_narrow()
    with left:
        if isinstance(told.latest, KoalrError):
            states.failed_part(told.latest, "Cycle time of merged pull requests", border=False)
        else:
            draw_scatter(told.latest)
    with right:
        draw_balance(told.flow)
    draw_weeks(told.flow)


def screen(told: Answers) -> Screen:
    """On a wall: the four flow metrics and what gets done week by week."""
    weeks = told.flow.trend
    if weeks:
        drawn = bars(weekly(weeks, "n"))
        return Screen(
            flow_sentence(told.flow),
            flow_tiles(told.flow),
            f"Items finished per {per_bar(drawn)}",
            lambda palette: weekly_bars(drawn, palette, "items finished"),
        )
    found = None if isinstance(told.latest, KoalrError) else spread_of(cycle_times(told.latest.rows)["hours"].tolist())
    return Screen(
        flow_sentence(told.flow),
        flow_tiles(told.flow),
        "Merged pull requests, first commit to merge",
        lambda palette: duration_distribution(found, palette),
    )


def draw_scatter(latest: Latest) -> None:
    """Cycle times of the latest merged pull requests."""
    frame = cycle_times(latest.rows)
    st.markdown(
        f"**Cycle time of pull requests merged {span(latest.rows)}**"
        if latest.rows
        else "**Cycle time of pull requests**"
    )
    st.markdown(
        f":small[:gray[First commit to merge: {latest.words}; {len(frame)} with a known start. Lines: so many per cent of them took "
        "up to this long. Logarithmic scale. The figures above count work items instead where a "
        "team has them, and no bots; the dots are of bots too.]]"
    )
    figures.show(cycle_time_scatter(frame, figures.viewer_palette()), key="cycle-times", table=frame)


def draw_balance(flow: Flow) -> None:
    """Little's law in words, and work in progress week by week."""
    st.markdown("**Does it add up?**")
    st.markdown(littles_law(flow, coverage.current().since))
    if flow.trend:
        st.markdown("**In progress**  \n:small[:gray[At the end of each week; dotted: not over]]")
        weeks = weekly(flow.trend, "wip_count")
        figures.show(weekly_trend(weeks, figures.viewer_palette(), COUNT.text), key="work-in-progress", table=weeks)


def draw_weeks(flow: Flow) -> None:
    """Throughput and cycle time by week."""
    if not flow.trend:
        st.markdown(":small[:gray[This server gives no weekly figures.]]")
        return
    left, right = panels.halves()
    with left, st.container(border=True):
        drawn = bars(weekly(flow.trend, "n"))
        st.markdown(
            f"**Items finished per {per_bar(drawn)}**  \n:small[:gray[Strong bars: last 4 weeks. \\* not over]]"
        )
        figures.show(weekly_bars(drawn, figures.viewer_palette(), "items finished"), key="throughput", table=drawn)
    with right, st.container(border=True):
        st.markdown(
            "**Median cycle time per week**  \n:small[:gray[Items finished in the week. Dotted: week not over]]"
        )
        frame = weekly(flow.trend, "cycle_time", HOURS_PER_DAY)
        figures.show(
            weekly_trend(frame, figures.viewer_palette(), duration, height=220), key="cycle-time-trend", table=frame
        )


view.show(ask, draw, screen)
