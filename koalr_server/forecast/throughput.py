"""Reads weekly throughput from a CSV file (pure; docs/FORECAST.md)."""

import csv
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date
from itertools import pairwise

from koalr_server.errors import InputError
from koalr_server.forecast.weeks import DAYS_PER_WEEK

COLUMNS = ("series", "week", "count")
MOST_ITEMS = 1_000_000
MOST_WEEKS = 5_200
NUMBER = re.compile(r"\d{1,9}", re.ASCII)
WEEK_NUMBER = re.compile(r"\d{1,5}", re.ASCII)
Finished = tuple[int, ...]


def read_throughput(lines: Iterable[str], name: str) -> dict[str, Finished]:
    """Items finished per day, the oldest first, by series, in the order of the file.

    Weeks without a row finished nothing. A file says nothing of days, so a week's items are spread evenly over its seven.

    Args:
        lines: of CSV with the columns series, week and count, in any order, among others; a week is a date in it, an ISO
            week such as 2026-W07, or a number that counts up.
        name: what the file is called in messages.

    Raises:
        InputError: a column is missing, or a value is none; the text names the line.
    """
    reader = csv.DictReader(lines, strict=True)
    weekly: dict[str, dict[int, int]] = defaultdict(dict)
    try:
        reader.fieldnames = [column.strip().lower() for column in reader.fieldnames or ()]
        missing = [column for column in COLUMNS if column not in reader.fieldnames]
        if missing:
            raise InputError(
                f"{name} has no column {missing[0]!r}; its first line should name {', '.join(COLUMNS)}, with commas between."
            )
        for row in reader:
            where = f"{name}, line {reader.line_num}"
            series, week = _text(row, "series", where), _week(_text(row, "week", where), where)
            if week in weekly[series]:
                raise InputError(
                    f"{where}: the week {row['week']!r} of {series[:80]!r} is there twice; add the counts up."
                )
            weekly[series][week] = _count(_text(row, "count", where), where)
    except csv.Error as error:
        raise InputError(f"{name}, line {reader.line_num}: no CSV: {error}.") from None
    return {series: _daily(found, f"{name}, series {series[:80]!r}") for series, found in weekly.items()}


def _text(row: Mapping[str, str | None], column: str, where: str) -> str:
    value = (row.get(column) or "").strip()
    if not value:
        raise InputError(f"{where}: {column} is empty.")
    return value


def _week(text: str, where: str) -> int:
    """The number of a week."""
    if WEEK_NUMBER.fullmatch(text):
        return int(text)
    try:
        # 202607 and 20260209 would pass for numbers that count up, with gaps.
        day = date.fromisoformat(text) if "-" in text else None
    except ValueError:
        day = None
    if day is None:
        raise InputError(
            f"{where}: week is {text[:80]!r}; a date such as 2026-02-09, an ISO week such as 2026-W07 or a number of up to "
            "five digits that counts up is expected."
        )
    # Day 1 of the calendar was a Monday, so weeks begin on Mondays.
    return (day.toordinal() - 1) // DAYS_PER_WEEK


def _count(text: str, where: str) -> int:
    if not NUMBER.fullmatch(text) or int(text) > MOST_ITEMS:
        raise InputError(f"{where}: count is {text[:80]!r}; a whole number from 0 to {MOST_ITEMS:,} is expected.")
    return int(text)


def _daily(weekly: Mapping[int, int], where: str) -> Finished:
    first, last = min(weekly), max(weekly)
    if last - first >= MOST_WEEKS:
        raise InputError(f"{where}: its weeks are {last - first:,} weeks apart; at most {MOST_WEEKS:,} are read.")
    return tuple(items for week in range(first, last + 1) for items in _spread(weekly.get(week, 0)))


def _spread(items: int) -> list[int]:
    """Whole items over seven days, as evenly as may be."""
    done = [items * day // DAYS_PER_WEEK for day in range(DAYS_PER_WEEK + 1)]
    return [after - before for before, after in pairwise(done)]
