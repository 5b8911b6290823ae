"""Team and window: chosen in the frame of every page, kept in the URL, the same for everyone who opens the link."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import streamlit as st

from components.format import plain

DEFAULT_DAYS = 30
OFFERED_DAYS = (7, 30, 90)
LONGEST_WINDOW_DAYS = 1095
ALL_TEAMS = "All teams"
STATE_KEY = "filters"


@dataclass(frozen=True, slots=True)
class Filters:
    """What a page shows: the last `days` days, of one team (id and name) or of all."""

    days: int = DEFAULT_DAYS
    team_id: str | None = None
    team_name: str | None = None


@dataclass(frozen=True, slots=True)
class Parameter:
    """One URL parameter between two script runs: what the URL says now, what we last wrote there, what the widget holds."""

    url: str | None
    written: str | None
    held: str | None


def settle(parameter: Parameter, page_changed: bool) -> str | None:
    """Which of URL and widget is right.

    The widget, unless the URL was changed from outside: by a link, a reload or the Back button. Changing the page drops
    every parameter from the URL, which is no one's choice.
    """
    dropped = page_changed and parameter.url is None
    changed_outside = parameter.url != parameter.written and not dropped
    return parameter.url if changed_outside else parameter.held


def parse_days(text: str | None) -> int | None:
    """A window in days from untrusted text, or None if it is none."""
    if text is None or not (text.isascii() and text.isdigit()) or not 1 <= int(text[:9]) <= LONGEST_WINDOW_DAYS:
        return None
    return int(text)


def current() -> Filters:
    """The filters of this run; the frame has set them before the page runs."""
    found = st.session_state.get(STATE_KEY)
    return found if isinstance(found, Filters) else Filters()


def choose(team_names: Mapping[str, str], page_changed: bool) -> Sequence[str]:
    """Draw the two controls, settle them with the URL, and keep the result for `current()`.

    Args:
        team_names: team id -> name, in the order to offer.

    Returns:
        Sentences about URL values that could not be used.
    """
    notes: list[str] = []
    team_id = _choose_team(team_names, page_changed, notes)
    days = _choose_days(page_changed, notes)
    name = team_names.get(team_id) if team_id else None
    st.session_state[STATE_KEY] = Filters(days, team_id, name)
    return notes


def _choose_team(team_names: Mapping[str, str], page_changed: bool, notes: list[str]) -> str | None:
    wanted = _settled("team", page_changed)
    if wanted is not None and wanted not in team_names:
        notes.append(f"No team {plain(wanted[:60])} here, so all teams are shown.")
        wanted = None
    st.session_state["team"] = wanted or ""
    chosen = st.selectbox(
        "Team",
        ["", *team_names],
        format_func=lambda team_id: team_names.get(team_id, ALL_TEAMS),
        key="team",
        label_visibility="collapsed",
        width=220,
    )
    _write("team", chosen or None)
    return chosen or None


def _choose_days(page_changed: bool, notes: list[str]) -> int:
    wanted = _settled("days", page_changed)
    days = parse_days(wanted)
    if wanted is not None and days is None:
        notes.append(
            f"{plain(wanted[:60])} is no window; days go from 1 to {LONGEST_WINDOW_DAYS}. Showing {DEFAULT_DAYS} days."
        )
    options = sorted({*OFFERED_DAYS, days or DEFAULT_DAYS})
    st.session_state["days"] = days or DEFAULT_DAYS
    chosen = st.segmented_control(
        "Window",
        options,
        format_func=lambda count: f"{count} d",
        key="days",
        required=True,
        label_visibility="collapsed",
    )
    _write("days", str(chosen) if chosen != DEFAULT_DAYS else None)
    return chosen or DEFAULT_DAYS


def _settled(name: str, page_changed: bool) -> str | None:
    held = st.session_state.get(name)
    parameter = Parameter(
        url=st.query_params.get(name),
        written=st.session_state.get(f"url.{name}"),
        held=str(held) if held not in (None, "") else None,
    )
    return settle(parameter, page_changed)


def _write(name: str, value: str | None) -> None:
    """Put a value into the URL; a default needs no parameter."""
    if st.query_params.get(name) != value:
        if value is None:
            del st.query_params[name]
        else:
            st.query_params[name] = value
    st.session_state[f"url.{name}"] = value


def scope_note(scoped_team: str | None) -> None:
    """Say so when a figure is not of the chosen team, because the server has no team filter for it."""
    chosen = current()
    if chosen.team_id is not None and scoped_team != chosen.team_id:
        st.markdown(":small[:gray-badge[Whole organisation] :gray[this server has no team filter for these figures]]")
