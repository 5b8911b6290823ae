"""The Monte Carlo simulation: week by week, each like a past one (pure; docs/FORECAST.md)."""

from math import ceil

import numpy as np

from koalr_server.forecast.draws import draw_weeks
from koalr_server.forecast.models import Model, Numbers
from koalr_server.forecast.trend import pace
from koalr_server.forecast.weeks import DAYS_PER_WEEK, Counts

SIMULATIONS = 10_000
# Ten years of 52 weeks. What lies further off is not in sight.
HORIZON_WEEKS = 520
HORIZON_DAYS = HORIZON_WEEKS * DAYS_PER_WEEK


def finish_days(
    weeks: Counts, items: int, model: Model, generator: np.random.Generator, until_share: float = 1.0
) -> Counts:
    """How many simulated runs finish on each day.

    The draws do not depend on `items`, so that more items are never done earlier.

    Args:
        weeks: as weeks.whole_weeks gives them, as many as are on record, at least one.
        items: how many must be finished, at least 1.
        until_share: the simulation ends with the week in which this share of the runs is done.

    Returns:
        Runs by day; index 0 is day 1. Runs that need more than HORIZON_DAYS, or longer than wanted, are in none.
    """
    finished = np.zeros(HORIZON_DAYS, np.int64)
    by_day = np.cumsum(weeks, axis=1, dtype=np.float64)
    totals = by_day[:, -1]
    if not totals[: model.window_weeks].any():
        return finished
    speeds = weekly_pace(model, totals)
    left = np.full(SIMULATIONS, items, np.float64)
    wanted = runs_at(until_share)
    for week, drawn in zip(range(HORIZON_WEEKS), draw_weeks(model, len(weeks), SIMULATIONS, generator), strict=False):
        after = left - totals.take(drawn) * speeds[week]
        ended = np.flatnonzero(after <= 0)
        if len(ended):
            day = (by_day[drawn[ended], :-1] * speeds[week] < left[ended, None]).sum(axis=1)
            finished[week * DAYS_PER_WEEK : (week + 1) * DAYS_PER_WEEK] += np.bincount(day, minlength=DAYS_PER_WEEK)
            after[ended] = np.inf
            wanted -= len(ended)
            if wanted <= 0:
                break
        left = after
    return finished


def runs_at(share: float) -> int:
    """The least number of runs that are this share of all."""
    return ceil(round(share * SIMULATIONS, 6))


def weekly_pace(model: Model, totals: Numbers) -> Numbers:
    """What the model multiplies drawn weeks by, per week ahead; all ones but for a trend."""
    if not model.trend:
        return np.ones(HORIZON_WEEKS)
    return pace(totals, model.shares(len(totals)), HORIZON_WEEKS)


def day_reached(finished: Counts, share: float) -> int | None:
    """The first day, from 1, by which at least this share of all runs is done; None if that is beyond the horizon."""
    day = int(np.searchsorted(np.cumsum(finished), runs_at(share)))
    return day + 1 if day < len(finished) else None
