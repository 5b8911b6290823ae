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

# How many items began in which week of the trend and ended in which, null if not yet; what had ended before the first week
# closed is in progress at no end, and is not even read. `before` is how many were in progress when the window before ended.
SPANS = f"""
SELECT greatest(0, date_diff('week', $first_week::TIMESTAMP, in_progress_from)) AS began,
       CASE WHEN ended_at <= $latest THEN greatest(0, date_diff('week', $first_week::TIMESTAMP, ended_at)) END AS ended,
       count(*) AS items,
       count(*) FILTER (in_progress_from <= $current_after AND (ended_at IS NULL OR ended_at > $current_after)) AS before
FROM flow_items
WHERE in_progress_from <= $latest AND (ended_at IS NULL OR ended_at > $earliest) AND {BY_ITEM}
GROUP BY began, ended
"""  # noqa: S608

FIRST_SEEN = f"SELECT min(least(in_progress_from, done_at)) AS at FROM flow_items WHERE {BY_ITEM}"  # noqa: S608


def flow(query: Query, windows: Sequence[Window], scope: Scope, _now: datetime) -> list[dict[str, Any]]:
    """Figures per window: cycleTime days, throughput items/week, wipCount at the window's end, flowEfficiency 0-1, n.

    n counts finished items.
    """
    parameters = {**window_parameters(windows), **scope.parameters()}
    finished = query(FINISHED, parameters)
    in_progress = _in_progress(query(SPANS, parameters), weeks=len(windows) - 2)
    # Only a window without anything needs to know whether work was ever seen: then it is 0, else unknown.
    empty = any(not row["finished"] and not wip for row, wip in zip(finished, in_progress, strict=True))
    first_seen_at = query(FIRST_SEEN, parameters)[0]["at"] if empty else datetime.min  # noqa: DTZ901
    return [
        _figures(row, wip, window, first_seen_at is not None and first_seen_at <= window.until)
        for row, wip, window in zip(finished, in_progress, windows, strict=True)
    ]


def _in_progress(spans: list[dict[str, Any]], weeks: int) -> list[int]:
    """Work in progress at the end of the window, of the one before, and of each week: begun by then and not ended."""
    weekly = [
        sum(
            span["items"] for span in spans if span["began"] <= week and (span["ended"] is None or span["ended"] > week)
        )
        for week in range(weeks)
    ]
    return [weekly[-1], sum(span["before"] for span in spans), *weekly]


def _figures(row: dict[str, Any], in_progress: int, window: Window, ever: bool) -> dict[str, Any]:
    elapsed_secs = row["elapsed_secs"]
    return {
        "cycleTime": rounded(row["cycle_time_days"]),
        "throughput": rounded(row["finished"] / (window.days / 7)) if ever else None,
        "wipCount": in_progress if ever else None,
        "flowEfficiency": rounded(row["active_secs"] / elapsed_secs) if elapsed_secs else None,
        "n": row["finished"],
    }
