"""The frame of every metric answer: the documented fields, the window before, and the weekly trend."""

from collections.abc import Callable
from datetime import datetime

from tests.oracle.rows import Row
from tests.oracle.windows import Window, current, previous, weeks

Measure = Callable[[Window], tuple[Row, int]]
"""The documented fields of one window, and n: how many things they rest on."""


def answer(measure: Measure, now: datetime, days: int) -> Row:
    """The documented fields with `previous` and `trend` beside them."""
    fields, _ = measure(current(now, days))
    before, _ = measure(previous(now, days))
    return {**fields, "previous": before, "trend": [_entry(measure, *week) for week in weeks(now, days)]}


def _entry(measure: Measure, monday: datetime, window: Window) -> Row:
    fields, n = measure(window)
    return {"weekStart": monday.date().isoformat(), "days": window.days, "n": n, **fields}
