"""The 14 change metrics of Kamei et al. (2013), each change measured by what came before it (docs/CHANGE_METRICS.md)."""

import math
from bisect import bisect_right, insort
from collections.abc import Iterable, Sequence
from operator import add
from typing import NamedTuple

from koalr_server.history.fixes import is_fix
from koalr_server.risk.number_set import NumberSet

DAY_SECS = 86_400
YEAR_SECS = 365 * DAY_SECS


class FileChange(NamedTuple):
    """What a change did to one file.

    Attributes:
        path: with /, after the change; each path at most once in a change.
        additions, deletions: lines; None for a binary file.
        renamed_from: the path before, if the file was moved.
    """

    path: str
    additions: int | None
    deletions: int | None
    renamed_from: str | None = None


class Change(NamedTuple):
    """A commit, or several taken as one.

    Attributes:
        author: a name; names compare without case. None if unknown.
        at_secs: seconds since 1970.
        files: None if unknown, which is not the same as none.
        message: None if unknown.
        lines_known: whether the files that have no line counts are binary; if not, nobody could count.
    """

    author: str | None
    at_secs: int
    files: Sequence[FileChange] | None
    message: str | None = None
    lines_known: bool = True


class ChangeMetrics(NamedTuple):
    """One row; None where unknown. `entropy` is in bits, `age` in days, `lt`, `la` and `ld` in lines, `fix` 0 or 1."""

    ns: int | None
    nd: int | None
    nf: int | None
    entropy: float | None
    la: int | None
    ld: int | None
    lt: int | None
    fix: int | None
    ndev: int | None
    age: float | None
    nuc: int | None
    exp: int | None
    rexp: float | None
    sexp: int | None


METRICS = ChangeMetrics._fields
NOTHING_KNOWN = ChangeMetrics._make([None] * len(METRICS))


class _File:
    """What is known of a file: its lines (None if unknown), when it was last changed, by whom, in which changes."""

    __slots__ = ("authors", "changes", "last_secs", "lines")

    def __init__(self) -> None:
        self.lines: int | None = 0
        self.last_secs = 0
        self.authors = NumberSet()
        self.changes = NumberSet()


class _Author:
    """The times of an author's changes, ascending, and which changes by subsystem."""

    __slots__ = ("number", "secs", "subsystems")

    def __init__(self, number: int) -> None:
        self.number = number
        self.secs: list[int] = []
        self.subsystems: dict[str, NumberSet] = {}


_NEWCOMER = _Author(-1)


class ChangeHistory:
    """What happened so far. Measure a change before recording it; what is recorded counts as earlier."""

    def __init__(self) -> None:
        self._files: dict[str, _File] = {}
        self._authors: dict[str, _Author] = {}
        self._changes: dict[str, int] = {}

    def measure(self, change: Change) -> ChangeMetrics:
        """The metrics of a change that happens now. Nothing is remembered of it."""
        author = None if change.author is None else self._authors.get(change.author.casefold(), _NEWCOMER)
        fix = None if change.message is None else int(is_fix(change.message))
        exp, rexp = (None, None) if author is None else (len(author.secs), _recent(author.secs, change.at_secs))
        if change.files is None:
            return NOTHING_KNOWN._replace(fix=fix, exp=exp, rexp=rexp)
        directories = {file.path.rpartition("/")[0] for file in change.files}
        subsystems = {directory.partition("/")[0] for directory in directories}
        entropy, la, ld = _size(change.files) if change.lines_known else (None, None, None)
        past = [found for file in change.files if (found := self._past(file))]
        return ChangeMetrics(
            ns=len(subsystems),
            nd=len(directories),
            nf=len(change.files),
            entropy=entropy,
            la=la,
            ld=ld,
            lt=_lines(past),
            fix=fix,
            ndev=NumberSet.union_size([file.authors for file in past]),
            age=_age_days(past, change),
            nuc=NumberSet.union_size([file.changes for file in past]),
            exp=exp,
            rexp=rexp,
            sexp=None if author is None else _experience(author, subsystems),
        )

    def record(self, change: Change, sha: str) -> None:
        """Remember a change; a sha known already is left alone.

        Recording in the order of time is what keeps later changes out of the metrics.
        """
        if sha in self._changes:
            return
        number = self._changes[sha] = len(self._changes)
        files = change.files or ()
        author = self._author(change.author)
        if author:
            insort(author.secs, change.at_secs)
            for subsystem in {_subsystem(file.path) for file in files}:
                author.subsystems.setdefault(subsystem, NumberSet()).add(number)
        self._move(files)
        for file in files:
            past = self._files.get(file.path)
            if past is None:
                past = self._files[file.path] = _File()
            past.last_secs = change.at_secs
            past.changes.add(number)
            if author:
                past.authors.add(author.number)
            if not change.lines_known:
                past.lines = None
            elif past.lines is not None:
                past.lines = max(0, past.lines + (file.additions or 0) - (file.deletions or 0))

    def _author(self, name: str | None) -> _Author | None:
        return None if name is None else self._authors.setdefault(name.casefold(), _Author(len(self._authors)))

    def _past(self, file: FileChange) -> _File | None:
        """The history that a file brings along; a move made before, on another branch, has left it at the new path."""
        moved = self._files.get(file.renamed_from) if file.renamed_from else None
        return moved or self._files.get(file.path)

    def _move(self, files: Iterable[FileChange]) -> None:
        # All leave before any arrives: two files may swap their paths.
        moved = {file.path: self._files.pop(file.renamed_from, None) for file in files if file.renamed_from}
        self._files.update({path: past for path, past in moved.items() if past})


def _subsystem(path: str) -> str:
    """The top directory; files at the root share the one without a name."""
    return path.partition("/")[0] if "/" in path else ""


def _size(files: Sequence[FileChange]) -> tuple[float, int, int]:
    """Entropy, lines added, lines deleted."""
    added = [file.additions or 0 for file in files]
    deleted = [file.deletions or 0 for file in files]
    return _entropy_bits(map(add, added, deleted)), sum(added), sum(deleted)


def _entropy_bits(lines: Iterable[int]) -> float:
    """Shannon entropy of the shares of touched lines; 0 if they lie in one file, or if there are none."""
    counts = [count for count in lines if count]
    if len(counts) < 2:
        return 0.0
    total = sum(counts)
    return math.fsum(count / total * math.log2(total / count) for count in counts)


def _lines(past: Iterable[_File]) -> int | None:
    known = [file.lines for file in past]
    return None if None in known else sum(lines for lines in known if lines)


def _age_days(past: Iterable[_File], change: Change) -> float:
    """Mean over all files of the change; one without a past counts 0, and so does one dated after it."""
    if not change.files:
        return 0.0
    return sum(max(0, change.at_secs - file.last_secs) for file in past) / (len(change.files) * DAY_SECS)


def _recent(secs: Sequence[int], now: int) -> float:
    """Changes divided by 1 + their age in whole years, summed: one search for each year that has any."""
    total, end = 0.0, len(secs)
    while end:
        years = max(0, now - secs[end - 1]) // YEAR_SECS
        start = bisect_right(secs, now - (years + 1) * YEAR_SECS, 0, end)
        total += (end - start) / (years + 1)
        end = start
    return total


def _experience(author: _Author, subsystems: Iterable[str]) -> int:
    return NumberSet.union_size([found for name in subsystems if (found := author.subsystems.get(name))])
