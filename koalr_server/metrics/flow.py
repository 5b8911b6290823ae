"""Flow metrics over finished and unfinished work (docs/METRICS.md)."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from koalr_server.metrics.rounding import rounded
from koalr_server.metrics.scope import BY_ITEM, Query, Scope
from koalr_server.metrics.windows import WINDOWS_SQL, Window, window_parameters

SQL = f"""
WITH {WINDOWS_SQL},
items AS (SELECT * FROM flow_items WHERE {BY_ITEM}),
finished AS (
    SELECT id, count(*) AS finished,
           quantile_cont(span_secs(started_at, done_at), 0.5) FILTER (started_at IS NOT NULL) / 86400 AS cycle_time_days,
           sum(active_secs) FILTER (elapsed_secs > 0 AND active_secs IS NOT NULL) AS active_secs,
           sum(elapsed_secs) FILTER (elapsed_secs > 0 AND active_secs IS NOT NULL) AS elapsed_secs
    FROM windows JOIN items ON done_at > after AND done_at <= until
    GROUP BY id
),
unfinished AS (
    SELECT id, count(*) AS in_progress
    FROM windows JOIN items ON in_progress_from <= until
        AND (done_at IS NULL OR done_at > until) AND (closed_at IS NULL OR closed_at > until)
    GROUP BY id
),
first_seen AS (SELECT min(least(in_progress_from, done_at)) AS at FROM items)
SELECT id, coalesce(finished, 0) AS finished, coalesce(in_progress, 0) AS in_progress, coalesce(first_seen.at <= until, false) AS ever,
       cycle_time_days, active_secs, elapsed_secs
FROM windows CROSS JOIN first_seen LEFT JOIN finished USING (id) LEFT JOIN unfinished USING (id)
ORDER BY id
"""  # noqa: S608 - composed of this package's own constants


def flow(query: Query, windows: Sequence[Window], scope: Scope, _now: datetime) -> list[dict[str, Any]]:
    """Figures per window: cycleTime days, throughput items/week, wipCount at the window's end, flowEfficiency 0-1, n.

    n counts finished items.
    """
    rows = query(SQL, {**window_parameters(windows), **scope.parameters()})
    return [_figures(row, window) for row, window in zip(rows, windows, strict=True)]


def _figures(row: dict[str, Any], window: Window) -> dict[str, Any]:
    elapsed_secs = row["elapsed_secs"]
    return {
        "cycleTime": rounded(row["cycle_time_days"]),
        "throughput": rounded(row["finished"] / (window.days / 7)) if row["ever"] else None,
        "wipCount": row["in_progress"] if row["ever"] else None,
        "flowEfficiency": rounded(row["active_secs"] / elapsed_secs) if elapsed_secs else None,
        "n": row["finished"],
    }
