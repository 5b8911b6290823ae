"""The list endpoints: rows within a window, newest first, ties by id."""

from datetime import datetime
from typing import Any

from koalr_server.metrics.scope import BY_AUTHOR, BY_REPO, Query, Scope
from koalr_server.metrics.windows import Window

Listing = tuple[list[dict[str, Any]], int]

DEPLOYMENTS = f"""
SELECT deployment_id AS id, repo, env, status, deployed_at AS "deployedAt", lead_time_secs AS "leadTimeSecs",
       sha, ref, failed_at <= $now AS failed, failure
FROM deployment_facts WHERE listed_at > $after AND listed_at <= $until AND {BY_REPO}
ORDER BY listed_at DESC, deployment_id LIMIT $size OFFSET $skip
"""  # noqa: S608 - composed of this package's own constants
DEPLOYMENTS_TOTAL = (
    f"SELECT count(*) AS total FROM deployment_facts WHERE listed_at > $after AND listed_at <= $until AND {BY_REPO}"  # noqa: S608
)

PULL_REQUESTS = f"""
SELECT pull_request_id AS id, number, title, repo, author, merged_at AS "mergedAt",
       span_secs(cycle_start_at, merged_at) AS "cycleTimeSecs", risk_score AS "riskScore",
       CASE WHEN reverted_at <= $now THEN reverted_by END AS "revertedBy", list_contains(labels, 'simulated') AS simulated
FROM pull_request_facts WHERE merged_at > $after AND merged_at <= $until AND {BY_AUTHOR}
ORDER BY merged_at DESC, pull_request_id LIMIT $size OFFSET $skip
"""  # noqa: S608
PULL_REQUESTS_TOTAL = (
    f"SELECT count(*) AS total FROM pull_request_facts WHERE merged_at > $after AND merged_at <= $until AND {BY_AUTHOR}"  # noqa: S608
)

INCIDENTS = f"""
SELECT incident_id AS id, title, severity, status, started_at AS "startedAt", resolved_at AS "resolvedAt", repo
FROM incident_facts WHERE started_at > $after AND started_at <= $until AND {BY_REPO}
ORDER BY started_at DESC, incident_id
"""  # noqa: S608

TEAMS = """
SELECT t.team_id AS id, t.name, (SELECT count(*) FROM members m WHERE m.team_id = t.team_id) AS "memberCount", t.created_at AS "createdAt"
FROM teams t WHERE $everyone OR t.team_id IN (SELECT unnest($team_ids::VARCHAR[]))
ORDER BY t.name, t.team_id
"""


def _parameters(window: Window, scope: Scope, page: int, size: int) -> dict[str, object]:
    bounds = {"after": window.after, "until": window.until, "now": window.until}
    return {**bounds, **scope.parameters(), "size": size, "skip": (page - 1) * size}


def deployments(query: Query, window: Window, scope: Scope, page: int, size: int) -> Listing:
    """Deployments to every environment. `failed` says whether a production deployment is known to have failed by now."""
    parameters = _parameters(window, scope, page, size)
    return query(DEPLOYMENTS, parameters), _total(query, DEPLOYMENTS_TOTAL, parameters)


def pull_requests(query: Query, window: Window, scope: Scope, page: int, size: int) -> Listing:
    """Pull requests merged in the window."""
    parameters = _parameters(window, scope, page, size)
    return query(PULL_REQUESTS, parameters), _total(query, PULL_REQUESTS_TOTAL, parameters)


def incidents(query: Query, window: Window, scope: Scope) -> list[dict[str, Any]]:
    """Incidents started in the window, as they stood at its end: what was resolved later is still open."""
    rows = query(INCIDENTS, _parameters(window, scope, 1, 1))
    return [_as_of(row, window.until) for row in rows]


def teams(query: Query, scope: Scope) -> list[dict[str, Any]]:
    """Teams by name."""
    return query(TEAMS, scope.parameters())


def _total(query: Query, sql: str, parameters: dict[str, object]) -> int:
    return int(query(sql, parameters)[0]["total"])


def _as_of(row: dict[str, Any], now: datetime) -> dict[str, Any]:
    resolved_at: datetime | None = row["resolvedAt"]
    if resolved_at is None or resolved_at > now:
        stated = row["status"]
        status = stated if stated and stated != "resolved" else "open"
        return {**row, "status": status, "resolvedAt": None, "mttrSecs": None}
    return {**row, "status": "resolved", "mttrSecs": int((resolved_at - row["startedAt"]).total_seconds())}
