"""The frame of every page: navigation, title, filters, banner, footer."""

from pathlib import Path

import streamlit as st

from components import data, filters, footer, gate, states
from components.format import plain
from koalr_api import KoalrError, Page, Team

ICON = Path(__file__).parent.parent / "components" / "icon.png"

PAGES = {
    "": [st.Page("overview.py", title="Overview", icon=":material/space_dashboard:", default=True)],
    "Delivery": [
        st.Page("dora.py", title="DORA", icon=":material/stairs:", url_path="dora"),
        st.Page("flow.py", title="Flow", icon=":material/air:", url_path="flow"),
    ],
    "Records": [
        st.Page("deployments.py", title="Deployments", icon=":material/rocket_launch:", url_path="deployments"),
        st.Page("pull_requests.py", title="Pull requests", icon=":material/merge:", url_path="pull-requests"),
    ],
    "About": [st.Page("status.py", title="Status", icon=":material/monitor_heart:", url_path="status")],
}


def load_teams() -> tuple[Page[Team] | None, KoalrError | None]:
    """The teams, or why they cannot be had: the frame stands either way."""
    try:
        return data.teams(), None
    except KoalrError as error:
        return None, error


def draw() -> None:
    """Draw the frame, then the page in it."""
    st.set_page_config(page_title="Engineering metrics", page_icon=str(ICON), layout="wide")
    gate.admit(PAGES)
    page = st.navigation(PAGES, position="sidebar")
    page_changed = st.session_state.get("page") != page.title
    st.session_state["page"] = page.title
    teams, error = load_teams()
    with st.container(horizontal=True, vertical_alignment="center"):
        st.title(page.title, width="stretch")
        notes = filters.choose({team.id: team.name for team in teams.data} if teams else {}, page_changed)
    for note in notes:
        st.info(note, icon=":material/info:")
    if teams is None:
        assert error is not None
        if page.url_path == "status":  # it is about the connection, so it is there without one
            page.run()
        else:
            states.failed(error)
        return
    organisation = footer.organisation(teams)
    with st.sidebar:
        st.markdown(f":small[:gray[{plain(organisation.name)}]]")
    if organisation.sample:
        st.markdown(f":small[:orange-badge[Sample] :gray[{plain(organisation.notice or '')}]]")
    hint = footer.emptiness(organisation, filters.current())
    if hint:
        st.info(hint, icon=":material/history:")
    page.run()
    footer.draw(organisation, filters.current(), teams)


draw()
