"""The risk of a pull request, read slowly: signals from its commits, ranks among the pull requests before it."""

import json
import math
from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from fractions import Fraction
from typing import Any

from tests.oracle.changes import Commits, pull_is_bot, read_commits
from tests.oracle.numbers import mean
from tests.oracle.rows import Organisation, Row, instant, required_instant, texts

YEAR = timedelta(days=365)
FEWEST = 20
AGENT_SIGNS = ("copilot", "noreply@anthropic.com", "cursoragent@cursor.com", "codex", "aider")


def pr_risk(org: Organisation, now: datetime | str, repo: str, number: int) -> Row:
    """The documented fields but the recommendation, and what the score rests on."""
    moment = required_instant(now)
    commits = read_commits(org)
    (row,) = [one for one in org["pull_requests"] if (one["repo"], int(one["number"])) == (repo, number)]
    merged_at = instant(row.get("mergedAt"))
    judged_at = merged_at if merged_at is not None and merged_at <= moment else moment
    peers, among = _peers(org, repo, judged_at)
    ranks = {name: _rank(measure, row, peers, commits) for name, measure in MEASURES.items()}
    average = mean([rank for rank in ranks.values() if rank is not None])
    score = None if average is None else round(100 * average)
    return {
        "prNumber": number,
        "repo": repo,
        "riskScore": score,
        "tier": tier(score),
        "signals": {
            "changeEntropy": entropy(row, commits),
            "coverageDelta": None,
            "authorFileExpertise": expertise(row, commits),
            "codeownersCompliance": None,
            "aiAuthoredRatio": ai_ratio(row, commits),
        },
        "comparedWith": len(peers),
        "comparedAmong": among,
        "ranks": ranks,
    }


def tier(score: int | None) -> str | None:
    if score is None:
        return None
    return "low" if score < 40 else "medium" if score < 70 else "high" if score < 90 else "critical"


def commits_of(row: Row, commits: Commits) -> list[Row]:
    """Its own commits without merges; if none of those is known, the squash it landed as."""
    own = _plain(row, set(texts(row.get("commits"))), commits)
    squash = row.get("mergeSha")
    if own or not squash or squash == row.get("headSha") or instant(row.get("mergedAt")) is None:
        return own
    return _plain(row, {squash}, commits)


def _plain(row: Row, shas: set[str], commits: Commits) -> list[Row]:
    known = [commits[row["repo"], sha] for sha in sorted(shas) if (row["repo"], sha) in commits]
    return [commit for commit in known if len(texts(commit.get("parents"))) < 2]


def lines_by_path(row: Row, commits: Commits) -> Counter[str]:
    lines: Counter[str] = Counter()
    for commit in commits_of(row, commits):
        for file in _files(commit):
            lines[file["path"]] += (file.get("additions") or 0) + (file.get("deletions") or 0)
    return lines


def _files(commit: Row) -> list[dict[str, Any]]:
    files = commit.get("files") or []
    found: list[dict[str, Any]] = json.loads(files) if isinstance(files, str) else files
    return found


def churn(row: Row, commits: Commits) -> Fraction | None:
    if row.get("additions") is not None and row.get("deletions") is not None:
        return Fraction(int(row["additions"]) + int(row["deletions"]))
    lines = lines_by_path(row, commits)
    return Fraction(sum(lines.values())) if lines else None


def changed_files(row: Row, commits: Commits) -> Fraction | None:
    if row.get("changedFiles") is not None:
        return Fraction(int(row["changedFiles"]))
    lines = lines_by_path(row, commits)
    return Fraction(len(lines)) if lines else None


def entropy(row: Row, commits: Commits) -> float | None:
    """Shannon entropy of the changed lines over the edited files, as a share of the most there could be."""
    edited = [lines for lines in lines_by_path(row, commits).values() if lines]
    if not edited:
        return None
    if len(edited) == 1:
        return 0.0
    shares = [lines / sum(edited) for lines in edited]
    return round(-sum(share * math.log2(share) for share in shares) / math.log2(len(edited)), 6)


def expertise(row: Row, commits: Commits) -> float | None:
    """Mean, over the files somebody touched before, of the share of those commits that the author made."""
    mine = commits_of(row, commits)
    if not mine:
        return None
    began = min(required_instant(commit["committedAt"]) for commit in mine)
    names = {str(name).casefold() for name in (row.get("author"), *(commit["author"] for commit in mine)) if name}
    shares = []
    for path in lines_by_path(row, commits):
        before = [
            commit
            for (repo, _), commit in commits.items()
            if repo == row["repo"]
            and len(texts(commit.get("parents"))) < 2
            and required_instant(commit["committedAt"]) < began
            and any(file["path"] == path for file in _files(commit))
        ]
        if before:
            shares.append(Fraction(sum(commit["author"].casefold() in names for commit in before), len(before)))
    average = mean(shares)
    return None if average is None else round(float(average), 6)


def ai_ratio(row: Row, commits: Commits) -> float | None:
    told = [
        commit
        for commit in commits_of(row, commits)
        if commit.get("message") or any(sign in commit["author"].lower() for sign in AGENT_SIGNS)
    ]
    if not told:
        return None
    return round(sum(_assisted(commit) for commit in told) / len(told), 6)


def _assisted(commit: Row) -> bool:
    trailers = [
        line for line in (commit.get("message") or "").lower().splitlines() if line.startswith("co-authored-by:")
    ]
    return any(sign in text for sign in AGENT_SIGNS for text in (commit["author"].lower(), *trailers))


def unfamiliarity(row: Row, commits: Commits) -> Fraction | None:
    known = expertise(row, commits)
    return None if known is None else 1 - Fraction(str(known))


def spread(row: Row, commits: Commits) -> Fraction | None:
    known = entropy(row, commits)
    return None if known is None else Fraction(str(known))


Measure = Callable[[Row, Commits], Fraction | None]
MEASURES: dict[str, Measure] = {
    "churn": churn,
    "changedFiles": changed_files,
    "changeEntropy": spread,
    "authorFileUnfamiliarity": unfamiliarity,
}


def _peers(org: Organisation, repo: str, judged_at: datetime) -> tuple[list[Row], str]:
    people = [
        row
        for row in org["pull_requests"]
        if not pull_is_bot(row)
        and (merged_at := instant(row.get("mergedAt"))) is not None
        and judged_at - YEAR < merged_at < judged_at
    ]
    own = [row for row in people if row["repo"] == repo]
    return (own, "repository") if len(own) >= FEWEST else (people, "organisation")


def _rank(measure: Measure, row: Row, peers: list[Row], commits: Commits) -> Fraction | None:
    value = measure(row, commits)
    others = [other for peer in peers if (other := measure(peer, commits)) is not None]
    if value is None or len(others) < FEWEST:
        return None
    below, equal = sum(other < value for other in others), sum(other == value for other in others)
    return Fraction(2 * below + equal, 2 * len(others))
