"""The tables of records: one row each, one column per field, as they are shown and exported (pure).

Texts are others' and made safe for a cell; hours are numbers, so that they sort; what is not known is None, NaN or NaT.
"""

import re
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pandas as pd

from components import links
from components.format import DAYS_PER_WEEK, SECONDS_PER_HOUR, cell_text
from components.risk import band_of
from koalr_api import Deployment, Incident, PullRequest

FAILED_LATER = "failed later"
LEAD_TIME, CYCLE_TIME, RESTORE_TIME = "Lead time (h)", "Cycle time (h)", "Time to restore (h)"
SHORT_SHA = 7
LONG_SHA = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")


def deployment_rows(deployments: Sequence[Deployment]) -> pd.DataFrame:
    """Deployed (UTC), Repository, Version, Environment, Result, Lead time (h), Link (to commit or repository)."""
    return pd.DataFrame(
        {
            "Deployed": _times(row.deployed_at for row in deployments),
            "Repository": _texts(row.repo for row in deployments),
            "Version": _texts(version(row) for row in deployments),
            "Environment": _texts(row.env for row in deployments),
            "Result": _texts(result(row) for row in deployments),
            LEAD_TIME: _hours(row.lead_time_secs for row in deployments),
            "Link": _objects(links.commit(row.repo, row.sha) for row in deployments),
        }
    )


def version(row: Deployment) -> str | None:
    """What was deployed, as it is called; a commit by its first letters."""
    name = row.ref or row.sha
    return name[:SHORT_SHA] if name and (name == row.sha or LONG_SHA.fullmatch(name)) else name


def result(row: Deployment) -> str:
    """How it went, also later."""
    return FAILED_LATER if row.failed else row.status.replace("_", " ")


def pull_request_rows(pull_requests: Sequence[PullRequest]) -> pd.DataFrame:
    """Merged (UTC), Repository, Number, Title, Author, Cycle time (h), Risk (0 to 100), Level, Link."""
    scores = [row.risk_score for row in pull_requests]
    return pd.DataFrame(
        {
            "Merged": _times(row.merged_at for row in pull_requests),
            "Repository": _texts(row.repo for row in pull_requests),
            "Number": pd.array([row.number for row in pull_requests], dtype="Int64"),
            "Title": _texts(row.title for row in pull_requests),
            "Author": _texts(row.author for row in pull_requests),
            CYCLE_TIME: _hours(row.cycle_time_secs for row in pull_requests),
            "Risk": pd.array([None if score is None else round(score) for score in scores], dtype="Int64"),
            "Level": _objects(risk_level(score) for score in scores),
            # What the sample invented is nowhere to be found.
            "Link": _objects(
                None if row.simulated else links.pull_request(row.repo, row.number) for row in pull_requests
            ),
        }
    )


def risk_level(score: float | None) -> str | None:
    """low, medium, high or critical."""
    band = band_of(score)
    return band.tier if band else None


def incident_rows(incidents: Sequence[Incident]) -> pd.DataFrame:
    """Started (UTC), Title, Severity and Status as their source names them, Resolved (UTC), Time to restore (h), Repository, Link."""
    return pd.DataFrame(
        {
            "Started": _times(row.started_at for row in incidents),
            "Title": _texts(row.title for row in incidents),
            "Severity": _texts(row.severity for row in incidents),
            "Status": _texts(row.status for row in incidents),
            "Resolved": _times(row.resolved_at for row in incidents),
            RESTORE_TIME: _hours(row.mttr_secs for row in incidents),
            "Repository": _texts(row.repo for row in incidents),
            "Link": _objects(links.repository(row.repo) for row in incidents),
        }
    )


def incident_spans(incidents: Sequence[Incident], now: datetime) -> pd.DataFrame:
    """For the timeline: started_at (UTC), hours (to restore, or open until now), open, label."""
    return pd.DataFrame(
        {
            "started_at": _times(row.started_at for row in incidents),
            "hours": _hours(_seconds(row, now) for row in incidents),
            "open": [row.resolved_at is None for row in incidents],
            "label": [" · ".join(_known(row.title, row.severity)) for row in incidents],
        }
    ).dropna(subset=["hours"])


def _seconds(row: Incident, now: datetime) -> float | None:
    return row.mttr_secs if row.resolved_at is not None else max(0.0, (now - row.started_at).total_seconds())


def _known(*texts: str | None) -> list[str]:
    return [cell_text(text, 80) for text in texts if text]


def per_week(moments: Sequence[datetime], now: datetime, days: int) -> pd.DataFrame:
    """Counts per ISO week of the window: week_start (date), value, days (of the week that lie in the window)."""
    begin = (now - timedelta(days=days)).astimezone(UTC).date()
    end = now.astimezone(UTC).date()
    monday = begin - timedelta(days=begin.weekday())
    starts = [monday + timedelta(weeks=index) for index in range((end - monday).days // DAYS_PER_WEEK + 1)]
    counted = [(moment.astimezone(UTC).date() - monday).days // DAYS_PER_WEEK for moment in moments]
    return pd.DataFrame(
        {
            "week_start": starts,
            "value": [float(counted.count(index)) for index in range(len(starts))],
            "days": [_days_inside(start, begin, end) for start in starts],
        }
    )


def whole_weeks(weeks: pd.DataFrame) -> list[float]:
    """The counts of the weeks that lie whole in the window."""
    return [float(value) for value in weeks["value"][weeks["days"] >= DAYS_PER_WEEK]]


def _days_inside(start: date, begin: date, end: date) -> int:
    """Days of a week from the first day of the window, which is begun, to the last."""
    return (min(start + timedelta(days=6), end) - max(start, begin)).days + 1


def _times(moments: Iterable[datetime | None]) -> "pd.Series[Any]":
    return pd.Series(pd.to_datetime(list(moments), utc=True), dtype="datetime64[s, UTC]")  # type: ignore[arg-type,unused-ignore]


def _texts(texts: Iterable[str | None]) -> "pd.Series[Any]":
    return _objects(None if text is None else cell_text(text) for text in texts)


def _objects(values: Iterable[object]) -> "pd.Series[Any]":
    return pd.Series(list(values), dtype="object")


def _hours(seconds: Iterable[float | None]) -> "pd.Series[Any]":
    hours = [float("nan") if value is None else value / SECONDS_PER_HOUR for value in seconds]
    return pd.Series(hours, dtype="float64")
