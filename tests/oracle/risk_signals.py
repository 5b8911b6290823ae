"""The signals of a pull request's risk, read slowly: every one by a loop over all rows, as of when it began or is judged."""

import math
from datetime import datetime, timedelta
from typing import Any

from tests.oracle.changes import Commits, cycle_start_at, read_changes, read_commits
from tests.oracle.incidents import repo_of_incident
from tests.oracle.judged import Judged, commits_of, files_of, folder, paths_of, read_judged, subsystem
from tests.oracle.people import is_bot, same_person
from tests.oracle.reverts import read_reverts
from tests.oracle.rows import Organisation, Row, instant, required_instant, texts

DAY = timedelta(days=1)
END_OF_TIME = datetime(2100, 1, 1)
AGENT_SIGNS = ("copilot", "noreply@anthropic.com", "cursoragent@cursor.com", "codex", "aider")
FIX_WORDS = {"fix", "fixes", "fixed", "fixing", "bug", "bugs", "defect", "defects", "bugfix", "hotfix"}
Signals = dict[str, Any]


def signals(org: Organisation, now: datetime, row: Row) -> Signals:
    """All 32 by name, and `entropyBits`, which the model reads."""
    commits = read_commits(org)
    ended_at = instant(row.get("mergedAt")) or instant(row.get("closedAt"))
    judged = read_judged(row, commits, ended_at if ended_at is not None and ended_at <= now else now)
    return {
        **code(judged),
        **history(org, judged),
        **author(judged),
        **review(org, judged),
        **operations(org, judged),
        "coverageDelta": None,
        "codeownersCompliance": None,
        "failedChecks": row.get("failedChecks"),
        "openHours": open_hours(judged, commits),
        "outOfHours": judged.moment.weekday() in (5, 6) or not 7 <= judged.moment.hour < 19,
        "aiAuthoredRatio": ai_ratio(judged, commits),
    }


def code(judged: Judged) -> Signals:
    """Size and spread; sizes as imported, else counted."""
    lines, row = judged.lines, judged.row
    edited = [added + deleted for added, deleted in lines.values() if added + deleted]
    bits = -sum(part / sum(edited) * math.log2(part / sum(edited)) for part in edited)
    tested = sum(added + deleted for path, (added, deleted) in lines.items() if path.startswith("tests/"))
    counted = {
        "linesAdded": sum(added for added, _ in lines.values()),
        "linesDeleted": sum(deleted for _, deleted in lines.values()),
        "filesChanged": len(lines),
    }
    stated = {"linesAdded": "additions", "linesDeleted": "deletions", "filesChanged": "changedFiles"}
    sizes = {
        name: row[field] if row.get(field) is not None else counted[name] if lines else None
        for name, field in stated.items()
    }
    rest = {
        "directoriesChanged": len({folder(path) for path in lines}),
        "subsystemsChanged": len({subsystem(path) for path in lines}),
        "changeEntropy": None if not edited else 0.0 if len(edited) == 1 else round(bits / math.log2(len(edited)), 6),
        "entropyBits": abs(bits),
        "linesInFiles": sum(_length(judged.earlier, path) for path in lines),
        "testShare": round(tested / sum(edited), 6) if edited else None,
        "schemaMigration": any(path.startswith("db/migrate/") for path in lines),
        "infrastructureFiles": sum(path.endswith("Dockerfile") for path in lines),
        "dependencyFiles": sum(path.endswith("package-lock.json") for path in lines),
    }
    return sizes | (rest if lines else dict.fromkeys(rest))


def _length(earlier: list[Row], path: str) -> int:
    length = 0
    for commit in earlier:
        for file in files_of(commit):
            if file["path"] == path:
                length = max(0, length + (file.get("additions") or 0) - (file.get("deletions") or 0))
    return length


def history(org: Organisation, judged: Judged) -> Signals:
    """What had happened to its files by when it began."""
    texts_told = [judged.row.get("title"), *(commit.get("message") for commit in judged.own)]
    words = " ".join(filter(None, texts_told)).replace("-", " ").lower().split()
    fix = {"isFix": any(word.strip(".,:;!?()\"'") in FIX_WORDS for word in words) if judged.own and words else None}
    names = ("priorChanges", "priorAuthors", "daysSinceChange", "recentChanges", "priorReverts")
    began, touching = judged.began, judged.touching
    if began is None or not judged.lines:
        return fix | dict.fromkeys(names)
    ages = []
    for path in judged.lines:
        times = [required_instant(commit["committedAt"]) for commit in touching if path in paths_of(commit)]
        ages.append((began - max(times)) / DAY if times else 0.0)
    recent = [commit for commit in touching if began - required_instant(commit["committedAt"]) <= 30 * DAY]
    return fix | {
        "priorChanges": len(touching),
        "priorAuthors": len({commit["author"].casefold() for commit in touching}),
        "daysSinceChange": sum(ages) / len(ages),
        "recentChanges": len(recent),
        "priorReverts": reverts_before(org, judged.row["repo"], began, set(judged.lines)),
    }


