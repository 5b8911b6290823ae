"""UK working time: durations of work measured in the hours in which the office is open."""

from bisect import bisect_right
from datetime import date, datetime, time, timedelta

OPEN_SECS = 8 * 3600 + 30 * 60
OPENS_AT = time(9)
FIRST_DAY = date(2024, 7, 1)
# Past the end of the data on purpose: work that would be done in April is what is in progress at the end of March.
LAST_DAY = date(2025, 4, 30)
HOLIDAYS = frozenset({date(2024, 8, 26), date(2024, 12, 25), date(2024, 12, 26), date(2025, 1, 1)})
# Clocks are an hour ahead of UTC before the first and from the second day on.
WINTER = (date(2024, 10, 27), date(2025, 3, 30))
ONE_HOUR = timedelta(hours=1)


def _openings() -> list[datetime]:
    """When each working day begins, naive UTC."""
    days = (FIRST_DAY + timedelta(days=n) for n in range((LAST_DAY - FIRST_DAY).days + 1))
    return [
        datetime.combine(day, OPENS_AT) - (timedelta(0) if WINTER[0] <= day < WINTER[1] else ONE_HOUR)
        for day in days
        if day.weekday() < 5 and day not in HOLIDAYS
    ]


OPENINGS = _openings()


def worked_secs(moment: datetime) -> int:
    """Working seconds from the first day to a moment."""
    day = bisect_right(OPENINGS, moment) - 1
    if day < 0:
        return 0
    return day * OPEN_SECS + min(OPEN_SECS, int((moment - OPENINGS[day]).total_seconds()))


def moment_at(worked: int) -> datetime:
    """The earliest moment with so many working seconds before it; `moment_at(worked_secs(t))` is never after t."""
    day = min(max(0, (worked - 1) // OPEN_SECS), len(OPENINGS) - 1)
    return OPENINGS[day] + timedelta(seconds=min(OPEN_SECS, max(0, worked - day * OPEN_SECS)))


def hours_before(moment: datetime, hours: float) -> datetime:
    """The moment so many working hours earlier."""
    return moment_at(worked_secs(moment) - round(hours * 3600))


def is_open(moment: datetime) -> bool:
    """Whether somebody is at work."""
    day = bisect_right(OPENINGS, moment) - 1
    return day >= 0 and moment - OPENINGS[day] <= timedelta(seconds=OPEN_SECS)


def working_days(first: date, last: date) -> list[date]:
    """Working days from first to last, both included."""
    return [opening.date() for opening in OPENINGS if first <= opening.date() <= last]
