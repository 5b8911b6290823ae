"""Reads the commits of the current branch one by one, oldest first, without keeping them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from koalr_server.history.graph import CommitGraph
from koalr_server.ingest.git.log import UNMAPPED, Commit, Line, commits
from koalr_server.ingest.git.partial import COUNTS, named_commits
from koalr_server.ingest.git.process import Git, GitError, MissingObjectsError
from koalr_server.ingest.git.repository import open_repository
from koalr_server.ingest.git.tables import epoch_secs
from koalr_server.risk.change_metrics import Change, FileChange

GRAPH = ("log", "-z", "--no-show-signature", "--no-mailmap", "--format=tformat:%H%x00%P%x00%ct", "HEAD")


@dataclass(frozen=True, slots=True)
class ChangeLog:
    """The changes of a repository.

    Attributes:
        changes: sha and change, each commit after its parents, otherwise by commit date; merges are left out.
        count: how many there are.
        impossible_dates: commits with a date nobody can mean, taken as 1970-01-01.
        shallow: what came before the cut of a shallow clone is missing.
    """

    changes: Iterator[tuple[str, Change]]
    count: int
    impossible_dates: int
    shallow: bool


def read_changes(path: Path) -> ChangeLog:
    """Everything that HEAD reaches. Backports on other branches would count the same work twice.

    Raises:
        GitError: the path is no readable repository; while iterating: git failed, or the clone lacks directory listings.
    """
    git = open_repository(path)
    shas: list[str] = []
    parents: list[list[str]] = []
    dates: list[int | None] = []
    if git.succeeds("rev-parse", "--verify", "--quiet", "HEAD^{commit}"):
        fields = git.fields(*GRAPH)
        for sha, links, date in zip(fields, fields, fields, strict=True):
            shas.append(sha.decode())
            parents.append(links.decode().split())
            dates.append(epoch_secs(date.decode()))
    order = CommitGraph(shas, parents).chronological([date or 0 for date in dates])
    selected = [shas[commit] for commit in order if len(parents[commit]) < 2]
    return ChangeLog(
        changes=_changes(git, selected),
        count=len(selected),
        impossible_dates=dates.count(None),
        shallow=git.text("rev-parse", "--is-shallow-repository").strip() == "true",
    )


def _changes(git: Git, shas: list[str]) -> Iterator[tuple[str, Change]]:
    done = 0
    try:
        for header, lines in _counted(git, shas):
            yield _change(header, lines)
            done += 1
    except MissingObjectsError:
        yield from _partly_counted(git, shas[done:])


def _partly_counted(git: Git, shas: list[str]) -> Iterator[tuple[str, Change]]:
    """The same where file contents are missing: of commits that touch those only the paths are known."""
    try:
        named = {
            header[0].decode(): (header, [(path, None, None, None) for path in paths])
            for header, paths in named_commits(git, ("HEAD",), header=UNMAPPED)
            if paths is not None
        }
    except MissingObjectsError:
        raise GitError(
            f"The clone {git.path} lacks directory listings, so nothing can be measured; make one without --filter=tree."
        ) from None
    counted = _counted(git, [sha for sha in shas if sha not in named])
    for sha in shas:
        known = named.get(sha)
        yield _change(*known, lines_known=False) if known else _change(*next(counted))


def _counted(git: Git, shas: list[str]) -> Iterator[Commit]:
    # Given nothing, git would show HEAD. Names as they were written: a later .mailmap would change what was measured.
    return commits(git.fields(*COUNTS, *UNMAPPED, "--stdin", stdin="\n".join(shas) + "\n")) if shas else iter(())


def _change(header: list[bytes], lines: Sequence[Line], lines_known: bool = True) -> tuple[str, Change]:
    sha, _, author, _, _, committed, message = (part.decode("utf-8", "replace") for part in header)
    files = [FileChange(*line) for line in lines]
    return sha, Change(author, epoch_secs(committed) or 0, files, message, lines_known)
