"""Forecasts by exact arithmetic: the distribution that the server's simulation samples from."""

from collections import defaultdict
from collections.abc import Callable, Sequence
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
DRAWN_WEEKS = 52
READ_WEEKS = 264
HORIZON_WEEKS = 520
BLEND = ((4, 0.22), (12, 0.40), (52, 0.38))
# Model: the weeks drawn from, how often each is drawn (by its age), how often a week repeats the one before.
SPECIFIED: dict[str, tuple[int, Callable[[int, int], float], float]] = {
    "plain": (12, lambda _age, _known: 1.0, 0.0),
    "recent": (52, lambda age, _known: 0.5 ** (age / 6), 0.0),
    "blended": (52, lambda age, known: blend(age, known), 0.0),
    "recent-persistent": (52, lambda age, _known: 0.5 ** (age / 6), 0.3),
    "blended-persistent": (52, lambda age, known: blend(age, known), 0.3),
    "blended-very-persistent": (52, lambda age, known: blend(age, known), 0.5),
}
READ_AT = {"plain": (0.5, 0.85, 0.95)}
READ_LATER = (0.55, 0.88, 0.96)
# What serves while no forecast of a team's own can be judged.
UNPROVEN = "blended-persistent"
NAMES = ("p50", "p85", "p95")


def blend(age: int, known: int) -> float:
    """The share of a week among the last 4, 12 and 52 there are."""
    return sum(share / min(span, known) for span, share in BLEND if age < span)


def forecast_delivery(org: Organisation, now: datetime | str, items: int, team: str | None = None) -> Row:
    """The documented fields, dates as text, of a history too short for a back-test."""
    moment = required_instant(now)
    days = days_to_finish(history(read_items(org, scope_of(org, team), moment), moment), items, UNPROVEN)
    dates = {
        name: None if day is None else (moment.date() + day * DAY).isoformat()
        for name, day in zip(NAMES, days, strict=True)
    }
    return {"items": items, "teamId": team, **dates, "simulations": 10_000}


def forecast_backlog(org: Organisation, now: datetime | str, team: str | None = None) -> Row:
    """The documented fields, of a history too short for a back-test."""
    moment = required_instant(now)
    items = read_items(org, scope_of(org, team), moment)
    counts = [Fraction(count) for count in weekly(items, moment)]
    size = backlog_size(items, moment)
    days: list[int | None] = [None, None]
    if size == 0:
        days = [0, 0]
    elif size is not None:
        days = days_to_finish(history(items, moment), size, UNPROVEN)[:2]
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
    """Each day of the last 264 weeks with how many items it finished, from the week of the first finished item on."""
    weeks = []
    for back in range(READ_WEEKS, 0, -1):
        days = [now.date() - (7 * back - day) * DAY for day in range(7)]
        weeks.append([(day, _finished(items, day)) for day in days])
    while weeks and not any(done for _, done in weeks[0]):
        weeks.pop(0)
    return [counted for week in weeks for counted in week]


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


def days_to_finish(days: list[tuple[date, int]], items: int, model: str) -> list[int | None]:
    """The first day, tomorrow being 1, by which all items are done with each confidence."""
    weeks = on_record(whole_weeks([finished for _, finished in days]))
    if sum(map(any, weeks[:DRAWN_WEEKS])) < 5:
        return [None] * len(NAMES)
    shares = shares_done(weeks, items, model)
    # A hair below the share: sums of floats may fall short of what is exactly reached.
    return [
        next((day for day, share in enumerate(shares) if share >= wanted - 1e-9), None)
        for wanted in READ_AT.get(model, READ_LATER)
    ]


def whole_weeks(finished: Sequence[int]) -> list[list[int]]:
    """Weeks of seven days counted back from yesterday, the latest first; each begins with the weekday of tomorrow."""
    weeks = []
    for end in range(len(finished), 6, -7):
        of_today, *others = finished[end - 7 : end]
        weeks.append([*others, of_today])
    return weeks


def on_record(weeks: Sequence[Sequence[int]]) -> list[Sequence[int]]:
    """Those since the first finished item and since the last twelve weeks without one."""
    kept: list[Sequence[int]] = []
    empty: list[Sequence[int]] = []
    for week in weeks:
        if not any(week):
            empty.append(week)
            if len(empty) == WEEKS:
                break
            continue
        kept += [*empty, week]
        empty = []
    return kept


def shares_done(weeks: Sequence[Sequence[int]], items: int, model: str = "plain") -> list[float]:
    """The probability that all items are done by each day; index 0 is today, and the last is (nearly) 1 or the horizon.

    Carries the distribution of (items left, week drawn last) from week to week: no chance in it.
    """
    window, weight, persistence = SPECIFIED[model]
    known = min(window, len(weeks))
    weights = [weight(age, known) for age in range(known)]
    drawn = [share / sum(weights) for share in weights]
    state: dict[tuple[int, int | None], float] = {(items, None): 1.0}
    shares = [0.0]
    while shares[-1] < 0.9999 and len(shares) <= HORIZON_WEEKS * 7:
        ended = [0.0] * 7
        after: dict[tuple[int, int | None], float] = defaultdict(float)
        for (left, last), probability in state.items():
            for week, share in enumerate(drawn):
                chance = share if last is None else (1 - persistence) * share + persistence * (week == last)
                day = next((day for day in range(7) if sum(weeks[week][: day + 1]) >= left), None)
                if day is None:
                    kept = week if persistence else None
                    after[left - sum(weeks[week]), kept] += probability * chance
                else:
                    ended[day] += probability * chance
        for day in range(7):
            shares.append(shares[-1] + ended[day])
        state = dict(after)
    return shares