def reverts_before(org: Organisation, repo: str, began: datetime, paths: set[str]) -> int:
    """Changes of the repository that touched one of the paths and were first taken back in the 365 days before."""
    commits = read_commits(org)
    pulls = {(row["repo"], int(row["number"])): row for row in org["pull_requests"]}
    first_undone: dict[Any, datetime] = {}
    of_change: dict[Any, set[str]] = {}
    for undo, targets in read_reverts([change for change in read_changes(org, END_OF_TIME) if change.repo == repo]):
        for target in targets:
            first_undone[target.key] = min(undo.merged_at, first_undone.get(target.key, undo.merged_at))
            content = (
                [commits[repo, target.landings[0]]]
                if target.number is None
                else commits_of(pulls[repo, target.number], commits)
            )
            of_change[target.key] = set().union(*(paths_of(commit) for commit in content))
    return sum(
        began - 365 * DAY <= undone < began and bool(of_change[key] & paths) for key, undone in first_undone.items()
    )


def author(judged: Judged) -> Signals:
    """What its author had done by then."""
    names = {judged.row.get("author"), *(commit["author"] for commit in judged.own)}
    folded = {str(name).casefold() for name in names if name}
    mine = [commit for commit in judged.earlier if commit["author"].casefold() == judged.writer]
    shares, owned = [], []
    for path in judged.lines:
        writers = [commit["author"].casefold() for commit in judged.earlier if path in paths_of(commit)]
        if writers:
            shares.append(sum(writer in folded for writer in writers) / len(writers))
            owned.append(max(map(writers.count, writers)) / len(writers))
    subsystems = {subsystem(path) for path in judged.lines}
    familiar = [commit for commit in mine if {subsystem(path) for path in paths_of(commit)} & subsystems]
    recent = [
        1 / (1 + (judged.began - required_instant(c["committedAt"])) // (365 * DAY)) for c in mine if judged.began
    ]
    return {
        "authorFileExpertise": round(sum(shares) / len(shares), 6) if shares else None,
        "ownership": round(sum(owned) / len(owned), 6) if owned else None,
        "authorExperience": len(mine) if judged.own else None,
        "authorRecentExperience": sum(recent) if judged.own else None,
        "authorSubsystemExperience": len(familiar) if judged.lines else None,
    }


def review(org: Organisation, judged: Judged) -> Signals:
    """Reviews by people other than its author up to the moment; nothing is known before the repository's first review."""
    row = judged.row
    by_then = [
        one
        for one in org.get("reviews", [])
        if one["repo"] == row["repo"] and required_instant(one["submittedAt"]) <= judged.moment
    ]
    if not by_then:
        return dict.fromkeys(("reviewers", "approvals", "changesRequested"))
    counted = [
        one
        for one in by_then
        if int(one["number"]) == int(row["number"])
        and not is_bot(one["reviewer"])
        and not same_person(one["reviewer"], row.get("author"))
    ]
    reviewers = {one["reviewer"].casefold() for one in counted}
    verdicts = [list(verdicts_of(reviewer, counted).values()) for reviewer in reviewers]
    return {
        "reviewers": len(reviewers),
        "approvals": sum(found[-1:] == ["approved"] for found in verdicts),
        "changesRequested": sum(found.count("changes_requested") for found in verdicts),
    }


def verdicts_of(reviewer: str, reviews: list[Row]) -> dict[datetime, str]:
    """What somebody decided when, in the order of time; of several at one time a dismissal counts, else the stricter one."""
    found: dict[datetime, str] = {}
    for state in ("approved", "changes_requested", "dismissed"):
        for one in reviews:
            if one["reviewer"].casefold() == reviewer and one["state"] == state:
                found[required_instant(one["submittedAt"])] = state
    return dict(sorted(found.items()))


def operations(org: Organisation, judged: Judged) -> Signals:
    """Incidents of its repository; nothing is known before the first."""
    started = [
        row
        for row in org.get("incidents", [])
        if repo_of_incident(org, row) == judged.row["repo"] and required_instant(row["startedAt"]) <= judged.moment
    ]
    still_open = [row for row in started if (instant(row.get("resolvedAt")) or END_OF_TIME) > judged.moment]
    return {"openIncidents": len(still_open) if started else None}


def open_hours(judged: Judged, commits: Commits) -> float | None:
    opened = instant(judged.row.get("createdAt")) or cycle_start_at(judged.row, commits)
    return None if opened is None else round(max(0.0, (judged.moment - opened).total_seconds()) / 3600, 6)


def ai_ratio(judged: Judged, commits: Commits) -> float | None:
    """The share of its commits with an agent; all of them on a branch that an agent made."""
    landing = commits.get((judged.row["repo"], judged.row.get("mergeSha") or ""))
    if landing is not None and len(texts(landing.get("parents"))) > 1 and judged.row.get("mergedAt"):
        first_line = (landing.get("message") or "").split("\n")[0]
        if first_line.startswith("Merge pull request #") and first_line.split("/")[1:2] == ["copilot"]:
            return 1.0
    told = [
        commit
        for commit in judged.own
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
