"""Which model serves a team: the one whose past forecasts did best (pure; docs/FORECAST.md)."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from koalr_server.forecast.backtest import PastForecasts, past_forecasts
from koalr_server.forecast.models import MODELS, PLAIN, SHARES, Model
from koalr_server.forecast.weeks import Counts

MEMORY_WEEKS = 104
"""Older forecasts say nothing about how a team works now."""

EXPECTED_LOSSES = {
    "plain": 0.1552,
    "recent": 0.1438,
    "blended": 0.1416,
    "blocks": 0.1444,
    "recent-persistent": 0.1404,
    "blended-persistent": 0.1382,
    "blended-very-persistent": 0.1381,
    "trend-persistent": 0.1622,
}
"""Mean loss of each model over nine public repositories, as `make bench` works it out anew (docs/FORECAST.md): what is
expected of a model before a team's own past says more."""

EXPECTED_FORECASTS = 45
"""How many of a team's own forecasts the expectation weighs."""

TIE = 0.002
"""Losses this close together tell nothing apart; the simpler model comes first."""


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


@lru_cache(maxsize=64)
def choose(finished: tuple[int, ...]) -> Choice:
    """Choose by the last two years; the youngest forecasts count once they are judged.

    Args:
        finished: items per day up to yesterday, the oldest first.
    """
    past = past_forecasts(finished, MODELS, MEMORY_WEEKS)
    return Choice(
        MODELS[best(past, 0)],
        len(past.actual),
        coverage(past, served(past)),
        coverage(past, np.full(len(past.actual), MODELS.index(PLAIN))),
    )


def best(past: PastForecasts, weeks_ago: int) -> int:
    """The model with the least loss, by forecasts judged by then, of equal ones the first; the place in `past.models`."""
    counted = past.known(weeks_ago) & (past.weeks_ago <= weeks_ago + MEMORY_WEEKS)
    expected = np.array([EXPECTED_LOSSES[model.name] for model in past.models])
    total = EXPECTED_FORECASTS * expected + past.losses()[counted].sum(axis=0)
    return int(np.flatnonzero(total <= total.min() * (1 + TIE))[0])


def served(past: PastForecasts) -> Counts:
    """The model that would have served each past forecast, shape (n,)."""
    places = np.zeros(len(past.actual), np.int64)
    for weeks_ago in np.unique(past.weeks_ago):
        places[past.weeks_ago == weeks_ago] = best(past, int(weeks_ago))
    return places


def coverage(past: PastForecasts, places: Counts) -> Coverage | None:
    """How often the dates of the models at `places` held; None without forecasts."""
    if not len(past.actual):
        return None
    days = past.days[np.arange(len(places)), places]
    held = (past.actual[:, None] <= days).mean(axis=0)
    return Coverage(*(float(held[place]) for place in range(len(SHARES))))
