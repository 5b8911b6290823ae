"""The 14 change metrics by their definitions: plain loops over the complete list of the changes before."""

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from tests.oracle.git_commands import git, lines

FIX_WORDS = ["bug", "bugs", "defect", "defects"] + [
    before + word for before in ("", "bug", "hot") for word in ("fix", "fixes", "fixed", "fixing")
]
YEAR_SECS = 365 * 24 * 60 * 60


@dataclass(frozen=True)
class Touch:
    """What happened to one file. `before` is its path before if it was moved; lines are None if it is binary."""

    path: str
    added: int | None
    deleted: int | None
    before: str | None = None


@dataclass(frozen=True)
class Commit:
    """A commit that is no merge, or a merge, which is no change; `counted` False: nobody could count its lines."""

    sha: str
    author: str
    at_secs: int
    message: str
    files: tuple[Touch, ...]
    parents: tuple[str, ...] = ()
    counted: bool = True


Values = dict[str, float | None]
History = list[tuple[Commit, Touch]]


def change_metrics(earlier: Sequence[Commit], change: Commit) -> Values:
    """The 14 metrics of a change by name, given all changes before it, oldest first."""
    paths = [touch.path for touch in change.files]
    histories = [_history(earlier, touch) for touch in change.files]
    touches = [(commit, touch) for history in histories for commit, touch in history]
    mine = [commit for commit in earlier if commit.author.casefold() == change.author.casefold()]
    subsystems = {_subsystem(path) for path in paths}
    return {
        "ns": len(subsystems),
        "nd": len({"/".join(path.split("/")[:-1]) for path in paths}),
        "nf": len(paths),
        "entropy": _entropy(change) if change.counted else None,
        "la": sum(touch.added or 0 for touch in change.files) if change.counted else None,
        "ld": sum(touch.deleted or 0 for touch in change.files) if change.counted else None,
        "lt": _lines(histories),
        "fix": int(any(word in FIX_WORDS for word in re.findall(r"\w+", change.message.lower()))),
        "ndev": len({commit.author.casefold() for commit, _ in touches}),
        "age": _age(histories, change),
        "nuc": len({commit.sha for commit, _ in touches}),
        "exp": len(mine),
        "rexp": float(sum(Fraction(1, 1 + _years(commit, change)) for commit in mine)),
        "sexp": sum(any(_subsystem(touch.path) in subsystems for touch in commit.files) for commit in mine),
    }


def _history(earlier: Sequence[Commit], touch: Touch) -> History:
    moved = _touches(earlier, touch.before) if touch.before is not None else []
    return moved or _touches(earlier, touch.path)


def _touches(earlier: Sequence[Commit], path: str) -> History:
    """The earlier changes of the file that lies at a path by the end of `earlier`, newest first, through its moves."""
    found: History = []
    for position in reversed(range(len(earlier))):
        commit = earlier[position]
        has_left = any(touch.before == path for touch in commit.files)
        for touch in commit.files:
            if touch.path == path:
                found.append((commit, touch))
                if touch.before is not None:
                    older = _touches(earlier[:position], touch.before)
                    return found + (older or ([] if has_left else _touches(earlier[:position], path)))
        if has_left:
            return found
    return found


def _lines(histories: list[History]) -> int | None:
    total = 0
    for history in histories:
        lines = 0
        for commit, touch in reversed(history):
            if not commit.counted:
                return None
            lines = max(0, lines + (touch.added or 0) - (touch.deleted or 0))
        total += lines
    return total


def _age(histories: list[History], change: Commit) -> float:
    if not histories:
        return 0.0
    seconds = [max(0, change.at_secs - history[0][0].at_secs) if history else 0 for history in histories]
    return float(Fraction(sum(seconds), len(seconds) * 24 * 60 * 60))


def _entropy(change: Commit) -> float:
    touched = [(touch.added or 0) + (touch.deleted or 0) for touch in change.files]
    total = sum(touched)
    return -sum(count / total * math.log2(count / total) for count in touched if count) + 0.0


def _subsystem(path: str) -> str:
    first, *rest = path.split("/")
    return first if rest else ""


def _years(commit: Commit, change: Commit) -> int:
    return max(0, change.at_secs - commit.at_secs) // YEAR_SECS


def read_commits(path: Path) -> list[Commit]:
    """All commits that HEAD reaches, merges too, in the order that decides what is earlier."""
    waiting = [_read(path, sha) for sha in lines(path, "rev-list", "HEAD")]
    ordered: list[Commit] = []
    while waiting:
        there = {commit.sha for commit in ordered}
        ready = [commit for commit in waiting if there.issuperset(commit.parents)]
        first = min(ready, key=lambda commit: (commit.at_secs, commit.sha))
        ordered.append(first)
        waiting.remove(first)
    return ordered


def changes_among(commits: Sequence[Commit]) -> list[Commit]:
    """Merges are no changes."""
    return [commit for commit in commits if len(commit.parents) < 2]


def _read(path: Path, sha: str) -> Commit:
    def shown(what: str) -> str:
        return git(path, "show", "-s", f"--format={what}", sha).strip("\n")

    fields = git(path, "diff-tree", "--root", "-r", "-M", "-z", "--numstat", "--no-commit-id", sha).split("\0")[:-1]
    return Commit(sha, shown("%an"), int(shown("%ct")), shown("%B"), _touched(fields), tuple(shown("%P").split()))


def _touched(fields: list[str]) -> tuple[Touch, ...]:
    found = []
    while fields:
        added, deleted, path = fields.pop(0).split("\t", 2)
        before = fields.pop(0) if not path else None
        counts = [None if count == "-" else int(count) for count in (added, deleted)]
        found.append(Touch(path or fields.pop(0), counts[0], counts[1], before))
    return tuple(found)
