"""The sentence above each table of records, computed from its numbers (pure; no untrusted text goes in)."""

from collections.abc import Sequence
from datetime import datetime
from statistics import fmean, median

import pandas as pd

from components.format import COUNT, HOURS_PER_DAY, SECONDS_PER_HOUR, day_label, duration, percent, rate
from components.screen import Fact
from components.sheets import Sheet
from koalr_api import Dora, Incident, PullRequest

MOST_WEEKS_NAMED = 3
BOTS = "those of bots too, which lead time, flow and review figures leave out"


def counted(number: int, one: str, many: str) -> str:
    """ "1 row", "2 rows"."""
    return f"{COUNT.text(number)} {one if number == 1 else many}"


def counted_fact(number: int, one: str, many: str) -> Fact:
    """The same for a wall."""
    return Fact(COUNT.text(number), one if number == 1 else many)


def deployments_sentence(total: int, days: int, dora: Dora | None) -> str:
    """How many, how often production is reached, and how often that fails.

    Args:
        dora: figures of the same rows; None if there are none.
    """
    if not total:
        return f"Nothing was deployed in these {days} days."
    told = f"{counted(total, 'deployment', 'deployments')} in {days} days"
    if dora is None or not dora.deploy_frequency:
        return f"{told}."
    failed = f", {percent(dora.change_failure_rate)} failed" if dora.change_failure_rate is not None else ""
    return f"{told}; in production {rate(dora.deploy_frequency)}{failed}."


def failed_weeks_words(weeks: pd.DataFrame, searched_since: datetime | None) -> str:
    """Where to look for failures that the rows searched do not hold; empty if no week is known to have any.

    Args:
        weeks: week_start (date), failed (of the production deployments), as `frames.weekly_deployments` gives them.
        searched_since: the oldest row that was searched.
    """
    failed = weeks[weeks["failed"] > 0].tail(MOST_WEEKS_NAMED).iloc[::-1]
    if failed.empty:
        return ""
    named = [
        f"{count} in the week of {day_label(start)}"
        for start, count in zip(failed["week_start"], failed["failed"], strict=True)
    ]
    since = (
        f" The rows searched begin on {day_label(searched_since)}, {searched_since:%H:%M}." if searched_since else ""
    )
    return f"Failed later in production: {', '.join(named)}.{since}"


def pull_requests_sentence(sheet: Sheet[PullRequest], days: int, *, brief: bool = False) -> str:
    """How many were merged, and how long half of them took.

    Args:
        brief: for a wall, where the title says what they are.
    """
    if not sheet.total:
        return f"No pull request was merged in these {days} days."
    what = COUNT.text(sheet.total) if brief else counted(sheet.total, "pull request", "pull requests")
    told = f"{what} merged in {days} days"
    hours = cycle_hours(sheet.rows)
    if not hours:
        return f"{told}."
    latest = "the latest" if sheet.first == 1 else "these"
    whose = "half of them" if sheet.whole else f"half of {latest} {COUNT.text(len(sheet.rows))}"
    return f"{told}, {whose} within {duration(median(hours))}."


def cycle_hours(rows: Sequence[PullRequest]) -> list[float]:
    """Of those with a known start."""
    return [row.cycle_time_secs / SECONDS_PER_HOUR for row in rows if row.cycle_time_secs is not None]


def within_a_day(hours: Sequence[float]) -> float:
    """The share of durations of at most a day; at least one duration."""
    return sum(value <= HOURS_PER_DAY for value in hours) / len(hours)


def restore_hours(rows: Sequence[Incident]) -> list[float]:
    """Of those that are resolved."""
    return [row.mttr_secs / SECONDS_PER_HOUR for row in rows if row.mttr_secs is not None]


def still_open(rows: Sequence[Incident]) -> list[Incident]:
    """Those not resolved, the oldest first."""
    return sorted((row for row in rows if row.resolved_at is None), key=lambda row: row.started_at)


def incidents_sentence(rows: Sequence[Incident], now: datetime, days: int) -> str:
    """What is open and since when, else how long restoring took."""
    if not rows:
        return f"No incident began in these {days} days."
    running, restored = still_open(rows), restore_hours(rows)
    if running:
        age = duration(max(0.0, (now - running[0].started_at).total_seconds() / SECONDS_PER_HOUR))
        return f":red[{counted(len(running), 'incident is', 'incidents are')} open], the oldest for {age}."
    told = f"No incident open; {COUNT.text(len(rows))} in {days} days"
    return f"{told}, restored in {duration(fmean(restored))} on average." if restored else f"{told}."
