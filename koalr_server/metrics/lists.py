"""The list endpoints: rows within a window, newest first, ties by id."""

from datetime import datetime
from typing import Any

from koalr_server.metrics.scope import BY_AUTHOR, BY_REPO, Query, Scope
from koalr_server.metrics.windows import Window
from koalr_server.risk.floors import FLOORED_SCORE, Floors

Listing = tuple[list[dict[str, Any]], int]


def _newest(fields: str, table: str, time: str, identity: str, belongs: str) -> tuple[str, str]:
    """SQL of one page, newest first, and of how many rows there are on all.

    A page reaches back to a moment that is found from the times alone; all other columns are read from there on only.
    The arguments are SQL text of this module.
    """
    within = f"{time} > $after AND {time} <= $until AND {belongs}"
    reach = f"SELECT {time} FROM {table} WHERE {within} ORDER BY {time} DESC LIMIT $skip + $size"  # noqa: S608
    page = f"""
    SELECT {fields} FROM {table} WHERE {within} AND {time} >= (SELECT min({time}) FROM ({reach}))
    ORDER BY {time} DESC, {identity} LIMIT $size OFFSET $skip
    """  # noqa: S608
    return page, f"SELECT count(*) AS total FROM {table} WHERE {within}"  # noqa: S608


DEPLOYMENTS, DEPLOYMENTS_TOTAL = _newest(
    """deployment_id AS id, repo, env, status, deployed_at AS "deployedAt", lead_time_secs AS "leadTimeSecs",
    sha, ref, CASE WHEN is_production AND status = 'success' THEN coalesce(failed_at <= $now, false) END AS failed, failure""",
    "deployment_facts",
    "listed_at",
    "deployment_id",
    BY_REPO,
)
PULL_REQUESTS, PULL_REQUESTS_TOTAL = _newest(
    f"""pull_request_id AS id, number, title, repo, author, merged_at AS "mergedAt",
    span_secs(cycle_start_at, merged_at) AS "cycleTimeSecs", {FLOORED_SCORE} AS "riskScore",
    CASE WHEN reverted_at <= $now THEN reverted_by END AS "revertedBy", list_contains(labels, 'simulated') AS simulated""",
    "pull_request_facts",
    "merged_at",
    "pull_request_id",
    BY_AUTHOR,
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


def pull_requests(query: Query, window: Window, scope: Scope, page: int, size: int, floors: Floors) -> Listing:
    """Pull requests merged in the window, with the risk scores that pr-risk/score answers."""
    parameters = _parameters(window, scope, page, size) | floors.parameters()
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
    return {**row, "status": "resolved", "mttrSecs": max(0, int((resolved_at - row["startedAt"]).total_seconds()))}
