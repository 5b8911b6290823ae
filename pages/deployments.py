"""Deployments: every one of the window, newest first."""

import streamlit as st

from components import data, figures, filters, states, view
from components.charts.deployments import deployments_per_week
from components.frames import deployment_rows, weekly_deployments
from components.paging import choose_page

TABLE_HEIGHT = 640
COLUMNS = {
    "Deployed": st.column_config.DatetimeColumn(format="D MMM YYYY, HH:mm", timezone="UTC"),
    "Lead time (h)": st.column_config.NumberColumn(format="%.1f", help="Median over the changes it shipped first"),
}


def render() -> None:
    """Weeks on top, the table below."""
    chosen = filters.current()
    dora = data.dora(chosen)
    first = data.deployments(chosen, 1)
    st.markdown(f"## {first.total:,} deployments to all environments in {chosen.days} days.".replace(",", "\u2009"))
    filters.scope_note(dora.scoped_team)
    if dora.trend:
        with st.container(border=True):
            st.markdown("**To production, per week**")
            st.markdown(":small[:gray[of them :red[later failed]. Strong bars: last 4 weeks. \\* week not over]]")
            figures.show(
                deployments_per_week(weekly_deployments(dora.trend), figures.viewer_palette(), height=220),
                key="deployments-per-week",
            )
    if not first.total:
        states.empty(
            "Deployments",
            "None in this window. Choose a longer one, or load deployments:",
            "python -m koalr_server import deployments FILE",
        )
        return
    page = choose_page(first.total, data.LARGEST_PAGE_SIZE, "deployments")
    rows = data.deployments(chosen, page).data if page > 1 else first.data
    st.dataframe(
        deployment_rows(rows),
        hide_index=True,
        column_config=COLUMNS,
        height=TABLE_HEIGHT,
        placeholder="–",
        key="deployments",
    )


view.show(lambda: None, lambda _nothing: render())
