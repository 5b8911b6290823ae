"""Value stream: from idea to production (docs/METRICS.md)."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from koalr_server.metrics.rounding import rounded
from koalr_server.metrics.scope import BY_AUTHOR, Query, Scope
from koalr_server.metrics.windows import WINDOWS_SQL, Window, placed, window_parameters

STAGES = ("ideaToCommit", "commitToMerge", "mergeToDeploy")

SQL = f"""
WITH {WINDOWS_SQL},
deployed AS (
    SELECT finished_at, idea_to_commit_secs, commit_to_merge_secs, merge_to_deploy_secs
    FROM changes WHERE finished_at > $earliest AND finished_at <= $latest AND NOT is_bot AND {BY_AUTHOR}
),
staged AS (
    SELECT id, count(*) AS changes,
           quantile_cont(idea_to_commit_secs, 0.5) / 86400 AS "ideaToCommit",
           quantile_cont(commit_to_merge_secs, 0.5) / 86400 AS "commitToMerge",
           quantile_cont(merge_to_deploy_secs, 0.5) / 86400 AS "mergeToDeploy"
    FROM ({placed("deployed", "finished_at")}) GROUP BY id
)
SELECT id, coalesce(changes, 0) AS changes, "ideaToCommit", "commitToMerge", "mergeToDeploy"
FROM windows LEFT JOIN staged USING (id)
ORDER BY id
"""  # noqa: S608 - composed of this package's own constants


def value_stream(query: Query, windows: Sequence[Window], scope: Scope, _now: datetime) -> list[dict[str, Any]]:
    """Figures per window: median days per stage, their sum as totalLeadTime, and n changes deployed."""
    return [_figures(row) for row in query(SQL, {**window_parameters(windows), **scope.parameters()})]


def _figures(row: dict[str, Any]) -> dict[str, Any]:
    stages = {name: rounded(row[name]) for name in STAGES}
    known = [days for days in stages.values() if days is not None]
    return {**stages, "totalLeadTime": rounded(sum(known)) if known else None, "n": row["changes"]}
