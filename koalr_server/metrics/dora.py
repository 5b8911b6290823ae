"""The four DORA metrics (docs/METRICS.md)."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from koalr_server.metrics.rounding import rounded
from koalr_server.metrics.scope import BY_AUTHOR, BY_REPO, Query, Scope
from koalr_server.metrics.tiers import failure_rate_tier, frequency_tier, lead_time_tier, overall_tier, restore_tier
from koalr_server.metrics.windows import WINDOWS_SQL, Window, window_parameters

SQL = f"""
WITH {WINDOWS_SQL},
shipped AS (
    SELECT id, count(*) AS deployments, count(*) FILTER (failed_at <= $now) AS failed
    FROM windows JOIN deployment_facts ON finished_at > after AND finished_at <= until
    WHERE {BY_REPO}
    GROUP BY id
),
first_shipped AS (SELECT min(finished_at) AS at FROM deployment_facts WHERE {BY_REPO}),
led AS (
    SELECT id, quantile_cont(span_secs(first_commit_at, finished_at), 0.5) / 3600 AS lead_time_hours
    FROM windows JOIN changes ON finished_at > after AND finished_at <= until
    WHERE NOT is_bot AND first_commit_at IS NOT NULL AND {BY_AUTHOR}
    GROUP BY id
),
restored AS (
    SELECT id, avg(span_secs(started_at, resolved_at)) / 60 AS restore_minutes
    FROM windows JOIN incident_facts ON resolved_at > after AND resolved_at <= until
    WHERE {BY_REPO}
    GROUP BY id
)
SELECT id, coalesce(deployments, 0) AS deployments, coalesce(failed, 0) AS failed, coalesce(first_shipped.at <= until, false) AS ever,
       lead_time_hours, restore_minutes
FROM windows CROSS JOIN first_shipped
LEFT JOIN shipped USING (id) LEFT JOIN led USING (id) LEFT JOIN restored USING (id)
ORDER BY id
"""  # noqa: S608 - composed of this package's own constants


def dora(query: Query, windows: Sequence[Window], scope: Scope, now: datetime) -> list[dict[str, Any]]:
    """Figures per window, in order: deployFrequency /day, leadTime h, changeFailureRate 0-1, mttr min, tier, n.

    n counts successful production deployments. A failure counts once it was known by `now`.
    """
    rows = query(SQL, {**window_parameters(windows), **scope.parameters(), "now": now})
    return [_figures(row, window) for row, window in zip(rows, windows, strict=True)]


def _figures(row: dict[str, Any], window: Window) -> dict[str, Any]:
    deployments = row["deployments"]
    frequency = deployments / window.days if row["ever"] else None
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
