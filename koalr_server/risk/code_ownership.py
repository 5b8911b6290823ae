"""Whether code owners approved pull requests, by the rules and reviews there were when each is judged (pure)."""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from koalr_server.metrics.scope import Query
from koalr_server.risk.codeowners import parse
from koalr_server.risk.compliance import compliance, members_by_slug

VERSIONS = """
SELECT repo, known_from, content FROM codeowners WHERE repo IN (SELECT repo FROM ({judged})) ORDER BY repo, known_from
"""
MEMBERS = "SELECT t.name, m.login FROM teams t JOIN members m USING (team_id)"
OWNED = """
WITH judged AS ({judged}),
touched AS (
    SELECT c.repo, c.number, list_sort(list(DISTINCT f.path)) AS paths
    FROM (SELECT s.repo, s.number, unnest(s.commits) AS sha FROM pull_request_signals s SEMI JOIN judged USING (repo, number)) c
    JOIN commit_files f ON f.repo = c.repo AND f.sha = c.sha
    GROUP BY ALL
),
approving AS (
    SELECT j.repo, j.number, list(DISTINCT r.reviewer) AS approvers
    FROM judged j JOIN reviews r ON r.repo = j.repo AND r.number = j.number AND r.submitted_at <= j.judged_at
    WHERE r.state = 'approved'
    GROUP BY ALL
),
reviewed AS (
    SELECT repo, min(submitted_at) AS since FROM reviews WHERE repo IN (SELECT repo FROM judged) GROUP BY repo
)
SELECT j.repo, j.number, j.author, j.judged_at, t.paths, coalesce(a.approvers, []) AS approvers
FROM judged j
JOIN touched t ON t.repo = j.repo AND t.number = j.number
JOIN reviewed ON reviewed.repo = j.repo AND reviewed.since <= j.judged_at
LEFT JOIN approving a ON a.repo = j.repo AND a.number = j.number
WHERE j.repo IN (SELECT repo FROM codeowners)
"""


def compliances(query: Query, judged: str, parameters: Mapping[str, object]) -> dict[tuple[str, int], bool]:
    """By repository and number; pull requests of which nobody can tell are left out.

    Args:
        judged: SQL of this package as for `moment_signals.moment_signals`, with its parameters.
    """
    versions: defaultdict[str, list[tuple[Any, str | None]]] = defaultdict(list)
    for row in query(VERSIONS.format(judged=judged), parameters):
        versions[row["repo"]].append((row["known_from"], row["content"]))
    if not versions:
        return {}
    members = members_by_slug((row["name"], row["login"]) for row in query(MEMBERS, {}))
    rules = lru_cache(parse)
    found = {}
    for row in query(OWNED.format(judged=judged), parameters):
        in_force = _in_force(versions[row["repo"]], row["judged_at"])
        approved = compliance(
            None if in_force is None else rules(in_force), row["paths"], row["approvers"], row["author"], members
        )
        if approved is not None:
            found[row["repo"], row["number"]] = approved
    return found


def _in_force(versions: list[tuple[Any, str | None]], moment: Any) -> str | None:  # noqa: ANN401 - naive UTC datetimes
    """The text of the version at a moment; None before the first, where the file was deleted, or where it is unknown."""
    place = bisect_right(versions, moment, key=lambda version: version[0])
    return versions[place - 1][1] if place else None
