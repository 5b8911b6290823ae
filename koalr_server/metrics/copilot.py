"""GitHub Copilot: adoption, acceptance and the hours it is estimated to save (docs/METRICS.md)."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from koalr_server.metrics.rounding import rounded
from koalr_server.metrics.scope import Query, Scope
from koalr_server.metrics.windows import WINDOWS_SQL, Window, window_parameters

FORMULA = "acceptedLines × minutesPerLine ÷ 60"

# A person is in a team by membership, or by the team their seat was assigned through.
BY_PERSON = """($everyone OR login IN (SELECT unnest($logins::VARCHAR[])) OR login IN (
    SELECT s.login FROM copilot_seats s WHERE s.team IN (SELECT unnest($team_ids::VARCHAR[]))
        OR s.team IN (SELECT t.name FROM teams t WHERE t.team_id IN (SELECT unnest($team_ids::VARCHAR[])))))"""

# A day lies in a window if the midnight it begins at does. Of several sources of one day the lowest rank counts alone.
SQL = f"""
WITH {WINDOWS_SQL},
held AS (
    SELECT id, after, until, login, last_activity_at
    FROM windows JOIN copilot_seats ON created_at <= until AND (ends_on IS NULL OR ends_on > after)
    WHERE {BY_PERSON}
),
holders AS (
    SELECT id, count(*) AS seats, count(*) FILTER (last_activity_at > after AND last_activity_at <= until) AS recent FROM held GROUP BY id
),
own_days AS (SELECT * FROM copilot_user_days WHERE {BY_PERSON}),
reported AS (
    SELECT DISTINCT id FROM windows JOIN (SELECT DISTINCT day FROM copilot_user_days) ON day > after AND day <= until
),
active AS (
    SELECT w.id, count(DISTINCT d.login) AS people, count(DISTINCT h.login) AS holding
    FROM windows w JOIN own_days d ON d.day > w.after AND d.day <= w.until
    LEFT JOIN held h ON h.id = w.id AND h.login = d.login
    GROUP BY w.id
),
peak AS (
    SELECT id, max(active_users) AS people FROM windows JOIN copilot_days ON day > after AND day <= until
    WHERE $everyone GROUP BY id
),
seen AS (SELECT max(last_activity_at) AS at FROM copilot_seats),
sources AS (
    SELECT day, CASE source WHEN 'report' THEN 0 ELSE 3 END + CASE organisation WHEN '' THEN 0 ELSE 1 END AS rank,
           suggested, accepted, lines_accepted FROM copilot_days WHERE $everyone
    UNION ALL SELECT day, 2, suggested, accepted, lines_accepted FROM own_days
),
days AS (
    SELECT day, sum(suggested) FILTER (accepted IS NOT NULL) AS suggested,
           sum(accepted) FILTER (suggested IS NOT NULL) AS accepted, sum(lines_accepted) AS lines
    FROM sources WHERE coalesce(suggested, accepted, lines_accepted) IS NOT NULL
    GROUP BY day, rank QUALIFY row_number() OVER (PARTITION BY day ORDER BY rank) = 1
),
completions AS (
    SELECT id, sum(suggested) FILTER (accepted <= suggested) AS suggested,
           sum(accepted) FILTER (accepted <= suggested) AS accepted, sum(lines) AS lines
    FROM windows JOIN days ON day > after AND day <= until GROUP BY id
)
SELECT w.id, coalesce(holders.seats, 0) AS seats, coalesce(holders.recent, 0) AS recent,
       reported.id IS NOT NULL AS reported, coalesce(active.people, 0) AS people, coalesce(active.holding, 0) AS holding,
       coalesce(w.until = $now AND seen.at <= $now AND seen.at > w.after, false) AS seen, peak.people AS peak,
       suggested, accepted, lines
FROM windows w CROSS JOIN seen LEFT JOIN holders USING (id) LEFT JOIN reported USING (id) LEFT JOIN active USING (id)
LEFT JOIN peak USING (id) LEFT JOIN completions USING (id)
ORDER BY w.id
"""  # noqa: S608 - composed of this package's own constants


def copilot(
    query: Query, windows: Sequence[Window], scope: Scope, now: datetime, *, minutes_per_line: float
) -> list[dict[str, Any]]:
    """Figures per window: adoptionRate 0-1, acceptanceRate 0-1, estimatedHoursSaved h, what they rest on, n.

    n counts active people, with a seat or without. `activeFrom` says how they are known: "users" (the users report),
    "seats" (last activity of seats), "days" (the busiest day's count, a lower bound), None (not at all).
    """
    rows = query(SQL, {**window_parameters(windows), **scope.parameters(), "now": now})
    return [_figures(row, minutes_per_line) for row in rows]


def _figures(row: dict[str, Any], minutes_per_line: float) -> dict[str, Any]:
    source, people, holding = _active(row)
    seats, suggested, lines = row["seats"], row["suggested"], row["lines"]
    return {
        "adoptionRate": rounded(holding / seats) if source and seats else None,
        "acceptanceRate": rounded(row["accepted"] / suggested) if suggested else None,
        "estimatedHoursSaved": None if lines is None else rounded(lines * minutes_per_line / 60),
        "hoursSaved": {"formula": FORMULA, "minutesPerLine": minutes_per_line, "acceptedLines": lines},
        "seats": seats,
        "activePeople": people if source else None,
        "activeFrom": source,
        "n": people,
    }


def _active(row: dict[str, Any]) -> tuple[str | None, int, int]:
    """How active people are known, how many there are, and how many of them hold a seat."""
    if row["reported"]:
        return "users", row["people"], row["holding"]
    if row["seen"]:
        return "seats", row["recent"], row["recent"]
    if row["peak"] is not None:
        return "days", row["peak"], min(row["peak"], row["seats"])
    return None, 0, 0
