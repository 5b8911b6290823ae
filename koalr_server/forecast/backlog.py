"""The backlog forecast: how much is open, how much a week finishes, how long until it is empty (docs/METRICS.md#backlog)."""

from math import ceil
from typing import Any

import numpy as np

from koalr_server.forecast.choice import Choice
from koalr_server.forecast.delivery import basis, outlook
from koalr_server.forecast.history import History
from koalr_server.forecast.weeks import DAYS_PER_WEEK
from koalr_server.metrics.rounding import rounded

CONFIDENCES = ("p50", "p85")
NOTHING_OPENED = (
    "The backlog is unknown: nothing says when work was opened. Import work_items, or pull_requests with createdAt."
)


def backlog(history: History, team_id: str | None) -> dict[str, Any]:
    """The documented fields, and `teamId`, `throughputWeeks`, `reason` and those of `basis`."""
    weeks, choice, reason = _weeks_to_empty(history, team_id)
    return {
        "weeklyThroughputP50": _percentile(history.weekly, 50),
        "weeklyThroughputP85": _percentile(history.weekly, 85),
        "backlogSize": history.backlog_size,
        "weeksToEmpty": weeks,
        "teamId": team_id,
        "throughputWeeks": len(history.weekly),
        **basis(history, choice),
        "reason": reason,
    }


def _percentile(weekly: tuple[int, ...], percent: int) -> float | None:
    """Of plain weekly counts, with linear interpolation."""
    return rounded(float(np.percentile(weekly, percent))) if weekly else None


def _weeks_to_empty(history: History, team_id: str | None) -> tuple[dict[str, float | None], Choice | None, str | None]:
    size = history.backlog_size
    if size is None:
        return dict.fromkeys(CONFIDENCES), None, NOTHING_OPENED
    if size == 0:
        return dict.fromkeys(CONFIDENCES, 0), None, None
    found = outlook(history, size, team_id)
    weeks = {name: _weeks(found.days[name]) for name in CONFIDENCES}
    # A P95 beyond the horizon is no gap in this answer.
    return weeks, found.choice, found.reason if None in weeks.values() else None


def _weeks(days: int | None) -> float | None:
    """Days in weeks, rounded up to one decimal so as never to promise a day too early."""
    return None if days is None else ceil(days * 10 / DAYS_PER_WEEK) / 10
