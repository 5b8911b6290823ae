"""What is known of a repository's files by some moment: who touched them, how often lately, what was taken back (pure)."""

from collections import deque
from collections.abc import Collection, Iterable, Sequence
from typing import NamedTuple

from koalr_server.risk.change_metrics import DAY_SECS, FileChange

RECENT_SECS = 30 * DAY_SECS
REVERTS_SECS = 365 * DAY_SECS

Events = deque[tuple[int, int]]
"""(epoch seconds, change), oldest first."""


class FileSignals(NamedTuple):
    """Signals of a set of files.

    Attributes:
        recent_changes: changes that touched one of them in the 30 days before.
        prior_reverts: changes that touched one of them and were taken back in the 365 days before.
        author_file_expertise: mean over files touched before of the author's share of those changes; None without any.
        ownership: the same of each file's most frequent author.
    """

    recent_changes: int
    prior_reverts: int
    author_file_expertise: float | None
    ownership: float | None


class _File:
    """One file's past."""

    __slots__ = ("by_author", "changes", "most", "recent", "reverts")

    def __init__(self) -> None:
        self.by_author: dict[str | None, int] = {}
        self.changes = self.most = 0
        self.recent: Events = deque()
        self.reverts: Events = deque()


class FileHistory:
    """One repository, told in order of time: record what happened, measure a pull request where it began.

    What is measured rests on what was recorded before, and times never decrease from call to call.
    """

    def __init__(self) -> None:
        self._files: dict[str, _File] = {}

    def record(self, change: int, author: str | None, at_secs: int, files: Iterable[FileChange]) -> None:
        """A change (any number of its own) that touched files."""
        for touched in files:
            file = self._file(touched.path)
            file.changes += 1
            file.by_author[author] = by_author = file.by_author.get(author, 0) + 1
            file.most = max(file.most, by_author)
            file.recent.append((at_secs, change))

    def record_revert(self, change: int, at_secs: int, files: Iterable[FileChange]) -> None:
        """A change (any number of its own) that had touched files was taken back."""
        for touched in files:
            self._file(touched.path).reverts.append((at_secs, change))

    def measure(self, names: Collection[str], at_secs: int, files: Iterable[FileChange]) -> FileSignals:
        """The signals of some files at a moment, for an author known by several names."""
        past = [file for touched in files if (file := self._files.get(touched.path))]
        expertise, ownership = [], []
        for file in past:
            _forget(file.recent, at_secs - RECENT_SECS)
            _forget(file.reverts, at_secs - REVERTS_SECS)
            if file.changes:
                expertise.append(sum([file.by_author.get(name, 0) for name in names]) / file.changes)
                ownership.append(file.most / file.changes)
        return FileSignals(
            recent_changes=_distinct([file.recent for file in past]),
            prior_reverts=_distinct([file.reverts for file in past]),
            author_file_expertise=_mean(expertise),
            ownership=_mean(ownership),
        )

    def _file(self, path: str) -> _File:
        file = self._files.get(path)
        if file is None:
            file = self._files[path] = _File()
        return file


def _forget(events: Events, before_secs: int) -> None:
    while events and events[0][0] < before_secs:
        events.popleft()


def _distinct(files: Sequence[Events]) -> int:
    """How many changes the events of some files are about; one file has no change twice."""
    if len(files) == 1:
        return len(files[0])
    return len({change for events in files for _, change in events})


def _mean(shares: Sequence[float]) -> float | None:
    # Rounded, so that equal values are equal whatever the order of the sum.
    return round(sum(shares) / len(shares), 6) if shares else None
