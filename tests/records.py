"""Rows of lists, made by hand."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from koalr_api import Deployment, Incident, Page, PullRequest
from koalr_api.model import Rows

MOMENT = datetime(2026, 3, 14, 18, 22, tzinfo=UTC)


def deployment(index: int = 1, **fields: Any) -> Deployment:
    """A good one to production, `index` hours before MOMENT."""
    made = {"repo": "acme/api", "env": "production", "status": "success", "lead_time_secs": 67200.0}
    return Deployment(**{"id": str(index), "deployed_at": MOMENT - timedelta(hours=index), **made, **fields})


def pull_request(index: int = 1, **fields: Any) -> PullRequest:
    """One that took a day, merged `index` hours before MOMENT."""
    made = {
        "title": "feat: retry",
        "repo": "acme/api",
        "author": "jsmith",
        "cycle_time_secs": 86400.0,
        "risk_score": 42.0,
    }
    return PullRequest(
        **{"id": str(index), "number": index, "merged_at": MOMENT - timedelta(hours=index), **made, **fields}
    )


def incident(index: int = 1, **fields: Any) -> Incident:
    """One of 48 minutes that began `index` hours before MOMENT."""
    began = MOMENT - timedelta(hours=index)
    made = {"title": "API p99", "severity": "sev2", "status": "resolved", "mttr_secs": 2880.0}
    times = {"started_at": began, "resolved_at": began + timedelta(minutes=48)}
    return Incident(**{"id": str(index), **made, **times, **fields})


def open_incident(index: int = 1, **fields: Any) -> Incident:
    """One that began `index` hours before MOMENT and is not resolved."""
    return incident(index, status="open", resolved_at=None, mttr_secs=None, **fields)


def page_of(rows: Sequence[Any], total: int, number: int = 1) -> Page[Any]:
    """A page of a list."""
    return Page(data=Rows(rows), total=total, page=number)
