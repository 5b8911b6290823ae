"""The risk score of one pull request with its signals (docs/METRICS.md#pull-request-risk)."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np

from koalr_server.metrics.rounding import rounded
from koalr_server.metrics.scope import BY_AUTHOR, Query, Scope
from koalr_server.risk.ranks import LEAST_COMPARED, MEASURES, YEAR_SECS, Assessment, Measures, Peers, assess
from koalr_server.risk.recommendation import recommendation

MODEL = "percentile-ranks-1"
FIELDS = {
    "churn": "churn",
    "changed_files": "changedFiles",
    "change_entropy": "changeEntropy",
    "unfamiliarity": "authorFileUnfamiliarity",
}

# A store read from a clone may know a repository by its bare name; that is taken if no other matches.
FIND = """
SELECT repo FROM pull_request_facts
WHERE number = $number AND coalesce(created_at, $now) <= $now
  AND lower(repo) IN (lower($owner || '/' || $name), lower($name))
ORDER BY repo = $owner || '/' || $name DESC, repo
"""

SIGNALS = f"""
SELECT f.repo, f.number, f.merged_at <= $now AS merged, f.allowed,
       s.churn, s.changed_files, s.change_entropy, 1 - s.author_file_expertise AS unfamiliarity,
       s.author_file_expertise, s.ai_authored_ratio,
       r.repo IS NOT NULL AS scored, r.score, r.compared_with, r.compared_among,
       r.churn_rank, r.changed_files_rank, r.change_entropy_rank, r.unfamiliarity_rank
FROM (SELECT *, {BY_AUTHOR} AS allowed FROM pull_request_facts WHERE repo = $repo AND number = $number) f
LEFT JOIN pull_request_signals s ON s.repo = f.repo AND s.number = f.number
LEFT JOIN pull_request_risk r ON r.repo = f.repo AND r.number = f.number
"""  # noqa: S608 - composed of this package's own constants

PEERS = """
SELECT repo, CAST(epoch(merged_at) AS BIGINT) AS merged_at, churn, changed_files, change_entropy,
       1 - author_file_expertise AS unfamiliarity
FROM pull_request_signals
WHERE merged_at > $after AND merged_at < $now AND NOT is_bot AND ($organisation OR repo = $repo)
ORDER BY pull_request_signals.merged_at
"""


@dataclass(frozen=True, slots=True)
class Question:
    """Which pull request: its number, and its repository as owner and bare name, in any case."""

    number: int
    name: str
    owner: str


class NotAllowedError(Exception):
    """The pull request belongs to none of the teams in scope."""


def risk(query: Query, question: Question, now: datetime, scope: Scope) -> dict[str, Any] | None:
    """The documented fields, and `model`, `signalRanks`, `comparedWith`, `comparedAmong`; None if there is no such pull request.

    A merged pull request has the score it was given beside those merged before it; an open one is compared at `now`
    (naive UTC).

    Raises:
        NotAllowedError: it exists outside the scope.
    """
    named = {"number": question.number, "name": question.name, "owner": question.owner, "now": now}
    repo = _repo(question, [row["repo"] for row in query(FIND, named)])
    if repo is None:
        return None
    (row,) = query(SIGNALS, {"repo": repo, "number": question.number, "now": now, **scope.parameters()})
    if not row["allowed"]:
        raise NotAllowedError
    measures = [row[measure] for measure in MEASURES]
    found = _stored(row) if row["merged"] and row["scored"] else _assessed(query, repo, measures, now)
    return _answer(row, measures, found)


def _repo(question: Question, candidates: list[str]) -> str | None:
    full = [repo for repo in candidates if repo.lower() == f"{question.owner}/{question.name}".lower()]
    bare = [repo for repo in candidates if "/" not in repo]
    if full:
        return full[0]
    return bare[0] if len(bare) == 1 else None


def _stored(row: dict[str, Any]) -> Assessment:
    ranks = tuple(row[f"{measure}_rank"] for measure in MEASURES)
    return Assessment(row["score"], ranks, row["compared_with"], row["compared_among"])


def _assessed(query: Query, repo: str, measures: Measures, now: datetime) -> Assessment:
    """Compared with what is merged by now; the organisation is read only if the repository does not do."""
    after = now - timedelta(seconds=YEAR_SECS)
    parameters = {"repo": repo, "after": after, "now": now}
    own = query(PEERS, {**parameters, "organisation": False})
    all_of_them = query(PEERS, {**parameters, "organisation": True}) if len(own) < LEAST_COMPARED else []
    moment = int(now.replace(tzinfo=UTC).timestamp())
    return assess(measures, moment, _peers(own), _peers(all_of_them))


def _peers(rows: list[dict[str, Any]]) -> Peers:
    merged_at = np.array([row["merged_at"] for row in rows], np.int64)
    values = [[np.nan if row[measure] is None else row[measure] for row in rows] for measure in MEASURES]
    return Peers(merged_at, np.array(values, np.float64))


def _answer(row: dict[str, Any], measures: Measures, found: Assessment) -> dict[str, Any]:
    return {
        "prNumber": row["number"],
        "repo": row["repo"],
        "riskScore": found.score,
        "tier": found.tier,
        "signals": {
            "changeEntropy": row["change_entropy"],
            "coverageDelta": None,
            "authorFileExpertise": row["author_file_expertise"],
            "codeownersCompliance": None,
            "aiAuthoredRatio": row["ai_authored_ratio"],
        },
        "recommendation": recommendation(found),
        "model": MODEL,
        "signalRanks": {
            FIELDS[measure]: {"value": rounded(value), "rank": rounded(rank)}
            for measure, value, rank in zip(MEASURES, measures, found.ranks, strict=True)
        },
        "comparedWith": found.compared_with,
        "comparedAmong": found.compared_among,
    }
