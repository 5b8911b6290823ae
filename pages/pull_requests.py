"""Pull requests: every one merged in the window, newest first."""

import streamlit as st

from components import data, figures, filters, states, view
from components.charts.durations import duration_distribution, spread_of
from components.format import duration
from components.frames import cycle_times, pull_request_rows
from components.paging import choose_page

TABLE_HEIGHT = 640
COLUMNS = {
    "Merged": st.column_config.DatetimeColumn(format="D MMM YYYY, HH:mm", timezone="UTC"),
    "Number": st.column_config.NumberColumn(format="%d"),
    "Title": st.column_config.TextColumn(width="large"),
    "Cycle time (h)": st.column_config.NumberColumn(format="%.1f", help="First commit to merge"),
}


def render() -> None:
    """Distribution on top, the table below."""
    chosen = filters.current()
    latest = data.latest_pull_requests(chosen)
    st.markdown(f"## {latest.total} pull requests merged in {chosen.days} days.")
    if not latest.total:
        states.empty(
            "Pull requests",
            "None was merged in this window. Choose a longer one, or load pull requests:",
            "python -m koalr_server import pull_requests FILE",
        )
        return
    frame = cycle_times(latest.rows)
    with st.container(border=True):
        st.markdown(heading(frame["hours"].tolist()))
        counted = (
            f"latest {len(latest.rows)} of {latest.total}" if latest.total > len(latest.rows) else str(latest.total)
        )
        st.markdown(
            f":small[:gray[First commit to merge, {counted}, {len(frame)} with a known start; logarithmic scale]]"
        )
        figures.show(
            duration_distribution(spread_of(frame["hours"].tolist()), figures.viewer_palette(), height=220),
            key="cycle-times",
        )
    page = choose_page(latest.total, data.LARGEST_PAGE_SIZE, "pull-requests")
    rows = data.pull_requests(chosen, page).data
    st.dataframe(
        pull_request_rows(rows),
        hide_index=True,
        column_config=COLUMNS,
        height=TABLE_HEIGHT,
        placeholder="–",
        key="pull-requests",
    )


def heading(hours: list[float]) -> str:
    """The finding, if there is one."""
    if not hours:
        return "**Cycle time**"
    within_a_day = sum(1 for value in hours if value <= 24) / len(hours)
    return f"**{within_a_day:.0%} merge within a day, the slowest took {duration(max(hours))}**".replace("%", " %")


view.show(lambda: None, lambda _nothing: render())
