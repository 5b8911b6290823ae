"""How old what a page shows is: the oldest answer it used, and whether the API could not renew one."""

from dataclasses import dataclass
from datetime import datetime

import streamlit as st

STATE_KEY = "freshness"


@dataclass(frozen=True, slots=True)
class Freshness:
    """`since`: when the oldest answer came, None before the first; `stale`: one stands in for a failed request."""

    since: datetime | None = None
    stale: bool = False


def begin() -> None:
    """Start a run: nothing is shown yet."""
    st.session_state[STATE_KEY] = Freshness()


def restore(before: Freshness) -> None:
    """Nothing came of asking: what was shown is as old as it was."""
    st.session_state[STATE_KEY] = before


def note(fetched_at: datetime, stale: bool) -> None:
    """An answer is shown."""
    before = current()
    since = fetched_at if before.since is None else min(before.since, fetched_at)
    st.session_state[STATE_KEY] = Freshness(since, stale or before.stale)


def current() -> Freshness:
    """Of the answers of this run so far."""
    found = st.session_state.get(STATE_KEY)
    return found if isinstance(found, Freshness) else Freshness()
