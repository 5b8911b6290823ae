"""An organisation as it stood at a moment: rows of what had not happened yet are gone, those of what went on are open."""

from datetime import datetime

from tests.oracle.rows import Organisation, Row, instant, required_instant, texts


def as_of(org: Organisation, moment: datetime) -> Organisation:
    """The rows that somebody would have imported then."""
    commits = [row for row in org["commits"] if required_instant(row["committedAt"]) <= moment]
    known = {(row["repo"], row["sha"]) for row in commits}
    later = {(row["repo"], row["sha"]) for row in org["commits"]} - known
    return {
        **org,
        "commits": commits,
        "pull_requests": [
            _pull(row, known, later, moment) for row in org["pull_requests"] if _begun(row, known, moment)
        ],
        "reviews": [row for row in org["reviews"] if required_instant(row["submittedAt"]) <= moment],
        "deployments": [
            row
            for row in org["deployments"]
            if required_instant(row.get("deployedAt") or row.get("startedAt")) <= moment
        ],
        "incidents": [
            _incident(row, moment) for row in org["incidents"] if required_instant(row["startedAt"]) <= moment
        ],
    }


def _begun(row: Row, known: set[tuple[str, str]], moment: datetime) -> bool:
    times = [instant(row.get(field)) for field in ("createdAt", "mergedAt")]
    opened = any(time is not None and time <= moment for time in times)
    return opened or any((row["repo"], sha) in known for sha in texts(row.get("commits")))


def _pull(row: Row, known: set[tuple[str, str]], later: set[tuple[str, str]], moment: datetime) -> Row:
    merged_at = instant(row.get("mergedAt"))
    if merged_at is not None and merged_at <= moment:
        return {**row, "commits": [sha for sha in texts(row.get("commits")) if (row["repo"], sha) not in later]}
    commits = [sha for sha in texts(row.get("commits")) if (row["repo"], sha) in known]
    closed_at = instant(row.get("closedAt"))
    closed = row["closedAt"] if merged_at is None and closed_at is not None and closed_at <= moment else None
    return {**row, "mergedAt": None, "mergeSha": None, "closedAt": closed, "commits": commits or None}


def _incident(row: Row, moment: datetime) -> Row:
    resolved_at = instant(row.get("resolvedAt"))
    return {**row, "resolvedAt": row["resolvedAt"] if resolved_at is not None and resolved_at <= moment else None}
