"""Reads the counts of a scope through a query function."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import fields
from datetime import datetime, timedelta
from typing import Any, TypeVar

from koalr_server.diagnosis import statements
from koalr_server.diagnosis.counts import (
    RECENT_DAYS,
    ChangeCounts,
    CopilotCounts,
    Counts,
    CustomMetric,
    DeploymentCounts,
    ForecastCounts,
    IncidentCounts,
    ItemCounts,
    Part,
    PullRequestCounts,
    RiskCounts,
    TeamCounts,
)
from koalr_server.forecast.history import read_history
from koalr_server.forecast.models import LONG_WEEKS
from koalr_server.forecast.weeks import busy_weeks
from koalr_server.metrics.scope import Query, Rows, prepared, resolve

T = TypeVar("T")
OVERDUE = timedelta(days=14)


def count(
    rows: Query, now: datetime, team_ids: Collection[str] | None, custom_metrics: Sequence[CustomMetric] = ()
) -> Counts:
    """The counts of some teams together (None: the organisation) as of `now`, naive UTC; aggregates only.

    Recent are the RECENT_DAYS days up to the newest fact, so that old data show their own gaps and not only their age.
    """

    def query(sql: str, parameters: Mapping[str, object]) -> Rows:
        return rows(*prepared(sql, parameters))

    scope = resolve(query, team_ids)
    newest = query(statements.NEWEST, {**scope.parameters(), "now": now})[0]
    newest_at = max((at for at in newest.values() if at is not None), default=None)
    parameters = {
        **scope.parameters(),
        "now": now,
        "since": (newest_at or now) - timedelta(days=RECENT_DAYS),
        "overdue": now - OVERDUE,
    }

    def read(model: type[T], statement: str) -> T:
        return _read(model, query(statement, parameters)[0])

    history = read_history(query, now, scope)
    drawn = history.weeks[:LONG_WEEKS]
    return Counts(
        now=now,
        everyone=scope.everyone,
        newest_at=newest_at,
        commits=query(statements.COMMITS, parameters)[0]["commits"],
        newest_commit_at=newest["committed_at"],
        deployments=read(DeploymentCounts, statements.DEPLOYMENTS),
        pull_requests=read(PullRequestCounts, statements.PULL_REQUESTS),
        changes=read(ChangeCounts, statements.CHANGES),
        incidents=read(IncidentCounts, statements.INCIDENTS),
        items=read(ItemCounts, statements.ITEMS),
        copilot=read(CopilotCounts, statements.COPILOT),
        risk=read(RiskCounts, statements.RISK),
        teams=read(TeamCounts, statements.TEAMS),
        forecast=ForecastCounts(busy_weeks(drawn), len(drawn), int(drawn.sum()), history.backlog_size),
        custom_metrics=tuple(custom_metrics),
    )


def _read(model: type[T], row: Mapping[str, Any]) -> T:
    """A model of counts from the columns named after its fields."""
    values: dict[str, Any] = {}
    for field in fields(model):  # type: ignore[arg-type]
        name = field.name
        if isinstance(field.default, Part):
            values[name] = Part(row[f"{name}_lacking"], row[f"{name}_of"], tuple(row[f"{name}_examples"] or ()))
        else:
            values[name] = tuple(row[name] or ()) if isinstance(field.default, tuple) else row[name]
    return model(**values)
