"""The Monte Carlo simulation: day by day, each drawn from the history's days of the same weekday (pure)."""

from collections.abc import Sequence
from math import ceil

import numpy as np
import numpy.typing as npt

SIMULATIONS = 10_000
# Ten years of 52 weeks. What lies further off is not in sight.
HORIZON_DAYS = 3_640
# A week is drawn in two stretches: twelve values a day make 12**4 combinations of four days, which fit 16 bits.
STRETCHES = (slice(0, 4), slice(4, 7))

Counts = npt.NDArray[np.int64]


def finish_days(week: Sequence[Sequence[int]], items: int, generator: np.random.Generator) -> Counts:
    """How many simulated runs finish on each day.

    Args:
        week: items finished on past days, for each weekday of a week, day 1's weekday first; none of the seven empty.
        items: how many must be finished, at least 1.

    Returns:
        Runs by day; index 0 is day 1. Runs that need more than HORIZON_DAYS are in none.
    """
    stretches = [_combinations(week[part]) for part in STRETCHES]
    finished = np.zeros(HORIZON_DAYS, np.int64)
    left = np.full(SIMULATIONS, items, np.int64)
    day = 0
    while day < HORIZON_DAYS and left.size:
        for done_by_day in stretches:
            left, over = _advance(left, done_by_day, generator)
            finished[day : day + len(done_by_day)] += over
            day += len(done_by_day)
    return finished


def day_reached(finished: Counts, share: float) -> int | None:
    """The first day, from 1, by which at least this share of all runs is done; None if that is beyond the horizon."""
    day = int(np.searchsorted(np.cumsum(finished), ceil(share * SIMULATIONS)))
    return day + 1 if day < len(finished) else None


def _combinations(days: Sequence[Sequence[int]]) -> Counts:
    """Every way the days can turn out, all equally likely: items done by the end of each day, shape (days, ways)."""
    grids = np.meshgrid(*(np.asarray(values, np.int64) for values in days), indexing="ij")
    ways: Counts = np.cumsum(np.stack([grid.ravel() for grid in grids]), axis=0)
    return ways


def _advance(left: Counts, done_by_day: Counts, generator: np.random.Generator) -> tuple[Counts, Counts]:
    """One stretch for every unfinished run: what is left of those that go on, and how many ended on each day."""
    ways = generator.integers(0, done_by_day.shape[1], left.size, dtype=np.uint16)
    after = left - done_by_day[-1].take(ways)
    ended = after <= 0
    day_of_end = (done_by_day[:, ways[ended]] < left[ended]).sum(axis=0)
    return after[~ended], np.bincount(day_of_end, minlength=len(done_by_day))
