"""Team and window: chosen in the frame of every page, kept in the URL, the same for everyone who opens the link."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import streamlit as st

from components import address
from components.format import cell_text, distinct_labels, plain, whole_number
from components.site import Entry

DEFAULT_DAYS = 30
OFFERED_DAYS = (7, 30, 90)
LONGEST_WINDOW_DAYS = 1095
ALL_TEAMS = "All teams"
STATE_KEY = "filters"
NAMES = ("team", "days")


@dataclass(frozen=True, slots=True)
class Filters:
    """What a page shows: the last `days` days, of one team (id and name) or of all."""

    days: int = DEFAULT_DAYS
    team_id: str | None = None
    team_name: str | None = None


def parse_days(text: str | None) -> int | None:
    """A window in days from untrusted text, or None if it is none."""
    return whole_number(text, 1, LONGEST_WINDOW_DAYS)


def current() -> Filters:
    """The filters of this run; the frame has set them before the page runs."""
    found = st.session_state.get(STATE_KEY)
    return found if isinstance(found, Filters) else Filters()


def choose(
    team_names: Mapping[str, str] | None, page_changed: bool, page: Entry, *, limited: bool = False
) -> Sequence[str]:
    """Draw the controls the page takes, settle them with the URL, and keep the result for `current()`.

    A filter the page does not take stays as it is, for the next page.

    Args:
        team_names: team id -> name, in the order to offer; None while they cannot be had, when a choice stands unchecked.
        limited: whether the key is for these teams alone, so that there is no view of all teams.

    Returns:
        Sentences about URL values that could not be used, and about a team nobody chose.
    """
    notes: list[str] = []
    team_id = _wanted_team(team_names, page_changed, limited, notes)
    days = _wanted_days(page_changed, notes)
    if page.team:
        team_id = _offer_teams(team_names or {}, team_id, limited)
    if page.window:
        days = _offer_days(days)
    keep(team_names, team_id, days)
    return notes


def read(team_names: Mapping[str, str] | None, *, limited: bool = False) -> Sequence[str]:
    """The filters of the URL alone, where there are no controls."""
    notes: list[str] = []
    keep(team_names, _wanted_team(team_names, False, limited, notes), _wanted_days(False, notes))
    return notes


def keep(team_names: Mapping[str, str] | None, team_id: str | None, days: int) -> None:
    """Remember what is chosen, here and in the URL."""
    address.write("team", team_id)
    address.write("days", str(days) if days != DEFAULT_DAYS else None)
    st.session_state[STATE_KEY] = Filters(days, team_id, (team_names or {}).get(team_id or ""))


def _wanted_team(
    team_names: Mapping[str, str] | None, page_changed: bool, limited: bool, notes: list[str]
) -> str | None:
    held = st.session_state.get("team", current().team_id)
    wanted = address.settled("team", held or None, page_changed)
    if team_names is None or wanted in team_names:
        return wanted
    first = next(iter(team_names), None) if limited else None
    shown = (
        f"the first of its teams, {plain(cell_text(team_names[first]))}, is shown" if first else "all teams are shown"
    )
    if wanted is not None:
        notes.append(f"No team {plain(wanted[:60])} here, so {shown}.")
    elif first and len(team_names) > 1:
        notes.append(f"The API key is for {len(team_names)} teams, not for all: {shown}.")
    return first


def _offer_teams(team_names: Mapping[str, str], wanted: str | None, limited: bool) -> str | None:
    st.session_state["team"] = wanted or ""
    everyone = {} if limited and team_names else {"": ALL_TEAMS}
    labels = {**everyone, **distinct_labels(team_names)}
    if wanted is not None:
        labels.setdefault(wanted, cell_text(wanted))
    chosen = st.selectbox(
        "Team",
        list(labels),
        format_func=lambda team_id: labels.get(team_id, ALL_TEAMS),
        key="team",
        label_visibility="collapsed",
        width=220,
    )
    return chosen or None


def _wanted_days(page_changed: bool, notes: list[str]) -> int:
    held = st.session_state.get("days", current().days)
    wanted = address.settled("days", str(held) if held else None, page_changed)
    days = parse_days(wanted)
    if wanted is not None and days is None:
        notes.append(
            f"{plain(wanted[:60])} is no window; days go from 1 to {LONGEST_WINDOW_DAYS}. Showing {DEFAULT_DAYS} days."
        )
    return days or DEFAULT_DAYS


def _offer_days(days: int) -> int:
    st.session_state["days"] = days
    chosen = st.segmented_control(
        "Window",
        sorted({*OFFERED_DAYS, days}),
        format_func=lambda count: f"{count} d",
        key="days",
        required=True,
        label_visibility="collapsed",
    )
    return chosen or DEFAULT_DAYS


def scope_note(scoped_team: str | None) -> None:
    """Say so when a figure is not of the chosen team, because the server has no team filter for it."""
    chosen = current()
    if chosen.team_id is not None and scoped_team != chosen.team_id:
        st.markdown(":small[:gray-badge[Whole organisation] :gray[this server has no team filter for these figures]]")
