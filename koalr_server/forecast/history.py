"""What forecasts rest on: items finished per day, and open work (docs/METRICS.md#delivery-forecast)."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from koalr_server.forecast.weeks import DAYS_PER_WEEK, Counts, on_record, whole_weeks
from koalr_server.metrics.scope import BY_ITEM, Query, Scope
from koalr_server.metrics.windows import ONE_WEEK, week_start

# Two years in which forecasts would have been made, and the year that the first of them would have drawn from.
HISTORY_WEEKS = 156
THROUGHPUT_WEEKS = 12

FINISHED = f"""
SELECT CAST(done_at AS DATE) AS day, count(*) AS finished FROM flow_items
WHERE done_at >= $since AND done_at < $today AND {BY_ITEM} GROUP BY day
"""  # noqa: S608 - composed of this package's own constants
# What ended by now is not open, and need not be read; the conditions behind it say what open means.
OPEN = f"""
SELECT count(*) AS open, EXISTS (SELECT 1 FROM flow_items WHERE created_at <= $now AND {BY_ITEM}) AS opened
FROM flow_items
WHERE (ended_at IS NULL OR ended_at > $now) AND created_at <= $now
  AND (done_at IS NULL OR done_at > $now) AND (closed_at IS NULL OR closed_at > $now) AND {BY_ITEM}
"""  # noqa: S608
EARLIER = f"""
SELECT EXISTS (SELECT 1 FROM flow_items WHERE least(created_at, in_progress_from, done_at) < $since AND {BY_ITEM}) AS found
"""  # noqa: S608
FIRST_SEEN = f"SELECT min(least(created_at, in_progress_from, done_at)) AS at FROM flow_items WHERE {BY_ITEM}"  # noqa: S608


@dataclass(frozen=True, slots=True)
class History:
    """Items finished on each whole day up to yesterday, oldest first.

    Attributes:
        today: the day that has begun; it is no part of the history.
        finished: items per day of the last three years (156 weeks), fewer if the first known item is younger.
        weekly: items per ISO week of the last 12 full ones, without those before the first known item's.
        backlog_size: items opened and neither done nor closed; None if no item's opening is known.
    """

    today: date
    finished: tuple[int, ...]
    weekly: tuple[int, ...]
    backlog_size: int | None

    @property
    def weeks(self) -> Counts:
        """Those on record, the latest first; see weeks.py."""
        weeks = whole_weeks(self.finished)
        return weeks[: on_record(weeks.sum(axis=1))]


def read_history(query: Query, now: datetime, scope: Scope) -> History:
    """The history of a scope as it stood at `now` (naive UTC)."""
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    monday = week_start(now)
    since = min(midnight, monday) - HISTORY_WEEKS * ONE_WEEK
    parameters = {**scope.parameters(), "now": now, "today": midnight, "since": since}
    per_day = {found["day"]: int(found["finished"]) for found in query(FINISHED, parameters)}
    (work,) = query(OPEN, parameters)
    # When the first item was seen matters only if that is not before the history begins, which is soon known.
    earlier = query(EARLIER, parameters)[0]["found"]
    first_seen: datetime | None = since if earlier else query(FIRST_SEEN, parameters)[0]["at"]
    days = _days(midnight - HISTORY_WEEKS * ONE_WEEK, midnight, first_seen)
    week_days = _days(monday - THROUGHPUT_WEEKS * ONE_WEEK, monday, week_start(first_seen) if first_seen else None)
    weekly = [
        sum(per_day.get(day, 0) for day in week_days[start : start + DAYS_PER_WEEK])
        for start in range(0, len(week_days), DAYS_PER_WEEK)
    ]
    return History(
        today=midnight.date(),
        finished=tuple(per_day.get(day, 0) for day in days),
        weekly=tuple(weekly),
        backlog_size=int(work["open"]) if work["opened"] else None,
    )


def read_finished(query: Query, now: datetime, scope: Scope) -> tuple[int, ...]:
    """Items finished on every day from the first known item's up to yesterday, however long ago."""
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    first_seen: datetime | None = query(FIRST_SEEN, scope.parameters())[0]["at"]
    days = _days(datetime.min, midnight, first_seen)  # noqa: DTZ901 - naive UTC, as everywhere here
    if not days:
        return ()
    parameters = {**scope.parameters(), "since": first_seen, "today": midnight}
    per_day = {found["day"]: int(found["finished"]) for found in query(FINISHED, parameters)}
    return tuple(per_day.get(day, 0) for day in days)


def _days(earliest: datetime, end: datetime, first_seen: datetime | None) -> list[date]:
    """Every day from the earliest, or from the first known item's if that is later, up to the end, which is excluded."""
    if first_seen is None:
        return []
    first = max(earliest.date(), first_seen.date())
    return [first + timedelta(days=offset) for offset in range((end.date() - first).days)]
