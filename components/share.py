"""Passing a view on: its link, and its address for a screen on a wall."""

import streamlit as st

from components import filters, stage, view, wall
from components.format import LONGEST_LABEL, cell_text, plain
from components.site import BY_KEY, HOME, SITE, Entry

EVERY_SECS = (15, 30, 60, 120, 300)
ALONE = 1
POPOVER = "share"


def draw(page: Entry) -> None:
    """The button in the frame of every page, with the link behind it."""
    with st.popover("Share", icon=":material/share:", key=POPOVER, on_change="rerun"):
        st.markdown(
            "**Copy link**  \n:small[:gray[Opens exactly this view: page, team and window. :material/content_copy: at its right end copies it.]]"
        )
        st.code(here(page), language=None, wrap_lines=True)
        asked = st.button("Put on TV", icon=":material/tv:", type="tertiary", key="put-on-tv", on_click=_close)
    if asked:
        _put_on_tv(page)


def _close() -> None:
    """The popover would lie over the dialog."""
    st.session_state[POPOVER] = False


def base_of(url: str) -> str:
    """Where the dashboard is, without the page, from the address of a page."""
    start, _, last = url.rstrip("/").rpartition("/")
    return start if last in BY_KEY else url.rstrip("/")


def here(page: Entry) -> str:
    """The address of this view."""
    return wall.address(base_of(st.context.url or "") + page.path, st.query_params.to_dict())


@st.dialog("Put on TV", width="large", icon=":material/tv:")
def _put_on_tv(page: Entry) -> None:
    st.markdown(
        "Open this address on the screen, full screen. It shows no controls, keeps itself fresh, and comes back by itself "
        "after a restart of the server or the network."
    )
    offered = [entry.key for entry in SITE if entry.wall]
    chosen = st.multiselect(
        "Pages, in this order",
        offered,
        default=[page.key if page.wall else HOME],
        format_func=lambda key: BY_KEY[key].title,
        key="tv-pages",
    )
    every_secs = wall.DEFAULT_EVERY_SECS
    if len(chosen) > ALONE:
        every_secs = st.select_slider(
            "Each page stays",
            EVERY_SECS,
            value=wall.DEFAULT_EVERY_SECS,
            format_func=lambda secs: f"{secs} s",
            key="tv-every",
        )
    kept = {
        name: value
        for name, value in st.query_params.to_dict().items()
        if name in ("team", "days", "items", "minutes", "metric")
    }
    url = wall.link(base_of(st.context.url or ""), chosen, every_secs, kept)
    st.code(url, language=None, wrap_lines=True)
    chosen_filters = filters.current()
    shown = plain(cell_text(chosen_filters.team_name or filters.ALL_TEAMS, LONGEST_LABEL))
    st.markdown(
        f":small[:gray[Team and window go along: {shown}, {chosen_filters.days} days. Made for 1920 × 1080; set a 4K screen to "
        "200 % zoom.]]"
    )
    screen = st.session_state.get(view.SCREEN_KEY)
    if screen is not None:
        st.markdown(f"**Preview: {page.title}**")
        with st.container(gap=None):
            stage.preview(
                page.title, f"{chosen_filters.team_name or filters.ALL_TEAMS} · last {chosen_filters.days} days", screen
            )
