"""Code review metrics (docs/METRICS.md)."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from koalr_server.metrics.rounding import rounded
from koalr_server.metrics.scope import BY_AUTHOR, Query, Scope
from koalr_server.metrics.windows import WINDOWS_SQL, Window, placed, window_parameters

SQL = f"""
WITH {WINDOWS_SQL},
responded AS (
    SELECT first_review_at, first_response_secs, CASE WHEN merged_at <= $now THEN review_cycle_secs END AS review_cycle_secs
    FROM pull_request_facts WHERE first_review_at > $earliest AND first_review_at <= $latest AND NOT is_bot AND {BY_AUTHOR}
),
reviewed AS (
    SELECT id, count(*) AS reviewed, avg(first_response_secs) / 3600 AS first_response_hours,
           avg(review_cycle_secs) / 3600 AS review_cycle_hours
    FROM ({placed("responded", "first_review_at")}) GROUP BY id
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
