"""Loads what Copilot's reports say (records.COPILOT_KINDS) into its tables."""

from collections.abc import Callable, Mapping

import duckdb

from koalr_server.store.merging import MergeCount, merge

Cursor = duckdb.DuckDBPyConnection


def _seats(cursor: Cursor) -> MergeCount:
    """One row per person. Within a load a seat without an end beats one with; over time the newest report of an end holds."""
    # Someone with a seat in two organisations holds it while either does. A later list may end it, so what is stored
    # decides neither end nor team; it only keeps the earliest start and the latest activity.
    return merge(
        cursor,
        "copilot_seats",
        ["login"],
        """WITH people AS (
            SELECT lower(login) AS login, min(createdAt) AS created_at, max(lastActivityAt) AS last_activity_at,
                CASE WHEN count(endsOn) = count(*) THEN max(endsOn) END AS ends_on,
                first(team ORDER BY endsOn DESC NULLS FIRST, createdAt, ordinal) FILTER (team IS NOT NULL) AS team
            FROM incoming GROUP BY lower(login)
        )
        SELECT p.login, least(p.created_at, s.created_at) AS created_at, p.ends_on,
            greatest(p.last_activity_at, s.last_activity_at) AS last_activity_at, coalesce(p.team, s.team) AS team, 0 AS ordinal
        FROM people p LEFT JOIN copilot_seats s USING (login)""",
    )


def _user_days(cursor: Cursor) -> MergeCount:
    return merge(
        cursor,
        "copilot_user_days",
        ["login", "day"],
        "SELECT lower(login) AS login, day, suggested, accepted, linesAccepted AS lines_accepted, ordinal FROM incoming",
    )


def _days(cursor: Cursor) -> MergeCount:
    return merge(
        cursor,
        "copilot_days",
        ["source", "organisation", "day"],
        """SELECT source, organisation, day, activeUsers AS active_users, suggested, accepted,
        linesAccepted AS lines_accepted, ordinal FROM incoming""",
    )


COPILOT_LOADERS: Mapping[str, Callable[[Cursor], MergeCount]] = {
    "copilot_seats": _seats,
    "copilot_user_days": _user_days,
    "copilot_days": _days,
}
