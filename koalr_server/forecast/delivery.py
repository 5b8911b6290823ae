"""The delivery forecast: dates by which so many items are done (docs/METRICS.md#delivery-forecast)."""

import hashlib
import json
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np

from koalr_server.forecast.backtest import LEAST_BUSY_WEEKS
from koalr_server.forecast.choice import Choice, Coverage, choose
from koalr_server.forecast.exact import plain_days
from koalr_server.forecast.history import History
from koalr_server.forecast.models import CONFIDENCES, LONG_WEEKS, PLAIN, SHARES, SHORT_WEEKS, Model
from koalr_server.forecast.simulation import (
    HORIZON_WEEKS,
    SIMULATIONS,
    day_reached,
    finish_days,
)
from koalr_server.forecast.weeks import DAYS_PER_WEEK, PAUSE_WEEKS, busy_weeks
from koalr_server.metrics.rounding import rounded

VERSION = "2"
"""Part of the seed: raise it where a change makes other runs of the same question."""

WEEKS_PER_YEAR = 52

Days = dict[str, int | None]


@dataclass(frozen=True, slots=True)
class Outlook:
    """When so many items are done.

    Attributes:
        days: from today by confidence, tomorrow being 1; None if unknown.
        plain_days: the same by plain sampling.
        choice: None if the history is too short to choose from.
        reason: why a day is unknown; None if all are known.
    """

    days: Days
    plain_days: Days
    choice: Choice | None
    reason: str | None


def delivery(history: History, items: int, team_id: str | None) -> dict[str, Any]:
    """The documented fields, and `plain`, `reason` and those of `basis`.

    Args:
        items: how many must be finished, at least 1.
    """
    found = outlook(history, items, team_id)
    return {
        "items": items,
        "teamId": team_id,
        **_dates(history.today, found.days),
        **basis(history, found.choice),
        "plain": _dates(history.today, found.plain_days),
        "reason": found.reason,
    }


def outlook(history: History, items: int, team_id: str | None) -> Outlook:
    """By the model that serves this history, and by plain sampling."""
    reason = too_little(history)
    if reason is not None:
        unknown: Days = dict.fromkeys(CONFIDENCES)
        return Outlook(unknown, dict(unknown), None, reason)
    choice = choose(history.finished, history.today)
    days = _days(history, items, team_id, choice.model)
    plain_days = days if choice.model == PLAIN else _plain_days(history, items)
    return Outlook(days, plain_days, choice, _not_in_sight(history, items, days))


def basis(history: History, choice: Choice | None) -> dict[str, Any]:
    """What a forecast rests on: the model, the weeks it draws from, and how it did in the past."""
    weeks = history.weeks[: choice.model.window_weeks if choice else LONG_WEEKS]
    return {
        "simulations": SIMULATIONS,
        "model": choice.model.name if choice else None,
        "historyWeeks": len(weeks),
        "historyItems": int(weeks.sum()),
        "backtest": None if choice is None else _backtest(choice),
    }


def too_little(history: History) -> str | None:
    """Why the history carries no forecast, or None."""
    if any(history.finished) and not any(history.finished[-PAUSE_WEEKS * DAYS_PER_WEEK :]):
        return f"Not in sight: nothing was finished in the last {PAUSE_WEEKS} weeks, so there is no pace to go by."
    weeks = history.weeks[:LONG_WEEKS]
    busy = busy_weeks(weeks)
    if busy >= LEAST_BUSY_WEEKS:
        return None
    return (
        f"Too little history: items were finished in {busy} of the {len(weeks)} weeks on record ({weeks.sum()} in all); "
        f"a forecast needs {LEAST_BUSY_WEEKS} such weeks."
    )


def generator_for(history: History, team_id: str | None, model: Model) -> np.random.Generator:
    """The randomness of one question: the same question on the same day is answered with the same runs.

    Whatever the number of items: it is the same futures that finish more of them later.
    """
    question = [VERSION, model.name, history.today.isoformat(), history.finished, team_id]
    digest = hashlib.sha256(json.dumps(question).encode()).digest()
    return np.random.Generator(np.random.SFC64(int.from_bytes(digest[:16])))


def _days(history: History, items: int, team_id: str | None, model: Model) -> Days:
    generator = generator_for(history, team_id, model)
    runs = finish_days(history.weeks, items, model, generator, until_share=model.read_at[-1])
    return {name: day_reached(runs, share) for name, share in zip(CONFIDENCES, model.read_at, strict=True)}


def _plain_days(history: History, items: int) -> Days:
    return dict(zip(CONFIDENCES, plain_days(history.weeks, items, SHARES), strict=True))


def _dates(today: date, days: Days) -> dict[str, date | None]:
    return {name: None if day is None else today + timedelta(days=day) for name, day in days.items()}


def _backtest(choice: Choice) -> dict[str, Any] | None:
    if choice.served is None or choice.plain is None:
        return None
    return {"sampleSize": choice.forecasts, **_shares(choice.served), "plain": _shares(choice.plain)}


def _shares(found: Coverage) -> dict[str, float | None]:
    return {name: rounded(share) for name, share in asdict(found).items()}


def _not_in_sight(history: History, items: int, days: Days) -> str | None:
    missing = [name.upper() for name, day in days.items() if day is None]
    if not missing:
        return None
    return (
        f"{', '.join(missing)} not in sight: {items} items are more than the simulated runs finish in "
        f"{HORIZON_WEEKS // WEEKS_PER_YEAR} years at {history.weeks[:SHORT_WEEKS].sum()} items in the last {SHORT_WEEKS} weeks."
    )
