"""How lead times spread: counts in bins of equal factor, tier borders among the edges (docs/METRICS.md)."""

from typing import Any

from koalr_server.metrics.rounding import rounded
from koalr_server.metrics.scope import BY_AUTHOR, Query, Scope
from koalr_server.metrics.windows import Window

DAY_HOURS = 24.0
MONTH_HOURS = 720.0
BINS_FROM_DAY_TO_WEEK = 5
# Five bins lead from a day to a week; the edge nearest to 30 days is put exactly there.
EDGES = tuple(MONTH_HOURS if step == 9 else DAY_HOURS * 7 ** (step / BINS_FROM_DAY_TO_WEEK) for step in range(-15, 21))

SQL = f"""
WITH leads AS (
    SELECT span_secs(first_commit_at, finished_at) / 3600 AS hours FROM changes
    WHERE finished_at > $after AND finished_at <= $until AND NOT is_bot AND first_commit_at IS NOT NULL AND {BY_AUTHOR}
),
edges AS (SELECT unnest($lows::DOUBLE[]) AS low, unnest($highs::DOUBLE[]) AS high)
SELECT low, high, count(hours) AS changes,
       (SELECT count(*) FROM leads) AS total,
       (SELECT quantile_cont(hours, 0.5) FROM leads) AS p50, (SELECT quantile_cont(hours, 0.85) FROM leads) AS p85
FROM edges LEFT JOIN leads ON hours >= low AND hours < high
GROUP BY low, high ORDER BY low
"""  # noqa: S608 - composed of this package's own constants


def lead_time_distribution(query: Query, window: Window, scope: Scope) -> dict[str, Any] | None:
    """Changes per bin of lead time: {"changes", "p50", "p85", "bins": [{"fromHours", "toHours", "changes"}]}; None without any.

    Empty bins before the first and after the last filled one are left out. Hours; percentiles interpolate linearly.
    """
    # Whatever is shorter than the first edge or longer than the last still counts in the outermost bin.
    lows, highs = [0.0, *EDGES[1:]], [*EDGES[1:], float("inf")]
    rows = query(
        SQL, {"after": window.after, "until": window.until, "lows": lows, "highs": highs, **scope.parameters()}
    )
    if not rows[0]["total"]:
        return None
    filled = [index for index, row in enumerate(rows) if row["changes"]]
    bins = [
        {
            "fromHours": rounded(EDGES[index]),
            "toHours": rounded(
                EDGES[index + 1] if index + 1 < len(EDGES) else EDGES[index] * 7 ** (1 / BINS_FROM_DAY_TO_WEEK)
            ),
            "changes": rows[index]["changes"],
        }
        for index in range(filled[0], filled[-1] + 1)
    ]
    return {"changes": rows[0]["total"], "p50": rounded(rows[0]["p50"]), "p85": rounded(rows[0]["p85"]), "bins": bins}
