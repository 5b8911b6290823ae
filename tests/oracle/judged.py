"""A pull request as risk sees it: its commits, what came before it began, and the moment it is judged at."""

import json
from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tests.oracle.changes import Commits
from tests.oracle.rows import Row, instant, required_instant, texts


@dataclass(frozen=True)
class Judged:
    """A pull request with its commits, the moment it began, and the moment it is judged at."""

    row: Row
    own: list[Row]
    earlier: list[Row]
    began: datetime | None
    moment: datetime

    @property
    def lines(self) -> dict[str, tuple[int, int]]:
        """Lines added and deleted by path, all its commits together."""
        found: dict[str, tuple[int, int]] = {}
        for commit in self.own:
            for file in files_of(commit):
                added, deleted = found.get(file["path"], (0, 0))
                found[file["path"]] = (added + (file.get("additions") or 0), deleted + (file.get("deletions") or 0))
        return found

    @property
    def touching(self) -> list[Row]:
        """Earlier commits that touched one of its files."""
        return [commit for commit in self.earlier if paths_of(commit) & set(self.lines)]

    @property
    def writer(self) -> str | None:
        """Who wrote most of its commits; of equals whoever came first."""
        writers = [commit["author"].casefold() for commit in self.own]
        return Counter(writers).most_common(1)[0][0] if writers else None


def read_judged(row: Row, commits: Commits, moment: datetime) -> Judged:
    own = commits_of(row, commits)
    began = min((required_instant(commit["committedAt"]) for commit in own), default=None)
    earlier = [
        commit
        for (repo, _), commit in commits.items()
        if repo == row["repo"]
        and len(texts(commit.get("parents"))) < 2
        and began is not None
        and required_instant(commit["committedAt"]) < began
    ]
    earlier.sort(key=lambda commit: (required_instant(commit["committedAt"]), commit["sha"]))
    return Judged(row, own, earlier, began, moment)


def commits_of(row: Row, commits: Commits) -> list[Row]:
    """Its own commits without merges, none after its end; if those are not all known, the squash it landed as. By time."""
    merged_at = instant(row.get("mergedAt"))
    end = merged_at or instant(row.get("closedAt"))
    shas = set(texts(row.get("commits")))
    own = _plain(row, shas, commits)
    own = [commit for commit in own if end is None or required_instant(commit["committedAt"]) <= end]
    if own and all((row["repo"], sha) in commits for sha in shas):
        return own
    squash = row.get("mergeSha")
    if not squash or squash == row.get("headSha") or merged_at is None:
        return own
    return _plain(row, {squash}, commits) or own


def _plain(row: Row, shas: set[str], commits: Commits) -> list[Row]:
    known = [commits[row["repo"], sha] for sha in shas if (row["repo"], sha) in commits]
    plain = [commit for commit in known if len(texts(commit.get("parents"))) < 2]
    return sorted(plain, key=lambda commit: (required_instant(commit["committedAt"]), commit["sha"]))


def files_of(commit: Row) -> list[dict[str, Any]]:
    files = commit.get("files") or []
    found: list[dict[str, Any]] = json.loads(files) if isinstance(files, str) else files
    return found


def paths_of(commit: Row) -> set[str]:
    return {file["path"] for file in files_of(commit)}


def folder(path: str) -> str:
    return "/".join(path.split("/")[:-1])


def subsystem(path: str) -> str:
    return path.split("/")[0] if "/" in path else ""
