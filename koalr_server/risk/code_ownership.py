"""Whether code owners approved pull requests, by the rules and reviews there were when each is judged (pure)."""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from koalr_server.metrics.scope import Query
from koalr_server.risk.codeowners import parse
from koalr_server.risk.compliance import compliance, members_by_slug
from koalr_server.risk.standing_reviews import standing_reviews

CODEOWNERS = """(
    SELECT repo, known_from, content, sha FROM codeowners UNION SELECT repo, known_from, content, sha FROM told_codeowners
)"""
"""SQL of the versions that a clone and GitHub tell of, which may both tell of one."""
VERSIONS = f"""
SELECT * FROM {CODEOWNERS} WHERE repo IN (SELECT repo FROM ({{judged}})) ORDER BY repo, known_from, sha
"""  # noqa: S608 - this package's own text
# In the order of OWNED few versions are asked for at a time; thousands of rules take a tenth of a second to read.
REMEMBERED_VERSIONS = 16
_rules = lru_cache(REMEMBERED_VERSIONS)(parse)
MEMBERS = "SELECT t.name, m.login FROM teams t JOIN members m USING (team_id)"
OWNED = f"""
WITH judged AS ({{judged}}),
measured AS (SELECT repo, number, commits FROM pull_request_signals SEMI JOIN judged USING (repo, number)),
touched AS (
    SELECT repo, number, list_sort(list(DISTINCT path)) AS paths
    FROM (
        SELECT c.repo, c.number, f.path FROM (SELECT repo, number, unnest(commits) AS sha FROM measured) c
        JOIN commit_files f ON f.repo = c.repo AND f.sha = c.sha
        UNION ALL
        SELECT repo, number, path FROM pull_request_files SEMI JOIN (FROM measured WHERE commits IS NULL) USING (repo, number)
    )
    GROUP BY ALL
),
approving AS (
    SELECT repo, number, list(reviewer) AS approvers FROM ({standing_reviews("judged")})
    WHERE opinion = 'approved'
    GROUP BY ALL
),
reviewed AS (
    SELECT repo, min(submitted_at) AS since FROM reviews WHERE repo IN (SELECT repo FROM judged) GROUP BY repo
)
SELECT j.repo, j.number, j.author, j.judged_at, t.paths, coalesce(a.approvers, []) AS approvers,
       list_concat(p.own_shas, p.landing_shas) AS shas
FROM judged j
JOIN pull_request_facts p ON p.repo = j.repo AND p.number = j.number
JOIN touched t ON t.repo = j.repo AND t.number = j.number
JOIN reviewed ON reviewed.repo = j.repo AND reviewed.since <= j.judged_at
LEFT JOIN approving a ON a.repo = j.repo AND a.number = j.number
WHERE j.repo IN (SELECT repo FROM {CODEOWNERS})
ORDER BY j.repo, j.judged_at
"""  # noqa: S608 - composed of this package's own text


@dataclass(frozen=True, slots=True)
class _Version:
    """Since when which text counts (None: no file, or nobody knows it), and the commit that made it so."""

    known_from: datetime
    content: str | None
    sha: str | None


def compliances(query: Query, judged: str, parameters: Mapping[str, object]) -> dict[tuple[str, int], bool]:
    """By repository and number; pull requests of which nobody can tell are left out.

    Args:
        judged: SQL of this package as for `moment_signals.moment_signals`, with its parameters.
    """
    versions: defaultdict[str, list[_Version]] = defaultdict(list)
    for row in query(VERSIONS.format(judged=judged), parameters):
        versions[row["repo"]].append(_Version(row["known_from"], row["content"], row["sha"]))
    if not versions:
        return {}
    members = members_by_slug((row["name"], row["login"]) for row in query(MEMBERS, {}))
    found = {}
    for row in query(OWNED.format(judged=judged), parameters):
        in_force = _in_force(versions[row["repo"]], row["judged_at"], row["shas"])
        approved = compliance(
            None if in_force is None else _rules(in_force), row["paths"], row["approvers"], row["author"], members
        )
        if approved is not None:
            found[row["repo"], row["number"]] = approved
    return found


def _in_force(versions: list[_Version], moment: datetime, shas: Collection[str]) -> str | None:
    """The text of the last version before a moment that is not of these commits; None if there is none, or nobody knows it.

    A pull request is judged by the file of the branch it goes to, never by the one it brings.
    """
    end = bisect_left(versions, moment, key=lambda version: version.known_from)
    before = (version.content for version in reversed(versions[:end]) if version.sha not in shas)
    return next(before, None)
