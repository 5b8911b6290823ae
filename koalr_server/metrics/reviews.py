"""Code review metrics (docs/METRICS.md)."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from koalr_server.metrics.rounding import rounded
from koalr_server.metrics.scope import BY_AUTHOR, Query, Scope
from koalr_server.metrics.windows import WINDOWS_SQL, Window, window_parameters

SQL = f"""
WITH {WINDOWS_SQL},
reviewed AS (
    SELECT id, count(*) AS reviewed,
           avg(span_secs(coalesce(ready_at, created_at), first_review_at))
               FILTER (coalesce(ready_at, created_at) IS NOT NULL) / 3600 AS first_response_hours,
           avg(span_secs(first_review_at, coalesce(last_approval_at, merged_at)))
               FILTER (merged_at <= $now AND merged_at >= first_review_at) / 3600 AS review_cycle_hours
    FROM windows JOIN pull_request_facts ON first_review_at > after AND first_review_at <= until
    WHERE NOT is_bot AND {BY_AUTHOR}
    GROUP BY id
)
SELECT id, coalesce(reviewed, 0) AS reviewed, first_response_hours, review_cycle_hours
FROM windows LEFT JOIN reviewed USING (id)
ORDER BY id
"""  # noqa: S608 - composed of this package's own constants


def review_metrics(query: Query, windows: Sequence[Window], scope: Scope, now: datetime) -> list[dict[str, Any]]:
    """Figures per window: avgReviewCycleTime h, avgFirstResponseTime h, totalReviewed (also as n)."""
    rows = query(SQL, {**window_parameters(windows), **scope.parameters(), "now": now})
    return [
        {
            "avgReviewCycleTime": rounded(row["review_cycle_hours"]),
            "avgFirstResponseTime": rounded(row["first_response_hours"]),
            "totalReviewed": row["reviewed"],
            "n": row["reviewed"],
        }
        for row in rows
    ]
