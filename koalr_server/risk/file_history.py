"""What is known of a repository's files by some moment: who touched them, how often lately, what was taken back (pure)."""

from collections import deque
from collections.abc import Collection
from typing import NamedTuple

DAY_SECS = 86_400
RECENT_SECS = 30 * DAY_SECS
REVERTS_SECS = 365 * DAY_SECS


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
    """One file's past. `recent` and `reverts` hold (epoch seconds, change), oldest first."""

    __slots__ = ("by_author", "changes", "most", "recent", "reverts")

    def __init__(self) -> None:
        self.by_author: dict[str | None, int] = {}
        self.changes = self.most = 0
        self.recent: deque[tuple[int, int]] = deque()
        self.reverts: deque[tuple[int, str]] = deque()


class FileHistory:
    """One repository, told in order of time: record what happened, measure a pull request where it began.

    What is measured rests on what was recorded before, and times never decrease from call to call.
    """

    def __init__(self) -> None:
        self._files: dict[str, _File] = {}

    def record(self, change: int, author: str | None, at_secs: int, paths: Collection[str]) -> None:
        """A change (any number of its own) that touched files."""
        for path in paths:
            file = self._file(path)
            file.changes += 1
            file.by_author[author] = by_author = file.by_author.get(author, 0) + 1
            file.most = max(file.most, by_author)
            file.recent.append((at_secs, change))

    def record_revert(self, change: str, at_secs: int, paths: Collection[str]) -> None:
        """A change (any text of its own) that had touched files was taken back."""
        for path in paths:
            self._file(path).reverts.append((at_secs, change))

    def measure(self, names: Collection[str], at_secs: int, paths: Collection[str]) -> FileSignals:
        """The signals of some files at a moment, for an author known by several names."""
        recent: set[int] = set()
        reverted: set[str] = set()
        expertise, ownership = [], []
        for file in filter(None, map(self._files.get, paths)):
            _forget(file.recent, at_secs - RECENT_SECS)
            _forget(file.reverts, at_secs - REVERTS_SECS)
            recent.update(change for _, change in file.recent)
            reverted.update(change for _, change in file.reverts)
            if file.changes:
                expertise.append(sum(file.by_author.get(name, 0) for name in names) / file.changes)
                ownership.append(file.most / file.changes)
        return FileSignals(len(recent), len(reverted), _mean(expertise), _mean(ownership))

    def _file(self, path: str) -> _File:
        file = self._files.get(path)
        if file is None:
            file = self._files[path] = _File()
        return file


def _forget(events: "deque[tuple[int, int]] | deque[tuple[int, str]]", before_secs: int) -> None:
    while events and events[0][0] < before_secs:
        events.popleft()


def _mean(shares: list[float]) -> float | None:
    # Rounded, so that equal values are equal whatever the order of the sum.
    return round(sum(shares) / len(shares), 6) if shares else None
