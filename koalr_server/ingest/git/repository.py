"""Reads a whole repository, or what is new in it."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import pyarrow as pa

from koalr_server.ingest.git.codeowners import SCHEMA as CODEOWNERS
from koalr_server.ingest.git.codeowners import has_codeowners, read_codeowners
from koalr_server.ingest.git.log import FORMAT, LogReading, read_log
from koalr_server.ingest.git.partial import read_partial
from koalr_server.ingest.git.process import SAFE_DIFF, Git, GitError, MissingObjectsError
from koalr_server.ingest.git.references import (
    SHALLOW,
    References,
    Tag,
    changed_shallow,
    read_references,
    repository_name,
)

LOG = ("log", "-z", "--numstat", "-M", "--encoding=UTF-8", FORMAT, *SAFE_DIFF)
NO_HEADS: Mapping[str, str] = {}


@dataclass(slots=True)
class GitHistory:
    """One reading of a repository.

    Attributes:
        commits, files: Arrow tables of the commits read (tables.COMMITS_SCHEMA, FILES_SCHEMA).
        heads: tips by full ref name, with "HEAD".
        reachable: every reachable sha if a known tip no longer is, so that the caller can forget the rest; else None.
        start_over: the clone was deepened or cut; what was read before no longer holds.
        codeowners: every version of the CODEOWNERS file (codeowners.py); None if HEAD is where it was.
    """

    repo: str
    commits: pa.Table
    files: pa.Table
    heads: dict[str, str]
    tags: list[Tag]
    reachable: Sequence[str] | None = None
    start_over: bool = False
    codeowners: pa.Table | None = None
    shallow: bool = False
    commits_without_line_counts: int = 0
    impossible_dates: int = 0
    odd_dates: int = 0
    undecodable: int = 0
    skipped_tags: Mapping[str, int] = field(default_factory=dict)


def read_repository(
    path: Path,
    *,
    repo: str | None = None,
    known_heads: Callable[[str], Mapping[str, str]] = lambda _repo: NO_HEADS,
    progress: Callable[[int], None] = lambda _commits: None,
    now: datetime | None = None,
) -> GitHistory:
    """Read branches and tags of a repository.

    Args:
        repo: its name; by default owner/name of the remote, else the folder's name.
        known_heads: given the name, the tips of an earlier reading; only commits not reachable from them are read.
        progress: called with the number of commits read so far.
        now: aware; dates after it are counted as odd.

    Raises:
        GitError: the path is no readable repository, or git failed; nothing half-read is returned.
    """
    git = open_repository(path)
    references = read_references(git)
    name = repo or repository_name(git)
    known = dict(known_heads(name))
    start_over = bool(known) and changed_shallow(known, references.heads)
    existing = [] if start_over else _existing(git, [sha for ref, sha in known.items() if ref != SHALLOW])
    rewritten = not start_over and _rewritten(git, references, known, existing)
    reading = LogReading(name, progress, latest_secs=now.timestamp() if now else math.inf)
    without_counts = _read(git, references, existing, reading) if references.has_history else 0
    commits, files = reading.tables()
    return GitHistory(
        repo=name,
        commits=commits,
        files=files,
        heads=references.heads,
        tags=references.tags,
        reachable=_reachable(git, references) if rewritten else None,
        start_over=start_over,
        codeowners=_codeowners(git, references, NO_HEADS if start_over else known, files),
        shallow=SHALLOW in references.heads,
        commits_without_line_counts=without_counts,
        impossible_dates=reading.impossible_dates,
        odd_dates=reading.odd_dates,
        undecodable=reading.undecodable,
        skipped_tags=dict(references.skipped_tags),
    )


def open_repository(path: Path) -> Git:
    """The git commands of a repository.

    Raises:
        GitError: the path is none.
    """
    if not path.is_dir():
        raise GitError(f"{path} is not a folder; give the path of a git clone.")
    git = Git(path)
    git.find()
    return git


def _read(git: Git, references: References, existing: Sequence[str], reading: LogReading) -> int:
    """Read all commits but those reachable from `existing`; answers how many have no line counts, for want of contents."""
    excluded = "".join(f"^{sha}\n" for sha in existing)
    try:
        read_log(git.fields(*LOG, "--stdin", *references.revisions(), stdin=excluded), reading)
    except MissingObjectsError:
        return read_partial(git, references.revisions(), excluded, reading)
    return 0


def _codeowners(git: Git, references: References, known: Mapping[str, str], files: pa.Table) -> pa.Table | None:
    """Every version of the CODEOWNERS file; None if HEAD is where it was. `files` are all there are if nothing is known."""
    head = references.heads.get("HEAD")
    if head == known.get("HEAD"):
        return None
    if head and (known or has_codeowners(git, files["path"].unique().to_pylist())):
        return read_codeowners(git)
    return CODEOWNERS.empty_table()


def _existing(git: Git, shas: Sequence[str]) -> list[str]:
    """Those of the shas the repository still has."""
    if not shas:
        return []
    listed = "\n".join(dict.fromkeys(shas))
    return git.text("rev-list", "--no-walk", "--ignore-missing", "--stdin", stdin=listed).split()


def _rewritten(git: Git, references: References, known: Mapping[str, str], existing: Sequence[str]) -> bool:
    """Whether a tip read earlier is no longer part of the history."""
    tips = {sha for ref, sha in known.items() if ref != SHALLOW}
    if len(existing) < len(tips):
        return True
    if not existing:
        return False
    if not references.has_history:
        return True
    return bool(git.text("rev-list", "--max-count=1", *existing, "--not", *references.revisions()).strip())


def _reachable(git: Git, references: References) -> list[str]:
    return git.text("rev-list", *references.revisions()).split() if references.has_history else []
