"""The four DORA metrics (docs/METRICS.md)."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from koalr_server.metrics.rounding import rounded
from koalr_server.metrics.scope import BY_AUTHOR, BY_REPO, Query, Scope
from koalr_server.metrics.tiers import failure_rate_tier, frequency_tier, lead_time_tier, overall_tier, restore_tier
from koalr_server.metrics.windows import WINDOWS_SQL, Window, placed, window_parameters

SQL = f"""
WITH {WINDOWS_SQL},
shipped AS (
    SELECT finished_at, failed_at <= $now AS failed
    FROM deployment_facts WHERE finished_at > $earliest AND finished_at <= $latest AND {BY_REPO}
),
counted AS (
    SELECT id, count(*) AS deployments, count(*) FILTER (failed) AS failed FROM ({placed("shipped", "finished_at")}) GROUP BY id
),
delivered AS (
    SELECT finished_at, lead_secs
    FROM changes WHERE finished_at > $earliest AND finished_at <= $latest AND NOT is_bot AND lead_secs IS NOT NULL AND {BY_AUTHOR}
),
led AS (
    SELECT id, quantile_cont(lead_secs, 0.5) / 3600 AS lead_time_hours FROM ({placed("delivered", "finished_at")}) GROUP BY id
),
resolved AS (
    SELECT resolved_at, span_secs(started_at, resolved_at) AS restore_secs
    FROM incident_facts WHERE resolved_at > $earliest AND resolved_at <= $latest AND {BY_REPO}
),
restored AS (
    SELECT id, avg(restore_secs) / 60 AS restore_minutes FROM ({placed("resolved", "resolved_at")}) GROUP BY id
)
SELECT id, coalesce(deployments, 0) AS deployments, coalesce(failed, 0) AS failed, lead_time_hours, restore_minutes
FROM windows LEFT JOIN counted USING (id) LEFT JOIN led USING (id) LEFT JOIN restored USING (id)
ORDER BY id
"""  # noqa: S608 - composed of this package's own constants
FIRST_SHIPPED = f"SELECT min(finished_at) AS at FROM deployment_facts WHERE {BY_REPO}"  # noqa: S608


def dora(query: Query, windows: Sequence[Window], scope: Scope, now: datetime) -> list[dict[str, Any]]:
    """Figures per window, in order: deployFrequency /day, leadTime h, changeFailureRate 0-1, mttr min, tier, n.

    n counts successful production deployments. A failure counts once it was known by `now`.
    """
    rows = query(SQL, {**window_parameters(windows), **scope.parameters(), "now": now})
    # Only an empty window needs to know whether there was ever a deployment: then it is 0, else unknown.
    empty = any(not row["deployments"] for row in rows)
    first_shipped_at = query(FIRST_SHIPPED, scope.parameters())[0]["at"] if empty else datetime.min  # noqa: DTZ901
    return [
        _figures(row, window, first_shipped_at is not None and first_shipped_at <= window.until)
        for row, window in zip(rows, windows, strict=True)
    ]


def _figures(row: dict[str, Any], window: Window, ever: bool) -> dict[str, Any]:
    deployments = row["deployments"]
    frequency = deployments / window.days if ever else None
    failure_rate = row["failed"] / deployments if deployments else None
    tiers = (
        frequency_tier(frequency),
        lead_time_tier(row["lead_time_hours"]),
        failure_rate_tier(failure_rate),
        restore_tier(row["restore_minutes"]),
    )
    return {
        "deployFrequency": rounded(frequency),
        "leadTime": rounded(row["lead_time_hours"]),
        "changeFailureRate": rounded(failure_rate),
        "mttr": rounded(row["restore_minutes"]),
        "tier": overall_tier(tiers),
        "n": deployments,
    }
