"""The back-test of forecasts as figures: how often dates held, and how wide the forecasts were (pure; docs/FORECAST.md)."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from koalr_server.forecast.backtest import (
    HORIZONS_WEEKS,
    LEAST_BUSY_WEEKS,
    PATIENCE_WEEKS,
    STEADY_RUNS,
    STEP_WEEKS,
    PastForecasts,
    past_forecasts,
)
from koalr_server.forecast.choice import best, served
from koalr_server.forecast.models import MODELS, PLAIN, SHARES, SHORT_WEEKS
from koalr_server.forecast.weeks import DAYS_PER_WEEK, Counts
from koalr_server.metrics.rounding import rounded

NAMES = ("p50", "p85", "p95")
TOO_SHORT = (
    f"no forecast can be judged: that takes {SHORT_WEEKS} weeks of history, {LEAST_BUSY_WEEKS} of them busy, "
    f"and {min(PATIENCE_WEEKS)} weeks after"
)


def report(series: Mapping[str, Sequence[int]], runs: int = STEADY_RUNS) -> dict[str, Any]:
    """Back-tests of the served model and of plain sampling, per series and pooled over all forecasts.

    Every forecast is made from what lay before it, by the model that would have been served then.

    Args:
        series: items finished per day, the oldest first, by name.
        runs: how many futures each forecast is read from.
    """
    past = {
        name: past_forecasts(finished, MODELS, len(finished) // DAYS_PER_WEEK, runs)
        for name, finished in series.items()
    }
    places = {name: served(found) for name, found in past.items()}
    return {
        "nominal": dict(zip(NAMES, SHARES, strict=True)),
        "horizonsWeeks": list(HORIZONS_WEEKS),
        "everyWeeks": STEP_WEEKS,
        "pooled": _figures(list(past.values()), list(places.values())),
        "series": [
            {
                "series": name,
                "weeks": len(finished) // DAYS_PER_WEEK,
                "items": sum(finished),
                "model": MODELS[best(past[name], 0)].name,
                "models": dict(Counter(MODELS[place].name for place in places[name]).most_common()),
                **_figures([past[name]], [places[name]]),
            }
            for name, finished in series.items()
        ],
    }


def _figures(past: Sequence[PastForecasts], places: Sequence[Counts]) -> dict[str, Any]:
    actual = np.concatenate([found.actual for found in past]) if past else np.empty(0, np.int64)
    if not len(actual):
        return {"forecasts": 0, "served": None, "plain": None, "intervalRatio": None, "reason": TOO_SHORT}
    plain = MODELS.index(PLAIN)
    served_days = np.concatenate(
        [found.days[np.arange(len(chosen)), chosen] for found, chosen in zip(past, places, strict=True)]
    )
    plain_days = np.concatenate([found.days[:, plain] for found in past])
    wide, plain_wide = _intervals(served_days), _intervals(plain_days)
    return {
        "forecasts": len(actual),
        "served": {"coverage": _coverage(actual, served_days), "medianIntervalDays": wide},
        "plain": {"coverage": _coverage(actual, plain_days), "medianIntervalDays": plain_wide},
        "intervalRatio": {
            name: rounded(wide[name] / plain_wide[name]) if plain_wide[name] else None for name in plain_wide
        },
        "reason": None,
    }


def _coverage(actual: Counts, days: Counts) -> dict[str, float | None]:
    return {
        name: rounded(float(share)) for name, share in zip(NAMES, (actual[:, None] <= days).mean(axis=0), strict=True)
    }


def _intervals(days: Counts) -> dict[str, float]:
    """Median days from the P50 date to the others."""
    return {
        f"p50To{name.upper()}": float(np.median(days[:, place] - days[:, 0]))
        for place, name in ((1, "p85"), (2, "p95"))
    }
