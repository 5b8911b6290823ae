"""Which model serves a team: the one whose past forecasts did best (pure; docs/FORECAST.md)."""

from dataclasses import dataclass
from datetime import date
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from koalr_server.forecast.backtest import PastForecasts, past_forecasts
from koalr_server.forecast.models import MODELS, PLAIN, Model
from koalr_server.forecast.weeks import DAYS_PER_WEEK, Counts

MEMORY_WEEKS = 104
"""Older forecasts say nothing about how a team works now."""

EXPECTED_LOSSES = {
    "plain": 0.1552,
    "recent": 0.1440,
    "blended": 0.1417,
    "blocks": 0.1444,
    "recent-persistent": 0.1406,
    "blended-persistent": 0.1384,
    "blended-very-persistent": 0.1386,
    "trend-persistent": 0.1623,
}
"""Mean loss of each model over nine public repositories, as `make bench` works it out anew (docs/FORECAST.md): what is
expected of a model before a team's own past says more."""

EXPECTED_FORECASTS = 45
"""How many of a team's own forecasts the expectation weighs."""

DECIDED_EVERY_WEEKS = 4
FIRST_MONDAY = 1
"""Day 1 of the calendar."""


@dataclass(frozen=True, slots=True)
class Coverage:
    """How often dates held: shares of `forecasts` done by their P50, P85 and P95."""

    p50: float
    p85: float
    p95: float


@dataclass(frozen=True, slots=True)
class Choice:
    """The model that serves, and how it and plain sampling did in the past.

    Attributes:
        forecasts: how many past forecasts that rests on.
        served: of what would have been served each time, chosen from what was known then; None without any.
    """

    model: Model
    forecasts: int
    served: Coverage | None
    plain: Coverage | None


def choose(finished: tuple[int, ...], today: date) -> Choice:
    """Choose by the forecasts of the last two years, as it was four weeks ago at the most.

    A choice holds for four weeks from a Monday, so that dates do not flicker with it.

    Args:
        finished: items per day up to yesterday, the oldest first.
    """
    since_days = (today.toordinal() - FIRST_MONDAY) % (DECIDED_EVERY_WEEKS * DAYS_PER_WEEK)
    return chosen(finished[: max(0, len(finished) - since_days)])


@lru_cache(maxsize=1_024)
def chosen(finished: tuple[int, ...]) -> Choice:
    """The choice on the day after the last one given."""
    past = past_forecasts(finished, MODELS, 2 * MEMORY_WEEKS)
    told = past.weeks_ago <= MEMORY_WEEKS
    plain = np.full(len(told), MODELS.index(PLAIN))
    return Choice(
        MODELS[best(past, 0)],
        int(np.count_nonzero(told)),
        coverage(past.held(served(past))[told]),
        coverage(past.held(plain)[told]),
    )


def best(past: PastForecasts, weeks_ago: int) -> int:
    """The model with the least loss, by forecasts judged by then, of equal ones the first; the place in `past.models`."""
    counted = past.known(weeks_ago) & (past.weeks_ago <= weeks_ago + MEMORY_WEEKS)
    expected = np.array([EXPECTED_LOSSES[model.name] for model in past.models])
    total = EXPECTED_FORECASTS * expected + past.losses()[counted].sum(axis=0)
    return int(np.argmin(total))


def served(past: PastForecasts) -> Counts:
    """The model that would have served each past forecast, shape (n,)."""
    places = np.zeros(len(past.actual), np.int64)
    for weeks_ago in np.unique(past.weeks_ago):
        places[past.weeks_ago == weeks_ago] = best(past, int(weeks_ago))
    return places


def coverage(held: npt.NDArray[np.bool_]) -> Coverage | None:
    """Shares of forecasts that held, of shape (n, 3); None without any."""
    return Coverage(*held.mean(axis=0).tolist()) if len(held) else None
