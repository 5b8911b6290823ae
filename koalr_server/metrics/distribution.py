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
UPPER_EDGES = (*EDGES[1:], EDGES[-1] * 7 ** (1 / BINS_FROM_DAY_TO_WEEK))

SQL = f"""
WITH leads AS (
    SELECT lead_secs / 3600 AS hours FROM changes
    WHERE finished_at > $after AND finished_at <= $until AND NOT is_bot AND lead_secs IS NOT NULL AND {BY_AUTHOR}
),
edges AS (SELECT unnest($lows::DOUBLE[]) AS low)
SELECT low, count(*) AS changes, (SELECT quantile_cont(hours, [0.5, 0.85]) FROM leads) AS percentiles
FROM leads ASOF JOIN edges ON hours >= low
GROUP BY low ORDER BY low
"""  # noqa: S608 - composed of this package's own constants


def lead_time_distribution(query: Query, window: Window, scope: Scope) -> dict[str, Any] | None:
    """Changes per bin of lead time: {"changes", "p50", "p85", "bins": [{"fromHours", "toHours", "changes"}]}; None without any.

    Empty bins before the first and after the last filled one are left out. Hours; percentiles interpolate linearly.
    """
    # Whatever is shorter than the first edge or longer than the last still counts in the outermost bin.
    lows = [0.0, *EDGES[1:]]
    rows = query(SQL, {"after": window.after, "until": window.until, "lows": lows, **scope.parameters()})
    if not rows:
        return None
    counts = {lows.index(row["low"]): row["changes"] for row in rows}
    bins = [
        {"fromHours": rounded(EDGES[index]), "toHours": rounded(UPPER_EDGES[index]), "changes": counts.get(index, 0)}
        for index in range(min(counts), max(counts) + 1)
    ]
    p50, p85 = rows[0]["percentiles"]
    return {"changes": sum(counts.values()), "p50": rounded(p50), "p85": rounded(p85), "bins": bins}
