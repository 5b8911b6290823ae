"""The frame of every page: navigation, title, filters, banner, footer; on a wall, header and rotation."""

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

import streamlit as st

from components import (
    address,
    coverage,
    data,
    figures,
    filters,
    footer,
    freshness,
    gate,
    share,
    stage,
    states,
    unread,
    view,
    wall,
)
from components.format import LONGEST_LABEL, cell_text, plain
from components.site import BY_KEY, HOME, SITE, Entry
from koalr_api import KoalrError, Teams

ICON = Path(__file__).parent.parent / "components" / "icon.png"


def all_pages() -> Mapping[str, st.Page]:
    """The pages by key."""
    return {
        entry.key: st.Page(
            entry.file,
            title=entry.title,
            icon=entry.icon,
            default=entry.key == HOME,
            url_path=None if entry.key == HOME else entry.key,
        )
        for entry in SITE
    }


def navigate(pages: Mapping[str, st.Page]) -> str:
    """Who may come in comes in; the key of the page in view."""
    groups: dict[str, list[st.Page]] = {}
    for entry in SITE:
        groups.setdefault(entry.group, []).append(pages[entry.key])
    gate.admit(groups)
    bare = wall.wanted() or wall.on_paper()
    current = st.navigation(groups, position="hidden" if bare else "sidebar", expanded=True)
    return next(key for key, page in pages.items() if page.title == current.title)


def load_teams() -> tuple[Teams | None, KoalrError | None]:
    """The teams, or why they cannot be had: the frame stands either way."""
    try:
        return data.teams(), None
    except KoalrError as error:
        return None, error


def names_of(teams: Teams | None) -> Mapping[str, str] | None:
    """Team id to name; None while they cannot be had."""
    return {team.id: team.name for team in teams.data} if teams else None


def limited(teams: Teams | None) -> bool:
    """Whether the key is for these teams alone, as far as the server says."""
    return teams is not None and teams.limited is True


def draw() -> None:
    """Draw the frame, then the page in it."""
    st.set_page_config(page_title="Engineering metrics", page_icon=str(ICON), layout="wide")
    pages = all_pages()
    address.carry_over(filters.NAMES)
    key = navigate(pages)
    entry = BY_KEY[key]
    page_changed = st.session_state.get("page") != key
    st.session_state["page"] = key
    if page_changed:
        st.session_state.pop(view.SCREEN_KEY, None)
    freshness.begin()
    coverage.begin()
    figures.begin()
    unread.begin()
    teams, error = load_teams()
    if wall.wanted():
        draw_wall(pages, entry, teams)
    else:
        draw_page(pages[key], entry, teams, error, page_changed)


def draw_wall(pages: Mapping[str, st.Page], entry: Entry, teams: Teams | None) -> None:
    """A screen nobody sits at: it asks for nothing and says everything itself."""
    filters.read(names_of(teams), limited=limited(teams))
    chosen = filters.current()
    window = f"last {chosen.days} days" if entry.window else ""
    heading_place, clock_place = stage.header()
    pages[entry.key].run()
    stage.play(st.session_state[view.WALL_KEY])
    with heading_place:
        stage.heading(entry.title, chosen.team_name, window)
    with clock_place:
        stage.clock()
    if teams is None:
        stage.look_again()
    stage.turn(wall.rotation(), entry.key, pages)


def draw_page(page: st.Page, entry: Entry, teams: Teams | None, error: KoalrError | None, page_changed: bool) -> None:
    """Title and controls, the page, and the line under it."""
    with st.container(horizontal=True, vertical_alignment="center"):
        st.title(page.title, width="stretch")
        badges = st.empty()
        team_names = names_of(teams)
        if wall.on_paper():
            notes = filters.read(team_names, limited=limited(teams))
        else:
            notes = filters.choose(team_names, page_changed, entry, limited=limited(teams))
            share.draw(entry)
    for note in notes:
        st.info(note, icon=":material/info:")
    if teams is None:
        assert error is not None
        if entry.key == "status":  # it is about the connection, so it is there without one
            page.run()
        else:
            states.failed(error)
        return
    organisation = footer.organisation(teams)
    if not wall.on_paper():
        st.sidebar.markdown(f":small[:gray[{plain(cell_text(organisation.name, LONGEST_LABEL))}]]")
    hint = footer.emptiness(organisation, filters.current())
    if hint and entry.window:
        st.info(hint, icon=":material/history:")
    beginning = st.empty()
    page.run()
    since = footer.beginning(coverage.current())
    if since and entry.window:
        beginning.markdown(since)
    missing = unread.words()
    if missing:
        st.markdown(missing)
    told = footer.badges(organisation, freshness.current(), datetime.now(UTC))
    if told:
        badges.markdown(told)
    footer.draw(organisation, filters.current(), entry)


draw()
