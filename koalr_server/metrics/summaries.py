"""A metric's answer: the window's figures, the window before, and the weekly trend, all from one query."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from koalr_server.metrics.scope import Query, Scope
from koalr_server.metrics.windows import Window, trend_weeks

Metric = Callable[[Query, Sequence[Window], Scope, datetime], list[dict[str, Any]]]


def summarise(metric: Metric, query: Query, now: datetime, days: int, scope: Scope) -> dict[str, Any]:
    """The documented fields, plus `previous` (the same for the window before) and `trend` (one entry per ISO week).

    A trend entry carries weekStart as a date, `days` begun in that week, and `n`.
    """
    window = Window.rolling(now, days)
    weeks = trend_weeks(window)
    figures = metric(query, [window, window.previous(), *(week.window for week in weeks)], scope, now)
    current, previous, *weekly = figures
    trend = [
        {"weekStart": week.starts_on, "days": week.window.days, **entry}
        for week, entry in zip(weeks, weekly, strict=True)
    ]
    return {**_without_n(current), "previous": _without_n(previous), "trend": trend}


def _without_n(figures: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in figures.items() if name != "n"}
