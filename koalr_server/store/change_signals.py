"""Measures pull requests by their repository's history: one pass over its changes in order of time."""

from collections.abc import Iterable, Iterator, Sequence
from heapq import merge
from itertools import chain, groupby
from operator import itemgetter
from typing import Any, NamedTuple

import duckdb
import pyarrow as pa

from koalr_server.risk.change_metrics import Change, ChangeHistory, FileChange
from koalr_server.risk.change_signals import CHANGE_COLUMNS, change_signals
from koalr_server.risk.file_history import FileHistory
from koalr_server.store.merging import stage

Cursor = duckdb.DuckDBPyConnection
Row = tuple[Any, ...]

ROWS_AT_ONCE = 20_000
# At the same second a pull request is measured before anything that happens then is recorded.
MEASURED, TAKEN_BACK, CHANGED = 0, 1, 2

BEGUN = """
SELECT b.ordinal, b.repo, CAST(epoch(b.begun_at) AS BIGINT), b.number, lower(p.author), p.title, c.writer, c.message
FROM begun_changes b
JOIN change_commits c ON c.repo = b.repo AND c.number = b.number
JOIN pull_request_facts p ON p.repo = b.repo AND p.number = b.number
ORDER BY b.ordinal, c.committed_at, c.sha
"""
BEGUN_PATHS = """
SELECT ordinal, path, additions, deletions, counted FROM change_paths ORDER BY ordinal, path
"""
EARLIER = """
SELECT e.repo, CAST(epoch(e.committed_at) AS BIGINT), e.ordinal, e.sha, e.author, f.path, f.additions, f.deletions,
       coalesce(e.additions, f.additions, f.deletions) IS NOT NULL
FROM earlier_changes e LEFT JOIN commit_files f ON f.repo = e.repo AND f.sha = e.sha
ORDER BY e.ordinal, f.path
"""
REVERTS = """
SELECT repo, CAST(epoch(reverted_at) AS BIGINT), unit, path FROM taken_back ORDER BY repo, reverted_at, unit, path
"""
SCHEMA = pa.schema([("repo", pa.string()), ("number", pa.int64()), *((name, pa.float64()) for name in CHANGE_COLUMNS)])


class Event(NamedTuple):
    """Something that happened in a repository; events sort by repository, time and kind."""

    repo: str
    at_secs: int
    kind: int
    ordinal: Any
    row: Row
    files: list[FileChange]
    counted: bool = True


def stage_change_signals(cursor: Cursor) -> None:
    """Temporary table `change_signals` of what derived/change_histories.sql has laid out: CHANGE_COLUMNS by repo and number."""
    events = merge(_begun(cursor), _taken_back(cursor), _changed(cursor), key=itemgetter(0, 1, 2, 3))
    columns: list[list[Any]] = [[] for _ in SCHEMA]
    for _, happened in groupby(events, key=itemgetter(0)):
        for row in _measured(happened):
            for column, value in zip(columns, row, strict=True):
                column.append(value)
    arrays = [pa.array(column, field.type) for column, field in zip(columns, SCHEMA, strict=True)]
    stage(cursor, "change_signals", pa.Table.from_arrays(arrays, schema=SCHEMA))


def _measured(events: Iterable[Event]) -> Iterator[Row]:
    """A row of SCHEMA for each pull request of one repository."""
    changes, files = ChangeHistory(), FileHistory()
    for event in events:
        paths = [file.path for file in event.files]
        if event.kind == MEASURED:
            number, writer, names, message = event.row
            change = Change(writer, event.at_secs, event.files or None, message, event.counted)
            yield (event.repo, number, *change_signals(change, names, changes, files))
        elif event.kind == TAKEN_BACK:
            files.record_revert(event.ordinal, event.at_secs, paths)
        else:
            sha, author = event.row
            changes.record(Change(author, event.at_secs, event.files, lines_known=event.counted), sha)
            files.record(event.ordinal, author, event.at_secs, paths)


def _begun(cursor: Cursor) -> Iterator[Event]:
    """Pull requests where they began, with the files of all their commits."""
    paths = groupby(_rows(cursor, BEGUN_PATHS), key=itemgetter(0))
    following = next(paths, None)
    for ordinal, rows in groupby(_rows(cursor, BEGUN), key=itemgetter(0)):
        (_, repo, at_secs, number, author, title, *_), *_ = commits = list(rows)
        files: list[Row] = []
        if following is not None and following[0] == ordinal:
            files = list(following[1])
            following = next(paths, None)
        writers = [writer for *_, writer, _ in commits if writer]
        message = "\n".join(filter(None, (title, *(text for *_, text in commits))))
        yield Event(
            *(repo, at_secs, MEASURED, ordinal),
            (number, _most_frequent(writers), {*writers, author} - {None}, message or None),
            [FileChange(*file[1:4]) for file in files],
            all(file[4] for file in files),
        )


def _most_frequent(writers: Sequence[str]) -> str | None:
    """Whoever wrote most of the commits, of equals the first: the one whose experience counts."""
    return max(dict.fromkeys(writers), key=writers.count, default=None)


def _taken_back(cursor: Cursor) -> Iterator[Event]:
    for (repo, at_secs, unit), rows in groupby(_rows(cursor, REVERTS), key=itemgetter(0, 1, 2)):
        yield Event(repo, at_secs, TAKEN_BACK, unit, (), [FileChange(row[3], None, None) for row in rows])


def _changed(cursor: Cursor) -> Iterator[Event]:
    """Every change but merges, whose content came with their parents."""
    for (repo, at_secs, ordinal, sha, author), rows in groupby(_rows(cursor, EARLIER), key=itemgetter(0, 1, 2, 3, 4)):
        files = {row[5]: row for row in rows if row[5] is not None}
        changed = [FileChange(*row[5:8]) for row in files.values()]
        yield Event(repo, at_secs, CHANGED, ordinal, (sha, author), changed, all(row[8] for row in files.values()))


def _rows(cursor: Cursor, sql: str) -> Iterator[Row]:
    """Rows of a query, made from Arrow a piece at a time: as Python objects all of them would take ten times the room."""
    table = cursor.execute(sql).to_arrow_table()
    pieces = table.to_batches(max_chunksize=ROWS_AT_ONCE)
    return chain.from_iterable(zip(*(column.to_pylist() for column in piece.columns), strict=True) for piece in pieces)
