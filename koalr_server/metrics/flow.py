"""Flow metrics over finished and unfinished work (docs/METRICS.md)."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from koalr_server.metrics.rounding import rounded
from koalr_server.metrics.scope import BY_ITEM, Query, Scope
from koalr_server.metrics.windows import WINDOWS_SQL, Window, placed, window_parameters

FINISHED = f"""
WITH {WINDOWS_SQL},
done AS (
    SELECT done_at, cycle_secs, active_secs, elapsed_secs, elapsed_secs > 0 AND active_secs IS NOT NULL AS timed
    FROM flow_items WHERE done_at > $earliest AND done_at <= $latest AND {BY_ITEM}
),
finished AS (
    SELECT id, count(*) AS finished, quantile_cont(cycle_secs, 0.5) / 86400 AS cycle_time_days,
           sum(active_secs) FILTER (timed) AS active_secs, sum(elapsed_secs) FILTER (timed) AS elapsed_secs
    FROM ({placed("done", "done_at")}) GROUP BY id
)
SELECT id, coalesce(finished, 0) AS finished, cycle_time_days, active_secs, elapsed_secs
FROM windows LEFT JOIN finished USING (id)
ORDER BY id
"""  # noqa: S608 - composed of this package's own constants

# In progress at the end of a window is what had begun by then less what had ended. Weeks are running sums of what began
# and ended in each; what ended before the first window closed is in progress at no end, and is not even read.
IN_PROGRESS = f"""
WITH items AS (
    SELECT in_progress_from, CASE WHEN ended_at <= $latest THEN ended_at END AS ended_at
    FROM flow_items
    WHERE in_progress_from <= $latest AND (ended_at IS NULL OR ended_at > $earliest) AND {BY_ITEM}
),
moves AS (
    SELECT greatest(0, date_diff('week', $first_week::TIMESTAMP, in_progress_from)) AS week, count(*) AS change FROM items GROUP BY 1
    UNION ALL
    SELECT greatest(0, date_diff('week', $first_week::TIMESTAMP, ended_at)), -count(*) FROM items WHERE ended_at IS NOT NULL GROUP BY 1
),
weekly AS (SELECT week, CAST(sum(sum(change)) OVER (ORDER BY week) AS BIGINT) AS in_progress FROM moves GROUP BY week)
SELECT week, in_progress, false AS previous FROM weekly
UNION ALL
SELECT -1, count(*), true FROM items
WHERE in_progress_from <= $current_after AND (ended_at IS NULL OR ended_at > $current_after)
ORDER BY previous, week
"""  # noqa: S608

FIRST_SEEN = f"SELECT min(least(in_progress_from, done_at)) AS at FROM flow_items WHERE {BY_ITEM}"  # noqa: S608


def flow(query: Query, windows: Sequence[Window], scope: Scope, _now: datetime) -> list[dict[str, Any]]:
    """Figures per window: cycleTime days, throughput items/week, wipCount at the window's end, flowEfficiency 0-1, n.

    n counts finished items.
    """
    parameters = {**window_parameters(windows), **scope.parameters()}
    finished = query(FINISHED, parameters)
    in_progress = _in_progress(query(IN_PROGRESS, parameters), len(windows))
    # Only a window without anything needs to know whether work was ever seen: then it is 0, else unknown.
    empty = any(not row["finished"] and not wip for row, wip in zip(finished, in_progress, strict=True))
    first_seen_at = query(FIRST_SEEN, parameters)[0]["at"] if empty else datetime.min  # noqa: DTZ901
    return [
        _figures(row, wip, window, first_seen_at is not None and first_seen_at <= window.until)
        for row, wip, window in zip(finished, in_progress, windows, strict=True)
    ]


def _in_progress(rows: list[dict[str, Any]], windows: int) -> list[int]:
    """Work in progress at each window's end; a week in which nothing moved has what the one before had."""
    weekly = {row["week"]: row["in_progress"] for row in rows if not row["previous"]}
    found = []
    latest = 0
    for week in range(windows - 2):
        latest = weekly.get(week, latest)
        found.append(latest)
    before = next(row["in_progress"] for row in rows if row["previous"])
    return [latest, before, *found]


def _figures(row: dict[str, Any], in_progress: int, window: Window, ever: bool) -> dict[str, Any]:
    elapsed_secs = row["elapsed_secs"]
    return {
        "cycleTime": rounded(row["cycle_time_days"]),
        "throughput": rounded(row["finished"] / (window.days / 7)) if ever else None,
        "wipCount": in_progress if ever else None,
        "flowEfficiency": rounded(row["active_secs"] / elapsed_secs) if elapsed_secs else None,
        "n": row["finished"],
    }
