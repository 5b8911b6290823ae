"""Reads a clone that lacks file contents: every commit stays, line counts where they can be had."""

from collections.abc import Iterator, Sequence

from koalr_server.ingest.git.log import FORMAT, MARK, UNMAPPED, LogReading, read_log
from koalr_server.ingest.git.process import SAFE_DIFF, Git, MissingObjectsError

RAW = ("log", "-z", "--raw", "--no-abbrev", "--no-renames", "--encoding=UTF-8", *SAFE_DIFF)
# Without directories there is no mailmap either, so names stand as they were written.
BARE = ("--no-patch", "--encoding=UTF-8", "--no-show-signature", "--no-notes", *UNMAPPED)
COUNTS = ("log", "-z", "--numstat", "-M", "--no-walk=unsorted", "--encoding=UTF-8", *SAFE_DIFF)


def read_partial(git: Git, revisions: Sequence[str], excluded: str, reading: LogReading) -> int:
    """Read what a failed reading lacks; answers how many commits have no line counts.

    Commits that touch a missing object are read by name only: their paths are known, their line counts are not.

    Args:
        reading: what `git log` told before it met the first missing object; those commits are complete.
    """
    before = reading.count
    try:
        complete = _read_incomplete(git, revisions, excluded, reading)
    except MissingObjectsError:
        # Not even the directory listings are here (a treeless clone): commits are all there is.
        for header, _, _ in _raw_commits(git.fields("log", "-z", *BARE, "--stdin", *revisions, stdin=excluded)):
            if header[0].decode() not in reading.shas:
                reading.add(header, [], counted=False)
        return reading.count - before
    incomplete = reading.count - before
    if complete:
        read_log(git.fields(*COUNTS, FORMAT, "--stdin", stdin="\n".join(complete) + "\n"), reading)
    return incomplete


def _read_incomplete(git: Git, revisions: Sequence[str], excluded: str, reading: LogReading) -> list[str]:
    """Take the commits that touch missing objects; answers the shas of the others that are still to be read."""
    complete = []
    for header, paths in named_commits(git, revisions, excluded):
        sha = header[0].decode()
        if sha in reading.shas:
            continue
        if paths is None:
            complete.append(sha)
        else:
            reading.add(header, [(path, None, None, None) for path in paths], counted=False)
    return complete


def named_commits(
    git: Git, revisions: Sequence[str], excluded: str = "", header: Sequence[str] = (FORMAT,)
) -> Iterator[tuple[list[bytes], list[str] | None]]:
    """Every commit's header; beside it, if it touches missing objects and cannot be counted, its paths.

    Raises:
        MissingObjectsError: not even the directory listings are here.
    """
    missing = _missing_objects(git, revisions, excluded)
    for told, paths, objects in _raw_commits(git.fields(*RAW, *header, "--stdin", *revisions, stdin=excluded)):
        yield told, None if objects.isdisjoint(missing) else paths


def _missing_objects(git: Git, revisions: Sequence[str], excluded: str) -> set[bytes]:
    listing = git.text("rev-list", "--objects", "--missing=print", "--stdin", *revisions, stdin=excluded)
    return {line[1:].encode() for line in listing.splitlines() if line.startswith("?")}


def _raw_commits(fields: Iterator[bytes]) -> Iterator[tuple[list[bytes], list[str], set[bytes]]]:
    """Each commit's header, changed paths, and the object ids it changed from and to."""
    header: list[bytes] = []
    paths: list[str] = []
    objects: set[bytes] = set()
    for token in fields:
        if token.startswith(MARK):
            if header:
                yield header, paths, objects
            header = [token[1:], *(next(fields) for _ in range(6))]
            paths, objects = [], set()
        elif token.lstrip(b"\n").startswith(b":"):
            _, _, before, after, _ = token.lstrip(b"\n").split(b" ")
            objects.update((before, after))
            paths.append(next(fields).decode("utf-8", "backslashreplace"))
    if header:
        yield header, paths, objects
