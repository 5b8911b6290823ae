"""Plain sampling without chance: the distribution itself, carried from week to week (pure)."""

from collections.abc import Sequence

import numpy as np

from koalr_server.forecast.models import PLAIN, Numbers
from koalr_server.forecast.simulation import HORIZON_WEEKS
from koalr_server.forecast.weeks import DAYS_PER_WEEK, Counts

# Sums of floats may fall short of a share that is exactly reached.
HAIR = 1e-9


def plain_days(weeks: Counts, items: int, shares: Sequence[float]) -> list[int | None]:
    """The first day, tomorrow being 1, by which all items are done with each probability; None beyond the horizon.

    What infinitely many plain simulations would say.

    Args:
        weeks: as weeks.whole_weeks gives them, as many as are on record, at least one.
        shares: ascending.
    """
    by_day = np.minimum(np.cumsum(weeks[: PLAIN.window_weeks], axis=1), items)
    totals, times = np.unique(by_day[:, -1], return_counts=True)
    chances = times / len(by_day)
    left = np.zeros(items + 1)
    left[items] = 1.0
    done = 0.0
    days: list[int | None] = []
    for week in range(HORIZON_WEEKS if totals.any() else 0):
        after = _after(left, totals, chances)
        done_after = 1 - float(after.sum())
        while len(days) < len(shares) and done_after >= shares[len(days)] - HAIR:
            # A drawn week ends by a day whatever had no more left than it did until then.
            by_then = done + np.cumsum(left)[by_day].mean(axis=0)
            day = min(int(np.searchsorted(by_then, shares[len(days)] - HAIR)), DAYS_PER_WEEK - 1)
            days.append(week * DAYS_PER_WEEK + day + 1)
        if len(days) == len(shares):
            break
        left, done = after, done_after
    return days + [None] * (len(shares) - len(days))


def _after(left: Numbers, totals: Counts, chances: Numbers) -> Numbers:
    """Probabilities by items left after one more week; index 0, all done, is left out."""
    after = np.zeros_like(left)
    for total, chance in zip(totals.tolist(), chances.tolist(), strict=True):
        after[1 : len(left) - total] += chance * left[1 + total :]
    return after
