"""Parses `git log -z --numstat`: one pass over NUL-separated fields."""

import math
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

import pyarrow as pa

from koalr_server.ingest.git.tables import (
    COMMITS_SCHEMA,
    FILES_SCHEMA,
    LONGEST_MESSAGE,
    Bots,
    TableBuilder,
    epoch_secs,
)

# A commit begins with this byte; nothing else that git prints here does.
MARK = b"\x1e"
FORMAT = "--format=tformat:%x1e%H%x00%P%x00%aN%x00%aE%x00%at%x00%ct%x00%B"
# The same with names as they were written, without looking for a .mailmap, which the clone may lack.
UNMAPPED = ("--no-mailmap", FORMAT.replace("%aN", "%an").replace("%aE", "%ae"))
PROGRESS_EVERY = 500
UNKNOWN = (None, None)

Line = tuple[str, int | None, int | None, str | None]
"""Path, lines added and deleted (None if binary), and the path before if it was renamed."""

Commit = tuple[list[bytes], list[Line]]
"""A header, in the order of FORMAT, and what the commit did to which file."""


@dataclass(slots=True)
class LogReading:
    """Rows and counts gathered while reading commits; `latest_secs` is now, for dates in the future."""

    repo: str
    progress: Callable[[int], None]
    commits: TableBuilder = field(default_factory=lambda: TableBuilder(COMMITS_SCHEMA))
    files: TableBuilder = field(default_factory=lambda: TableBuilder(FILES_SCHEMA))
    count: int = 0
    latest_secs: float = math.inf
    impossible_dates: int = 0
    odd_dates: int = 0
    undecodable: int = 0
    bots: Bots = field(default_factory=Bots)
    shas: set[str] = field(default_factory=set)

    def add(self, header: list[bytes], lines: list[Line], counted: bool = True) -> None:
        """Take one commit. `counted` False: its line counts are unknown, though its paths may not be."""
        sha, parents, author, email, authored, committed, message = (self._text(part) for part in header)
        authored_at, committed_at = epoch_secs(authored), epoch_secs(committed)
        self.impossible_dates += (authored_at is None) + (committed_at is None)
        self.odd_dates += self._odd(authored_at) + self._odd(committed_at)
        additions = sum(line[1] or 0 for line in lines) if counted else None
        deletions = sum(line[2] or 0 for line in lines) if counted else None
        self.commits.add(
            self.repo,
            sha,
            parents.split(),
            author,
            email,
            self.bots(author, email),
            authored_at,
            committed_at,
            message.strip("\n")[:LONGEST_MESSAGE],
            additions,
            deletions,
        )
        for path, added, deleted, _ in lines:
            self.files.add(self.repo, sha, path, added, deleted)
        self.shas.add(sha)
        self.count += 1
        if self.count % PROGRESS_EVERY == 0:
            self.progress(self.count)

    def _odd(self, seconds: int | None) -> bool:
        """Before 1970 or in the future: kept, and counted."""
        return seconds is not None and not 0 <= seconds <= self.latest_secs

    def _text(self, raw: bytes) -> str:
        try:
            return raw.decode()
        except UnicodeDecodeError:
            self.undecodable += 1
            return raw.decode("utf-8", "replace")

    def tables(self) -> tuple[pa.Table, pa.Table]:
        """(commits, files)."""
        return self.commits.table(), self.files.table()


def read_log(fields: Iterable[bytes], reading: LogReading) -> None:
    """Feed every commit of a `git log -z --numstat` with FORMAT into `reading`."""
    for header, lines in commits(iter(fields)):
        reading.add(header, lines)


def commits(fields: Iterator[bytes]) -> Iterator[Commit]:
    """Each commit of a `git log -z --numstat` with FORMAT."""
    header: list[bytes] = []
    lines: list[Line] = []
    for token in fields:
        if token.startswith(MARK):
            if header:
                yield header, lines
            header = [token[1:], *(next(fields) for _ in range(6))]
            lines = []
            continue
        if token in (b"", b"\n"):
            continue
        lines.append(_line(token, fields))
    if header:
        yield header, lines


def _line(token: bytes, fields: Iterator[bytes]) -> Line:
    """One numstat entry; a rename has an empty path and is followed by its old and new path."""
    added, deleted, path = token.lstrip(b"\n").split(b"\t", 2)
    before = None
    if not path:
        before = _path(next(fields))
        path = next(fields)
    return _path(path), _number(added), _number(deleted), before


def _path(raw: bytes) -> str:
    return raw.decode("utf-8", "backslashreplace")


def _number(text: bytes) -> int | None:
    """A line count; binary files have none."""
    return None if text == b"-" else int(text)
