"""From which day data are known, and whether the window before can be compared with (pure but for the run's record)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby
from typing import Protocol

import streamlit as st

STATE_KEY = "coverage"
# A window with less of its pace before it follows the beginning of the data, or too few cases to judge by.
LEAST_SHARE = 0.25
PACES = ("deploy_frequency", "throughput", "total_reviewed")
ONE_WEEK = timedelta(days=7)


class Week(Protocol):
    """An entry of any trend."""

    @property
    def week_start(self) -> date:
        """Monday of the week."""

    @property
    def n(self) -> int:
        """Records of the week."""

    @property
    def days(self) -> int | None:
        """Days of the week that have begun, None where the server does not say."""


@dataclass(frozen=True, slots=True)
class Coverage:
    """`since`: Monday of the week data begin in, where that is inside the window; `comparable`: with the window before."""

    since: date | None = None
    comparable: bool = False


def begun(trend: Sequence[Week]) -> date | None:
    """Monday of the first week with records; None where no longer time without any goes before it than comes after."""
    runs = [(empty, len(list(run))) for empty, run in groupby(trend, key=lambda week: not week.n)]
    if len(runs) < 2 or not runs[0][0]:
        return None
    lead, gaps = runs[0][1], [length for empty, length in runs[1:] if empty]
    return trend[lead].week_start if lead > max(gaps, default=0) else None


def coverage(answer: object, days: int) -> Coverage:
    """What the data of a metric's answer cover of its window of so many days and of the one before."""
    before = getattr(answer, "previous", None)
    if before is None:
        return Coverage(_inside(answer, days))
    carried = carries(_pace(before), _pace(answer)) if any(hasattr(answer, name) for name in PACES) else None
    since = _inside(answer, days)
    if since is not None:
        # Full weeks before empty ones are a lull, not a beginning.
        return Coverage(None, True) if carried else Coverage(since)
    return Coverage(None, carried is not False and not _begun_before(answer, days))


def carries(before: float | None, now: float | None) -> bool:
    """Whether the earlier of two paces is of a window full enough to compare with."""
    return not now or (before is not None and before >= LEAST_SHARE * now)


def _pace(figures: object) -> float | None:
    return next((getattr(figures, name) for name in PACES if hasattr(figures, name)), None)


def _window_start(trend: Sequence[Week], days: int) -> date:
    return trend[-1].week_start + timedelta(days=(trend[-1].days or 7) - days)


def _inside(answer: object, days: int) -> date | None:
    trend: Sequence[Week] = getattr(answer, "trend", None) or ()
    since = begun(trend)
    return since if since is not None and since > _window_start(trend, days) else None


def _begun_before(answer: object, days: int) -> bool:
    trend: Sequence[Week] = getattr(answer, "trend", None) or ()
    since = begun(trend)
    return since is not None and since > _window_start(trend, 2 * days)


def begin() -> None:
    """Start a run: nothing is shown yet."""
    st.session_state[STATE_KEY] = Coverage()


def note(found: Coverage) -> None:
    """An answer is shown."""
    before = current()
    known = [each for each in (before.since, found.since) if each]
    st.session_state[STATE_KEY] = Coverage(min(known, default=None), before.comparable or found.comparable)


def current() -> Coverage:
    """Of the answers of this run so far: the earliest beginning, and whether anything is compared."""
    found = st.session_state.get(STATE_KEY)
    return found if isinstance(found, Coverage) else Coverage()
