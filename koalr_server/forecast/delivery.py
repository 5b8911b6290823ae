"""The delivery forecast: dates by which so many items are done (docs/METRICS.md#delivery-forecast)."""

import hashlib
import json
from datetime import timedelta
from typing import Any

import numpy as np

from koalr_server.forecast.history import DAYS_PER_WEEK, HISTORY_WEEKS, History
from koalr_server.forecast.simulation import HORIZON_DAYS, SIMULATIONS, day_reached, finish_days

MODEL = "weekday-bootstrap-1"
LEAST_BUSY_WEEKS = 5
SHARES = {"p50": 0.50, "p85": 0.85, "p95": 0.95}
HORIZON_YEARS = HORIZON_DAYS // (52 * DAYS_PER_WEEK)


def delivery(history: History, items: int, team_id: str | None) -> dict[str, Any]:
    """The documented fields, and `model`, `historyWeeks`, `historyItems`, `reason`.

    Args:
        items: how many must be finished, at least 1.
    """
    days, reason = days_to_finish(history, items, team_id)
    dates = {name: None if day is None else history.today + timedelta(days=day) for name, day in days.items()}
    return {"items": items, "teamId": team_id, **dates, **basis(history), "reason": reason}


def days_to_finish(history: History, items: int, team_id: str | None) -> tuple[dict[str, int | None], str | None]:
    """Days from today by confidence, tomorrow being 1, and why one is unknown (None if all are known)."""
    reason = too_little(history)
    if reason is not None:
        return dict.fromkeys(SHARES), reason
    finished = finish_days(_week_from_tomorrow(history), items, generator_for(history, items, team_id))
    days = {name: day_reached(finished, share) for name, share in SHARES.items()}
    return days, _not_in_sight(history, items, days)


def generator_for(history: History, items: int, team_id: str | None) -> np.random.Generator:
    """The randomness of one question: the same question on the same day is answered with the same runs."""
    question = [MODEL, history.today.isoformat(), history.finished, items, team_id]
    digest = hashlib.sha256(json.dumps(question).encode()).digest()
    return np.random.Generator(np.random.PCG64(int.from_bytes(digest[:16])))


def basis(history: History) -> dict[str, Any]:
    """What a forecast rests on."""
    return {
        "simulations": SIMULATIONS,
        "model": MODEL,
        "historyWeeks": history.weeks,
        "historyItems": history.items,
    }


def too_little(history: History) -> str | None:
    """Why the history carries no forecast, or None."""
    if history.busy_weeks >= LEAST_BUSY_WEEKS:
        return None
    return (
        f"Too little history: items were finished in {history.busy_weeks} of the last {HISTORY_WEEKS} weeks "
        f"({history.items} in all); a forecast needs {LEAST_BUSY_WEEKS} such weeks."
    )


def _week_from_tomorrow(history: History) -> list[list[int]]:
    by_weekday = history.by_weekday()
    tomorrow = (history.today.weekday() + 1) % DAYS_PER_WEEK
    return by_weekday[tomorrow:] + by_weekday[:tomorrow]


def _not_in_sight(history: History, items: int, days: dict[str, int | None]) -> str | None:
    missing = [name.upper() for name, day in days.items() if day is None]
    if not missing:
        return None
    return (
        f"{', '.join(missing)} not in sight: {items} items are more than the simulated runs finish in "
        f"{HORIZON_YEARS} years at {history.items} items in {history.weeks} weeks."
    )
