"""What forecasts rest on: items finished per day, and open work (docs/METRICS.md#delivery-forecast)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from koalr_server.forecast.weeks import DAYS_PER_WEEK, Counts, on_record, whole_weeks
from koalr_server.metrics.scope import BY_ITEM, Query, Scope
from koalr_server.metrics.windows import ONE_WEEK, week_start

# Two years of forecasts to tell of, the two before that the first of them was chosen by, the year that the first of those
# was drawn from, and the weeks since the choice was made.
HISTORY_WEEKS = 104 + 104 + 52 + 4
THROUGHPUT_WEEKS = 12

FINISHED = f"""
SELECT done_day AS day, count(*) AS finished FROM flow_items
WHERE done_day >= CAST($since AS DATE) AND done_day < CAST($today AS DATE) AND {BY_ITEM} GROUP BY done_day
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
        finished: items per day of the last five years (264 weeks), in whole weeks from that of the first finished item.
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
    since = midnight - HISTORY_WEEKS * ONE_WEEK
    parameters = {**scope.parameters(), "now": now, "today": midnight, "since": since}
    per_day = _per_day(query, parameters)
    (work,) = query(OPEN, parameters)
    return History(
        today=midnight.date(),
        finished=_finished(per_day, midnight.date()),
        weekly=_weekly(per_day, monday, _first_week(query, scope, monday)),
        backlog_size=int(work["open"]) if work["opened"] else None,
    )


def read_finished(query: Query, now: datetime, scope: Scope) -> tuple[int, ...]:
    """Items finished on every day from that of the first up to yesterday, however long ago."""
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    parameters = {**scope.parameters(), "since": datetime.min, "today": midnight}  # noqa: DTZ901 - naive UTC
    return _finished(_per_day(query, parameters), midnight.date())


def _per_day(query: Query, parameters: Mapping[str, object]) -> dict[date, int]:
    return {found["day"]: int(found["finished"]) for found in query(FINISHED, parameters)}


def _finished(per_day: Mapping[date, int], today: date) -> tuple[int, ...]:
    days = (today - min(per_day, default=today)).days
    # Whole weeks, counted back: the week of the first item is one like the others.
    days += -days % DAYS_PER_WEEK
    return tuple(per_day.get(today - timedelta(days=ago), 0) for ago in range(days, 0, -1))


def _first_week(query: Query, scope: Scope, monday: datetime) -> datetime | None:
    """The Monday of the first known item, or an earlier one than matters."""
    earliest = monday - THROUGHPUT_WEEKS * ONE_WEEK
    # When the first item was seen matters only if that is not before the weeks begin, which is soon known.
    if query(EARLIER, {**scope.parameters(), "since": earliest})[0]["found"]:
        return earliest
    first_seen: datetime | None = query(FIRST_SEEN, scope.parameters())[0]["at"]
    return week_start(first_seen) if first_seen else None


def _weekly(per_day: Mapping[date, int], monday: datetime, first_week: datetime | None) -> tuple[int, ...]:
    if first_week is None:
        return ()
    first = max(first_week, monday - THROUGHPUT_WEEKS * ONE_WEEK).date()
    mondays = range((monday.date() - first).days // DAYS_PER_WEEK)
    return tuple(
        sum(per_day.get(first + timedelta(days=DAYS_PER_WEEK * week + day), 0) for day in range(DAYS_PER_WEEK))
        for week in mondays
    )
