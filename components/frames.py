"""Client models to tables for the charts (pure)."""

from collections import Counter
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Protocol, TypeVar

import pandas as pd

from components.charts.durations import Spread
from components.format import DAYS_PER_WEEK, LONGEST_LABEL, SECONDS_PER_HOUR, cell_text
from koalr_api import Deployment, DoraWeek, Incident, PullRequest


class Week(Protocol):
    """An entry of any trend."""

    @property
    def week_start(self) -> date:
        """Monday of the week."""

    @property
    def days(self) -> int | None:
        """Days of the week that have begun, None where the server does not say."""


W = TypeVar("W", bound=Week)


def full_weeks(trend: Sequence[W] | None) -> list[W]:
    """The weeks of a trend that are over: a line that ends on one day of a week shows that day as the news."""
    return [week for week in trend or () if week.days is None or week.days >= DAYS_PER_WEEK]


def weekly(trend: Sequence[Week], field: str, scale: float = 1.0) -> pd.DataFrame:
    """One row per week of a trend: week_start (date), value (float, NaN without data), days (of the week begun).

    Args:
        field: the attribute of a trend entry to take.
        scale: factor to the unit the chart shows.
    """
    return pd.DataFrame(
        {
            "week_start": [week.week_start for week in trend],
            "value": pd.array([_scaled(getattr(week, field), scale) for week in trend], dtype="float64"),
            "days": [week.days or 7 for week in trend],
        }
    )


def _scaled(value: float | None, scale: float) -> float:
    return float("nan") if value is None else value * scale


def weekly_deployments(trend: Sequence[DoraWeek]) -> pd.DataFrame:
    """One row per week: week_start, deployed (successful production deployments), failed (of them), days."""
    deployed = [week.n for week in trend]
    rates = [week.change_failure_rate or 0.0 for week in trend]
    return pd.DataFrame(
        {
            "week_start": [week.week_start for week in trend],
            "deployed": deployed,
            "failed": [round(count * rate) for count, rate in zip(deployed, rates, strict=True)],
            "days": [week.days or 7 for week in trend],
        }
    )


def weekly_dora(trend: Sequence[DoraWeek]) -> pd.DataFrame:
    """One row per week: week_start, deploy_frequency (/day), lead_time (h), change_failure_rate (0 to 1), mttr (min), days."""
    fields = ("deploy_frequency", "lead_time", "change_failure_rate", "mttr")
    return pd.DataFrame(
        {"week_start": [week.week_start for week in trend]}
        | {field: weekly(trend, field)["value"] for field in fields}
        | {"days": [week.days or DAYS_PER_WEEK for week in trend]}
    )


def cycle_times(pull_requests: Sequence[PullRequest]) -> pd.DataFrame:
    """One row per merged pull request with a known cycle time: finished_at, hours, label."""
    known = [row for row in pull_requests if row.cycle_time_secs is not None and row.merged_at is not None]
    return pd.DataFrame(
        {
            "finished_at": pd.to_datetime([row.merged_at for row in known if row.merged_at is not None], utc=True),
            "hours": [float(row.cycle_time_secs or 0) / SECONDS_PER_HOUR for row in known],
            "label": [cell_text(f"{row.repo} #{row.number}: {row.title}", LONGEST_LABEL) for row in known],
        }
    )


def merged_per_repository(pull_requests: Sequence[PullRequest]) -> pd.DataFrame:
    """One row per repository, the most first: name (untrusted text), count of merged pull requests."""
    counted = Counter(row.repo for row in pull_requests).most_common()
    return pd.DataFrame({"name": [name for name, _ in counted], "count": [count for _, count in counted]})


def with_incidents(weeks: pd.DataFrame, incidents: Sequence[Incident], since: date) -> pd.DataFrame:
    """The weeks with a column incidents: how many began in each; missing in weeks that ended before `since`."""
    begun = Counter(monday(incident.started_at.date()) for incident in incidents)
    return weeks.assign(
        incidents=pd.array(
            [begun[start] if start + timedelta(days=7) > since else None for start in weeks["week_start"]],
            dtype="Int64",
        )
    )


def monday(day: date) -> date:
    """The Monday of its week."""
    return day - timedelta(days=day.weekday())


def spread_rows(spread: Spread | None) -> pd.DataFrame:
    """One row per bin: from_hours, to_hours, items."""
    if spread is None:
        return pd.DataFrame()
    return pd.DataFrame({"from_hours": spread.lows, "to_hours": spread.highs, "items": spread.counts})


def lead_time_hours(deployments: Sequence[Deployment]) -> list[float]:
    """Hours of the deployments that shipped changes."""
    return [row.lead_time_secs / SECONDS_PER_HOUR for row in deployments if row.lead_time_secs is not None]
