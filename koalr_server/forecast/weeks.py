"""Days of a history as weeks, and how far back it can be trusted (pure)."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

DAYS_PER_WEEK = 7
PAUSE_WEEKS = 12
"""After so long without a finished item nothing is in sight, and what follows is a new beginning."""

Counts = npt.NDArray[np.int64]


def whole_weeks(finished: Sequence[int]) -> Counts:
    """Daily counts up to yesterday as weeks, shape (weeks, 7), the latest first; what is older than the last whole week is cut.

    The columns follow the coming days: the first holds the days of tomorrow's weekday, the last those of today's.
    """
    weeks = len(finished) // DAYS_PER_WEEK
    days = np.array(finished[len(finished) - weeks * DAYS_PER_WEEK :], np.int64)
    return np.roll(days.reshape(weeks, DAYS_PER_WEEK)[::-1], -1, axis=1)


def on_record(totals: npt.NDArray[np.generic]) -> int:
    """How many of the latest weeks are history: from the first finished item on, and since the last pause of PAUSE_WEEKS.

    Empty weeks before the first finished item say that nobody kept a record, more likely than that nobody worked: an
    import of last quarter's items may hold one that was opened a year ago.

    Args:
        totals: items finished per week, the latest first.
    """
    busy = np.flatnonzero(totals)
    if not len(busy) or busy[0] >= PAUSE_WEEKS:
        return 0
    pauses = np.flatnonzero(np.diff(busy) > PAUSE_WEEKS)
    return int(busy[pauses[0]] if len(pauses) else busy[-1]) + 1


def busy_weeks(weeks: Counts) -> int:
    """In how many of them an item was finished."""
    return int(np.count_nonzero(weeks.any(axis=1)))
