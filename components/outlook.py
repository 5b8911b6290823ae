"""A forecast as dates by confidence: which months it spans, how sure each day is, the chance between its dates (pure)."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from statistics import NormalDist

SHARES = (50, 85, 95)
PROMISE = 85
"""The confidence, in per cent, a team may promise by."""
MONTHS = 3
MONTHS_PER_YEAR = 12
POINTS_BETWEEN = 24
SCOPES: Sequence[tuple[float, str]] = ((1.0, "as planned"), (1.25, "+25 %"), (1.5, "+50 %"), (2.0, "double"))
_NORMAL = NormalDist()


@dataclass(frozen=True, slots=True)
class Outlook:
    """When so many items are done.

    Attributes:
        today: the server's day.
        dates: by confidence in per cent (50, 85, 95); a date that is not in sight is left out.
    """

    items: int
    today: date
    dates: Mapping[int, date]

    @property
    def start(self) -> date:
        """Where the time of this forecast begins: today, or the day before its first date if that has passed."""
        return min([self.today, *(day - timedelta(days=1) for day in self.dates.values())])

    @property
    def promise(self) -> date | None:
        """The date that is 85 % sure."""
        return self.dates.get(PROMISE)

    def days(self, share: int) -> int:
        """Days from the start to a date."""
        return (self.dates[share] - self.start).days

    def step(self, day: date) -> int:
        """How sure it is that all is done by a day: 0 under 50 %, 1 from 50, 2 from 85, 3 from 95."""
        return max((index + 1 for index, share in enumerate(SHARES) if self._reached(share, day)), default=0)

    def _reached(self, share: int, day: date) -> bool:
        return share in self.dates and self.dates[share] <= day

    def shares_on(self, day: date) -> Sequence[int]:
        """The confidences whose date this is."""
        return [share for share in SHARES if self.dates.get(share) == day]


@dataclass(frozen=True, slots=True)
class Scope:
    """One answer to "what if the scope grows": how many items, in words, and when they are done."""

    words: str
    outlook: Outlook


def months_shown(outlook: Outlook) -> Sequence[date]:
    """The first days of three months: from this one if they reach the last date, else those of the dates themselves."""
    this = outlook.start.replace(day=1)
    coming = [_month_after(this, count) for count in range(MONTHS)]
    if not outlook.dates or max(outlook.dates.values()) < _month_after(coming[-1], 1):
        return coming
    chosen = {day.replace(day=1) for day in outlook.dates.values()}
    last = max(chosen)
    back = 1
    while len(chosen) < MONTHS:
        chosen.add(max(this, _month_after(last, -back)))
        back += 1
    return sorted(chosen)


def _month_after(first: date, count: int) -> date:
    months = first.year * 12 + first.month - 1 + count
    return date(months // 12, months % 12 + 1, 1)


@dataclass(frozen=True, slots=True)
class Curve:
    """Days from the start, and the chances (0 to 1) that all is done by then."""

    days: Sequence[float]
    chances: Sequence[float]


def chance_between(outlook: Outlook) -> Curve:
    """From the first date to the last.

    Between two dates the normal quantile of the chance grows straight with the logarithm of the days.
    """
    days, chances = [], []
    known = _known(outlook)
    for (day, chance), (next_day, next_chance) in pairwise(known):
        for point in range(POINTS_BETWEEN):
            part = point / POINTS_BETWEEN
            days.append(math.exp(_between(math.log(day), math.log(next_day), part)))
            chances.append(_NORMAL.cdf(_between(_NORMAL.inv_cdf(chance), _NORMAL.inv_cdf(next_chance), part)))
    days += [day for day, _ in known[-1:]]
    chances += [chance for _, chance in known[-1:]]
    return Curve(days, chances)


def chance_beyond(outlook: Outlook, end: float) -> tuple[Curve, Curve]:
    """Before the first date and after the last one until so many days: the pieces next to them go straight on.

    Without points where there is no such piece, because the dates beside it are the same.
    """
    known = _known(outlook)
    pieces = list(pairwise(known))
    if not pieces:
        return Curve([], []), Curve([], [])
    first, last = known[0][0], known[-1][0]
    before = [first * point / POINTS_BETWEEN for point in range(1, POINTS_BETWEEN + 1)]
    after = [last + (end - last) * point / POINTS_BETWEEN for point in range(POINTS_BETWEEN + 1)]
    return _straight_on(pieces[0], before), _straight_on(pieces[-1], after)


def _known(outlook: Outlook) -> Sequence[tuple[float, float]]:
    """Days and chances of the dates, in the order of the chances."""
    return [(float(outlook.days(share)), share / 100) for share in SHARES if share in outlook.dates]


def _straight_on(piece: tuple[tuple[float, float], tuple[float, float]], days: Sequence[float]) -> Curve:
    (first_day, first_chance), (last_day, last_chance) = piece
    if last_day <= first_day:
        return Curve([], [])
    low, high = _NORMAL.inv_cdf(first_chance), _NORMAL.inv_cdf(last_chance)
    slope = (high - low) / math.log(last_day / first_day)
    return Curve(days, [_NORMAL.cdf(low + slope * math.log(day / first_day)) for day in days])


def _between(low: float, high: float, part: float) -> float:
    return low + part * (high - low)


def scopes(items: int, most: int) -> Mapping[int, str]:
    """Item counts of a growing scope with their words; where rounding makes two the same, the larger growth names it."""
    counts = {math.ceil(items * factor): words for factor, words in SCOPES}
    counts[items] = SCOPES[0][1]
    return {count: words for count, words in sorted(counts.items()) if count <= most}


def day_text(day: date, today: date) -> str:
    """ "25 Apr", with the year if it is not this one."""
    year = f" {day.year}" if day.year != today.year else ""
    return f"{day.day} {day:%b}{year}"


def day_words(day: date, today: date) -> str:
    """ "Fri 25 April", with the year if it is not this one."""
    year = f" {day.year}" if day.year != today.year else ""
    return f"{day:%a} {day.day} {day:%B}{year}"


def date_ticks(start: date, first: float, last: float, most: int) -> tuple[Sequence[int], Sequence[str]]:
    """Positions (days from the start) and texts of at most so many firsts of months or years between two positions."""
    begin = start + timedelta(days=first)
    end = start + timedelta(days=min(last, (date.max - start).days))
    for step in (1, 2, 3, 6, 12, 24, 60, 120):
        found = [day for day in _firsts(begin, end, step) if begin <= day <= end]
        # Years are short.
        if len(found) <= most + (step >= MONTHS_PER_YEAR):
            break
    # Over centuries ten years are short, too.
    found = found[:: max(1, math.ceil(len(found) / (most + 1)))]
    positions = [(day - start).days for day in found]
    if step >= MONTHS_PER_YEAR:
        return positions, [f"{day.year}" for day in found]
    # The year is written where it begins to be another.
    return positions, [day_text(day, before) for before, day in pairwise([start, *found])]


def _firsts(begin: date, end: date, step: int) -> Sequence[date]:
    month = begin.year * 12 // step * step
    found = []
    while month <= end.year * 12 + end.month - 1:
        found.append(date(month // 12, month % 12 + 1, 1))
        month += step
    return found
