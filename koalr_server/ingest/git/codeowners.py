"""The CODEOWNERS files of the default branch over time."""

from collections.abc import Iterable, Iterator, Sequence

import pyarrow as pa

from koalr_server.ingest.git.process import SAFE_DIFF, Git, MissingObjectsError
from koalr_server.ingest.git.tables import epoch_secs

# GitHub takes the first of these that is there, and loads none over 3 MB.
PLACES = (".github/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS")
LARGEST_BYTES = 3 * 1024 * 1024

LOG = (
    *(
        "log",
        "-z",
        "--raw",
        "--no-abbrev",
        "--no-renames",
        "--root",
        "--reverse",
        "--first-parent",
        "-m",
        "--no-mailmap",
    ),
    *("--format=tformat:%x1e%ct %H", *SAFE_DIFF, "HEAD", "--", *PLACES),
)
MARK = b"\x1e"
SCHEMA = pa.schema(
    [("known_from", pa.timestamp("s")), ("path", pa.string()), ("content", pa.string()), ("sha", pa.string())]
)

Change = tuple[int | None, str, dict[str, str]]
Version = tuple[int, str | None, str | None, str]


def read_codeowners(git: Git) -> pa.Table:
    """What was in force on HEAD's line of first parents: a row per change (SCHEMA), oldest first, with the commit that made it.

    Path and content are null from where there was no file; content alone if the clone lacks it or it is too large.
    """
    try:
        versions = _in_force(_changes(git.fields(*LOG)))
    except MissingObjectsError:  # without directory listings nobody knows where a file was
        versions = []
    contents = _contents(git, [blob for _, _, blob, _ in versions if blob])
    rows = [(since, path, contents.get(blob) if blob else None, sha) for since, path, blob, sha in versions]
    return pa.table([[row[column] for row in rows] for column in range(len(SCHEMA))], schema=SCHEMA)


def has_codeowners(git: Git, paths: Iterable[str]) -> bool:
    """Whether a history whose commits touched these paths has, or had, such a file; quicker than reading the versions."""
    if not set(PLACES).isdisjoint(paths):
        return True
    try:  # a merge may bring a file that no commit shows
        return bool(git.text("ls-tree", "HEAD", "--", *PLACES))
    except MissingObjectsError:
        return False


def _changes(fields: Iterator[bytes]) -> Iterator[Change]:
    """Per commit that touched a file, oldest first, its date (seconds since 1970, if it is one), its sha, and the blob at each place."""
    there: dict[str, str] = {}
    committed: int | None = None
    sha = ""
    for token in fields:
        if token.startswith(MARK):
            date, sha = token[1:].decode().split()
            committed = epoch_secs(date)
        elif token.lstrip(b"\n").startswith(b":"):
            _, mode, _, blob, _ = token.split(b" ")
            path = next(fields).decode()
            there = {place: found for place, found in there.items() if place != path}
            if mode.startswith(b"100"):  # a file, and not a link or nothing
                there[path] = blob.decode()
            yield committed, sha, there


def _in_force(changes: Iterable[Change]) -> list[Version]:
    """Since when (seconds since 1970) which file counts.

    A version counts from its commit's date, or from that of the version before if that is later: clocks differ, but the
    order of commits is known.
    """
    versions: list[Version] = []
    since = 0
    for committed, sha, there in changes:
        since = max(since, committed or 0)
        path = next((place for place in PLACES if place in there), None)
        if versions and versions[-1][0] == since:
            versions.pop()
        version = (since, path, there[path] if path else None, sha)
        if version[1:3] != (versions[-1][1:3] if versions else (None, None)):
            versions.append(version)
    return versions


def _contents(git: Git, blobs: Sequence[str]) -> dict[str, str]:
    """Texts by blob. The newest are asked for first, because a clone without file contents still has those checked out."""
    wanted = list(dict.fromkeys(reversed(blobs)))
    found: dict[str, str] = {}
    try:
        for blob, content in zip(wanted, git.contents(wanted, LARGEST_BYTES), strict=True):
            if content is not None:
                found[blob] = content.decode("utf-8", "replace")
    except MissingObjectsError:
        pass
    return found
