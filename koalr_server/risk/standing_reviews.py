"""What each reviewer of a pull request thinks of it when it is judged (pure: SQL, no I/O)."""


def standing_reviews(judged: str) -> str:
    """SQL for a row per repo, number and reviewer (in lower case), of reviews up to `judged_at`.

    Columns: is_bot; opinion, the state of the reviewer's last review that decides (approved, changes_requested, dismissed), null
    if none does; changes_requested, reviews that asked for changes and were not dismissed.

    Args:
        judged: name of a query of repo, number and judged_at.
    """
    # A dismissed review keeps its time, so it may have been imported before and after it was dismissed.
    return f"""
    SELECT repo, number, reviewer, bool_or(is_bot) AS is_bot,
           arg_max(decision, submitted_at) FILTER (decision IS NOT NULL) AS opinion,
           count(*) FILTER (decision = 'changes_requested') AS changes_requested
    FROM (
        SELECT r.repo, r.number, lower(r.reviewer) AS reviewer, r.submitted_at, bool_or(r.is_bot) AS is_bot,
               CASE WHEN bool_or(r.state = 'dismissed') THEN 'dismissed'
                    WHEN bool_or(r.state = 'changes_requested') THEN 'changes_requested'
                    WHEN bool_or(r.state = 'approved') THEN 'approved' END AS decision
        FROM {judged} j JOIN reviews r ON r.repo = j.repo AND r.number = j.number AND r.submitted_at <= j.judged_at
        GROUP BY ALL
    )
    GROUP BY ALL
    """  # noqa: S608 - composed of this package's own text
