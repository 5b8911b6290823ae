"""The window of an answer, the one before it, and the weeks of its trend."""

from dataclasses import dataclass
from datetime import datetime, timedelta

ONE_SECOND = timedelta(seconds=1)
WEEK = timedelta(days=7)
FEWEST_WEEKS = 8


@dataclass(frozen=True)
class Window:
    """Instants t with after < t <= until; `days` is what a rate divides by."""

    after: datetime
    until: datetime
    days: int

    def holds(self, moment: datetime | None) -> bool:
        return moment is not None and self.after < moment <= self.until


def current(now: datetime, days: int) -> Window:
    return Window(now - timedelta(days=days), now, days)


def previous(now: datetime, days: int) -> Window:
    return Window(now - timedelta(days=2 * days), now - timedelta(days=days), days)


def monday_of(moment: datetime) -> datetime:
    """Monday 00:00:00 UTC of the ISO week that holds the moment."""
    midnight = moment.replace(hour=0, minute=0, second=0)
    return midnight - timedelta(days=midnight.weekday())


def weeks(now: datetime, days: int) -> list[tuple[datetime, Window]]:
    """Every ISO week that meets the window and at least the last 8, oldest first, as (Monday, window cut at now)."""
    first = monday_of(now - timedelta(days=days) + ONE_SECOND)
    monday = monday_of(now)
    mondays = [monday]
    while mondays[-1] > first or len(mondays) < FEWEST_WEEKS:
        mondays.append(mondays[-1] - WEEK)
    return [(monday, _week(monday, now)) for monday in reversed(mondays)]


def _week(monday: datetime, now: datetime) -> Window:
    started_days = -((monday - now) // timedelta(days=1))  # rounds up: a day begun is a day counted
    days = min(7, max(1, started_days))
    return Window(monday - ONE_SECOND, min(monday + WEEK - ONE_SECOND, now), days)
