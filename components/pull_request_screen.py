"""The merged pull requests by week, and as a screen on a wall (pure)."""

from collections.abc import Sequence
from datetime import datetime
from statistics import median
from typing import NamedTuple

import pandas as pd

from components.bars import bars, per_bar
from components.charts.flow import weekly_bars
from components.filters import Filters
from components.format import COUNT, NO_DATA, duration, duration_unit
from components.frames import weekly
from components.record_words import counted_fact, cycle_hours, pull_requests_sentence, within_a_day
from components.records import per_week, risk_level, whole_weeks
from components.screen import Fact, Screen, Tile
from components.sheets import Sheet
from koalr_api import Flow, KoalrError, PullRequest

RISKY = ("high", "critical")


class Answers(NamedTuple):
    """What the page is drawn from; flow stands in for the weeks where the rows are not all there."""

    chosen: Filters
    now: datetime
    sheet: Sheet[PullRequest]
    flow: Flow | KoalrError | None


class Weeks(NamedTuple):
    """Title, what a bar counts, and the bars; None where nobody tells them."""

    title: str
    what: str
    drawn: pd.DataFrame | None


def weeks_of(told: Answers, shown: Sequence[PullRequest]) -> Weeks:
    """The weeks of these rows if all are there, else of what flow counts."""
    if told.sheet.whole:
        moments = [row.merged_at for row in shown if row.merged_at is not None]
        drawn = bars(per_week(moments, told.now, told.chosen.days))
        return Weeks(f"Merged per {per_bar(drawn)}", "pull requests merged", drawn)
    if not isinstance(told.flow, Flow) or not told.flow.trend:
        return Weeks("Merged per week", "pull requests merged", None)
    drawn = bars(weekly(told.flow.trend, "n"))
    return Weeks(f"Items finished per {per_bar(drawn)}", "items finished", drawn)


def screen(told: Answers) -> Screen:
    """How many, how quickly, how risky, and the weeks."""
    title, what, drawn = weeks_of(told, told.sheet.rows)
    return Screen(
        pull_requests_sentence(told.sheet, told.chosen.days, brief=True),
        tiles(told),
        title,
        (lambda palette: weekly_bars(drawn, palette, what)) if drawn is not None else None,
        facts(told.sheet),
    )


def tiles(told: Answers) -> list[Tile]:
    """How many were merged, their median, how many within a day, how many risky."""
    of = f"of {'all' if told.sheet.whole else 'the latest'} {COUNT.text(len(told.sheet.rows))}"
    return [merged_tile(told), *timed_tiles(cycle_hours(told.sheet.rows), of), risk_tile(told.sheet.rows, of)]


def merged_tile(told: Answers) -> Tile:
    """How many in the window."""
    moments = [row.merged_at for row in told.sheet.rows if row.merged_at is not None]
    history = whole_weeks(per_week(moments, told.now, told.chosen.days)) if told.sheet.whole else ()
    return Tile("Merged", COUNT.text(told.sheet.total), note=f"in {told.chosen.days} days", history=history)


def timed_tiles(hours: Sequence[float], of: str) -> list[Tile]:
    """Their median, and how many took no longer than a day."""
    if not hours:
        return [Tile(name, NO_DATA, note="no known start") for name in ("Cycle time", "Within a day")]
    middle = median(hours)
    unit = duration_unit(middle)
    within = round(100 * within_a_day(hours))
    return [
        Tile("Cycle time", unit.number(middle), unit.symbol, note=f"median {of}"),
        Tile("Within a day", str(within), "%", note=of),
    ]


def risk_tile(rows: Sequence[PullRequest], of: str) -> Tile:
    """How many have a high risk."""
    levels = [risk_level(row.risk_score) for row in rows if row.risk_score is not None]
    risky = sum(1 for level in levels if level in RISKY)
    return Tile("High risk", COUNT.text(risky), note=of) if levels else Tile("High risk", NO_DATA, note="no scores")


def facts(sheet: Sheet[PullRequest]) -> list[Fact]:
    """Of the latest rows: repositories, people, the slowest."""
    if not sheet.rows:
        return []
    hours, authors = cycle_hours(sheet.rows), {row.author for row in sheet.rows if row.author}
    return [
        counted_fact(len({row.repo for row in sheet.rows}), "repository", "repositories"),
        *([counted_fact(len(authors), "author", "authors")] if authors else []),
        *([Fact(duration(max(hours)), "the slowest")] if hours else []),
    ]
