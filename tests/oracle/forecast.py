"""Forecasts by exact arithmetic: the distribution that the server's simulation samples from."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from fractions import Fraction
from math import ceil

from tests.oracle.belonging import scope_of
from tests.oracle.flow import Item, read_items
from tests.oracle.numbers import quantile, written
from tests.oracle.rows import Organisation, Row, required_instant
from tests.oracle.windows import WEEK, monday_of

DAY = timedelta(days=1)
WEEKS = 12
HORIZON = 3_640
SHARES = {"p50": 0.5, "p85": 0.85, "p95": 0.95}


def forecast_delivery(org: Organisation, now: datetime | str, items: int, team: str | None = None) -> Row:
    """The documented fields, dates as text."""
    moment = required_instant(now)
    days = days_to_finish(history(read_items(org, scope_of(org, team), moment), moment), moment.date(), items)
    dates = {
        name: None if day is None else (moment.date() + day * DAY).isoformat()
        for name, day in zip(SHARES, days, strict=True)
    }
    return {"items": items, "teamId": team, **dates, "simulations": 10_000}


def forecast_backlog(org: Organisation, now: datetime | str, team: str | None = None) -> Row:
    """The documented fields."""
    moment = required_instant(now)
    items = read_items(org, scope_of(org, team), moment)
    counts = [Fraction(count) for count in weekly(items, moment)]
    size = backlog_size(items, moment)
    days: list[int | None] = [None, None]
    if size == 0:
        days = [0, 0]
    elif size is not None:
        days = days_to_finish(history(items, moment), moment.date(), size)[:2]
    weeks = [None if day is None else ceil(Fraction(day * 10, 7)) / 10 for day in days]
    return {
        "weeklyThroughputP50": written(quantile(counts, Fraction(50, 100))),
        "weeklyThroughputP85": written(quantile(counts, Fraction(85, 100))),
        "backlogSize": size,
        "weeksToEmpty": {"p50": weeks[0], "p85": weeks[1]},
    }


def backlog_size(items: list[Item], now: datetime) -> int | None:
    """Items opened by now and neither done nor closed; None if nothing says when any was opened."""
    opened = [item for item in items if item.opened_at is not None and item.opened_at <= now]
    if not opened:
        return None
    return sum(not any(end is not None and end <= now for end in (item.done_at, item.closed_at)) for item in opened)


def first_known(items: list[Item]) -> datetime | None:
    moments = [at for item in items for at in (item.opened_at, item.begun_at, item.done_at) if at is not None]
    return min(moments, default=None)


def history(items: list[Item], now: datetime) -> list[tuple[date, int]]:
    """Each whole day of the last 84 with how many items it finished, from the first known item's day on."""
    first = first_known(items)
    days = [now.date() - back * DAY for back in range(WEEKS * 7, 0, -1)]
    return [(day, _finished(items, day)) for day in days if first is not None and day >= first.date()]


def weekly(items: list[Item], now: datetime) -> list[int]:
    """Items of each of the last 12 full ISO weeks, from the first known item's week on."""
    first = first_known(items)
    mondays = [monday_of(now) - back * WEEK for back in range(WEEKS, 0, -1)]
    return [
        sum(_finished(items, (monday + offset * DAY).date()) for offset in range(7))
        for monday in mondays
        if first is not None and monday >= monday_of(first)
    ]


def _finished(items: list[Item], day: date) -> int:
    return sum(item.done_at is not None and item.done_at.date() == day for item in items)


def days_to_finish(days: list[tuple[date, int]], today: date, items: int) -> list[int | None]:
    """The first day, tomorrow being 1, by which all items are done with each confidence."""
    busy = {(today - day - DAY).days // 7 for day, finished in days if finished}
    if len(busy) < 5:
        return [None] * len(SHARES)
    pools = [[finished for day, finished in days if day.weekday() == weekday] for weekday in range(7)]
    shares = shares_done([pools[(today + ahead * DAY).weekday()] for ahead in range(1, 8)], items)
    found = []
    for wanted in SHARES.values():
        # A hair below the share: sums of floats may fall short of what is exactly reached.
        found.append(next((day for day, share in enumerate(shares) if share >= wanted - 1e-9), None))
    return found


def shares_done(week: Sequence[Sequence[int]], items: int) -> list[float]:
    """The probability that all items are done by each day; index 0 is today, and the last is (nearly) 1 or the horizon."""
    left = {items: 1.0}
    shares = [0.0]
    while shares[-1] < 0.9999 and len(shares) <= HORIZON:
        pool = week[(len(shares) - 1) % 7]
        after: dict[int, float] = defaultdict(float)
        for open_items, probability in left.items():
            for finished in pool:
                after[max(0, open_items - finished)] += probability / len(pool)
        left = dict(after)
        shares.append(left.get(0, 0.0))
    return shares
