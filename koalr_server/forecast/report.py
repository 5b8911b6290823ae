"""The back-test of forecasts as figures: how often dates held, and how wide the forecasts were (pure; docs/FORECAST.md)."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from koalr_server.forecast.backtest import (
    HORIZONS_WEEKS,
    LEAST_BUSY_WEEKS,
    PATIENCE_WEEKS,
    STEADY_RUNS,
    STEP_WEEKS,
    past_forecasts,
)
from koalr_server.forecast.choice import chosen, coverage, served
from koalr_server.forecast.models import CONFIDENCES, MODELS, PLAIN, SHARES, SHORT_WEEKS
from koalr_server.forecast.weeks import DAYS_PER_WEEK, Counts
from koalr_server.metrics.rounding import rounded

TOO_SHORT = (
    f"no forecast can be judged: that takes {SHORT_WEEKS} weeks of history, {LEAST_BUSY_WEEKS} of them busy, "
    f"and {min(PATIENCE_WEEKS)} weeks after"
)


@dataclass(frozen=True, slots=True)
class Judged:
    """Forecasts of one way of making them: their horizons (n,), whether dates held (n, 3), days forecast (n, 3)."""

    horizon_weeks: Counts
    held: npt.NDArray[np.bool_]
    days: Counts

    def at(self, horizon_weeks: int) -> "Judged":
        """Those of one horizon."""
        rows = self.horizon_weeks == horizon_weeks
        return Judged(self.horizon_weeks[rows], self.held[rows], self.days[rows])


@dataclass(frozen=True, slots=True)
class Tested:
    """A series looked back at, with the model that would have served each forecast."""

    served: Judged
    plain: Judged
    models: Counter[str]


def report(
    series: Iterable[tuple[str, Sequence[int]]], pool: Sequence[str] | None = None, runs: int = STEADY_RUNS
) -> dict[str, Any]:
    """Back-tests of the served model and of plain sampling, per series and pooled over all forecasts.

    Every forecast is made from what lay before it, by the model that would have been served then.

    Args:
        series: names, and items finished per day, the oldest first.
        pool: names of those that are pooled; None: all.
        runs: how many futures each forecast is read from.
    """
    tested = [(name, finished, look_back(finished, runs)) for name, finished in series]
    pooled = [found for name, _, found in tested if pool is None or name in pool]
    return {
        "nominal": dict(zip(CONFIDENCES, SHARES, strict=True)),
        "horizonsWeeks": list(HORIZONS_WEEKS),
        "everyWeeks": STEP_WEEKS,
        "pooled": _figures([found.served for found in pooled], [found.plain for found in pooled]),
        "series": [
            {
                "series": name,
                "weeks": len(finished) // DAYS_PER_WEEK,
                "items": sum(finished),
                "model": chosen(tuple(finished)).model.name if len(found.served.days) else None,
                "models": dict(found.models.most_common()),
                **_figures([found.served], [found.plain]),
            }
            for name, finished, found in tested
        ],
    }


def look_back(finished: Sequence[int], runs: int = STEADY_RUNS) -> Tested:
    """Judge every forecast that can be.

    Args:
        runs: how many futures each forecast is read from.
    """
    past = past_forecasts(finished, MODELS, len(finished) // DAYS_PER_WEEK, runs)
    rows = np.arange(len(past.actual))
    places = served(past)
    plain = np.full(len(rows), MODELS.index(PLAIN))
    by_served, by_plain = (
        Judged(past.horizon_weeks, past.held(each), past.days[rows, each]) for each in (places, plain)
    )
    return Tested(by_served, by_plain, Counter(MODELS[place].name for place in places))


def _figures(served_ones: Sequence[Judged], plain_ones: Sequence[Judged]) -> dict[str, Any]:
    if not any(len(each.days) for each in served_ones):
        return {"forecasts": 0, **_beside(None, None), "byHorizon": [], "reason": TOO_SHORT}
    by_served, by_plain = _together(served_ones), _together(plain_ones)
    horizons = [(weeks, by_served.at(weeks), by_plain.at(weeks)) for weeks in HORIZONS_WEEKS]
    return {
        "forecasts": len(by_served.days),
        **_beside(by_served, by_plain),
        "byHorizon": [
            {"weeks": weeks, "forecasts": len(mine.days), **_beside(mine, plain)}
            for weeks, mine, plain in horizons
            if len(mine.days)
        ],
        "reason": None,
    }


def _together(found: Sequence[Judged]) -> Judged:
    return Judged(
        np.concatenate([each.horizon_weeks for each in found]),
        np.concatenate([each.held for each in found]),
        np.concatenate([each.days for each in found]),
    )


def _beside(mine: Judged | None, plain: Judged | None) -> dict[str, Any]:
    if mine is None or plain is None:
        return {"served": None, "plain": None, "intervalRatio": None}
    wide, plain_wide = _intervals(mine.days), _intervals(plain.days)
    return {
        "served": {"coverage": _coverage(mine), "medianIntervalDays": wide},
        "plain": {"coverage": _coverage(plain), "medianIntervalDays": plain_wide},
        "intervalRatio": {
            name: rounded(wide[name] / plain_wide[name]) if plain_wide[name] else None for name in plain_wide
        },
    }


def _coverage(judged: Judged) -> dict[str, float | None]:
    found = coverage(judged.held)
    return {} if found is None else {name: rounded(share) for name, share in asdict(found).items()}


def _intervals(days: Counts) -> dict[str, float]:
    """Median days from the P50 date to the others."""
    return {
        "p50ToP85": float(np.median(days[:, 1] - days[:, 0])),
        "p50ToP95": float(np.median(days[:, 2] - days[:, 0])),
    }
