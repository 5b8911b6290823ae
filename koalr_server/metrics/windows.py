"""Windows of time (pure). Facts carry whole seconds, so `after < t <= until` covers every case, weeks included."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

ONE_SECOND = timedelta(seconds=1)
ONE_WEEK = timedelta(days=7)
LEAST_TREND_WEEKS = 8


@dataclass(frozen=True, slots=True)
class Window:
    """after < t <= until, naive UTC; `days` is what rates divide by."""

    after: datetime
    until: datetime
    days: int

    @classmethod
    def rolling(cls, until: datetime, days: int) -> "Window":
        """The `days` days that end at `until`."""
        return cls(until - timedelta(days=days), until, days)

    def previous(self) -> "Window":
        """The window of the same length just before this one."""
        return Window.rolling(self.after, self.days)


@dataclass(frozen=True, slots=True)
class Week:
    """An ISO week cut at now; `window.days` counts the days of it that have begun."""

    starts_on: date
    window: Window


def week_start(moment: datetime) -> datetime:
    """Monday 00:00:00 of the ISO week a moment lies in."""
    midnight = moment.replace(hour=0, minute=0, second=0, microsecond=0)
    return midnight - timedelta(days=midnight.weekday())


def trend_weeks(window: Window) -> list[Week]:
    """The ISO weeks a window touches, oldest first, at least eight, the last one holding the window's end."""
    now = window.until
    last = week_start(now)
    first = min(week_start(window.after + ONE_SECOND), last - (LEAST_TREND_WEEKS - 1) * ONE_WEEK)
    weeks = (last - first) // ONE_WEEK + 1
    return [_week(first + index * ONE_WEEK, now) for index in range(weeks)]


def _week(starts: datetime, now: datetime) -> Week:
    begun = min(7, max(1, math.ceil((now - starts) / timedelta(days=1))))
    until = min(starts + ONE_WEEK - ONE_SECOND, now)
    return Week(starts.date(), Window(starts - ONE_SECOND, until, begun))


def window_parameters(windows: Sequence[Window]) -> dict[str, object]:
    """Parameters of WINDOWS_SQL and `placed`: the window asked for, the one before, then the weeks, as summaries.py has them."""
    current, previous, first_week = windows[0], windows[1], windows[2]
    return {
        "earliest": min(previous.after, first_week.after),
        "latest": current.until,
        "current_after": current.after,
        "previous_after": previous.after,
        "first_week": first_week.after + ONE_SECOND,
        "window_ids": list(range(len(windows))),
        "afters": [window.after for window in windows],
        "untils": [window.until for window in windows],
    }


WINDOWS_SQL = """windows AS (
    SELECT unnest($window_ids::INTEGER[]) AS id, unnest($afters::TIMESTAMP[]) AS after, unnest($untils::TIMESTAMP[]) AS until
)"""


def placed(rows: str, time: str) -> str:
    """SQL for the rows of a relation once per window that holds their time, with the window's `id`.

    Arithmetic instead of a join on ranges: the two windows lie end to end, and so do the weeks. `rows` must hold only
    times in ($earliest, $latest], and it and `time` are SQL text of this package, never input.
    """
    return (
        f"SELECT CASE WHEN {time} > $current_after THEN 0 ELSE 1 END AS id, * FROM {rows} WHERE {time} > $previous_after "  # noqa: S608
        f"UNION ALL SELECT 2 + date_diff('week', $first_week::TIMESTAMP, {time}), * FROM {rows} WHERE {time} >= $first_week"
    )
