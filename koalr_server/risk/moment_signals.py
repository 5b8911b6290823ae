"""The signals that depend on when a pull request is judged: its merge, or now while it is open (pure: SQL, no I/O)."""

from koalr_server.risk.standing_reviews import standing_reviews

JUDGED_COLUMNS = "repo, number, author, coalesce(created_at, cycle_start_at) AS opened_at"
"""What `judged` has beside `judged_at`, as columns of pull_request_facts."""


def moment_signals(judged: str) -> str:
    """SQL for reviewers, approvals, changes_requested, open_incidents, open_hours and out_of_hours by repo and number.

    Nothing after `judged_at` is seen: not even that a repository has reviews or incidents at all.

    Args:
        judged: SQL of this package that selects JUDGED_COLUMNS and judged_at.
    """
    return f"""
    WITH judged AS ({judged}),
    reviewing AS (
        SELECT j.repo, j.number, count(*) AS reviewers, count(*) FILTER (r.opinion = 'approved') AS approvals,
               sum(r.changes_requested)::BIGINT AS changes_requested
        FROM judged j JOIN ({standing_reviews("judged")}) r ON r.repo = j.repo AND r.number = j.number
        WHERE NOT r.is_bot AND r.reviewer IS DISTINCT FROM lower(j.author)
        GROUP BY ALL
    ),
    open_incidents AS (
        SELECT j.repo, j.number, count(*) AS open_incidents
        FROM judged j JOIN incident_facts i ON i.repo = j.repo AND i.started_at <= j.judged_at
            AND coalesce(i.resolved_at > j.judged_at, true)
        WHERE i.source = 'import'
        GROUP BY ALL
    ),
    reviewed AS (
        SELECT repo, min(submitted_at) AS since FROM reviews WHERE repo IN (SELECT repo FROM judged) GROUP BY repo
    ),
    watched AS (
        SELECT repo, min(started_at) AS since FROM incident_facts
        WHERE source = 'import' AND repo IN (SELECT repo FROM judged) GROUP BY repo
    )
    SELECT j.repo, j.number,
           CASE WHEN reviewed.since <= j.judged_at THEN coalesce(r.reviewers, 0) END AS reviewers,
           CASE WHEN reviewed.since <= j.judged_at THEN coalesce(r.approvals, 0) END AS approvals,
           CASE WHEN reviewed.since <= j.judged_at THEN coalesce(r.changes_requested, 0) END AS changes_requested,
           CASE WHEN watched.since <= j.judged_at THEN coalesce(i.open_incidents, 0) END AS open_incidents,
           round(span_secs(j.opened_at, j.judged_at) / 3600, 6) AS open_hours,
           isodow(j.judged_at) > 5 OR hour(j.judged_at) < 7 OR hour(j.judged_at) >= 19 AS out_of_hours
    FROM judged j
    LEFT JOIN reviewing r ON r.repo = j.repo AND r.number = j.number
    LEFT JOIN open_incidents i ON i.repo = j.repo AND i.number = j.number
    LEFT JOIN reviewed ON reviewed.repo = j.repo
    LEFT JOIN watched ON watched.repo = j.repo
    """  # noqa: S608 - composed of this package's own text
