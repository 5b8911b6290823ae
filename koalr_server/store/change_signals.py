"""Measures pull requests by their repository's history: one pass over its changes in order of time."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, groupby, islice
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
# Kinds of events. At the same second a pull request is measured before anything that happens then is recorded.
MEASURED, TAKEN_BACK, CHANGED = 0, 1, 2
# Places of columns in rows of EVENTS.
PATH, COUNTED = 6, 9

EVENTS = """
SELECT b.repo, CAST(epoch(b.begun_at) AS BIGINT) AS at_secs, $measured AS kind, b.ordinal,
       NULL AS name, NULL AS author, p.path, p.additions, p.deletions, p.counted
FROM begun_changes b LEFT JOIN change_paths p ON p.ordinal = b.ordinal
UNION ALL
SELECT repo, CAST(epoch(reverted_at) AS BIGINT), $taken_back, dense_rank() OVER (ORDER BY repo, unit), unit, NULL, path, NULL, NULL, true
FROM taken_back
UNION ALL
SELECT e.repo, CAST(epoch(e.committed_at) AS BIGINT), $changed, e.ordinal, e.sha, e.author, f.path, f.additions, f.deletions,
       coalesce(e.additions, f.additions, f.deletions) IS NOT NULL
FROM earlier_changes e LEFT JOIN commit_files f ON f.repo = e.repo AND f.sha = e.sha
ORDER BY repo, at_secs, kind, ordinal, path
"""
BEGUN = """
SELECT b.ordinal, b.number, lower(p.author), p.title, c.writer, c.message
FROM begun_changes b
LEFT JOIN change_commits c ON c.repo = b.repo AND c.number = b.number
JOIN pull_request_facts p ON p.repo = b.repo AND p.number = b.number
ORDER BY b.ordinal, c.committed_at, c.sha
"""
SCHEMA = pa.schema([("repo", pa.string()), ("number", pa.int64()), *((name, pa.float64()) for name in CHANGE_COLUMNS)])


class PullRequest(NamedTuple):
    """Whose pull request, by every name and by the one whose experience counts, and what its title and messages say."""

    number: int
    writer: str | None
    names: frozenset[str]
    message: str | None


def stage_change_signals(cursor: Cursor) -> None:
    """Temporary table `change_signals` of what derived/change_histories.sql has laid out: CHANGE_COLUMNS by repo and number."""
    # In the order in which EVENTS measures them.
    pull_requests = (_told(list(rows)) for _, rows in groupby(_rows(cursor, BEGUN), key=itemgetter(0)))
    kinds = {"measured": MEASURED, "taken_back": TAKEN_BACK, "changed": CHANGED}
    by_repo = groupby(_rows(cursor, EVENTS, kinds), key=itemgetter(0))
    rows = chain.from_iterable(_measured(repo, events, pull_requests) for repo, events in by_repo)
    pieces = []
    while piece := list(islice(rows, ROWS_AT_ONCE)):
        columns = zip(zip(*piece, strict=True), SCHEMA, strict=True)
        pieces.append(pa.record_batch([pa.array(column, field.type) for column, field in columns], schema=SCHEMA))
    stage(cursor, "change_signals", pa.Table.from_batches(pieces, schema=SCHEMA))


def _measured(repo: str, events: Iterable[Row], pull_requests: Iterator[PullRequest]) -> Iterator[Row]:
    """A row of SCHEMA for each pull request of one repository, whose events come in order of time."""
    changes, history = ChangeHistory(), FileHistory()
    for (kind, ordinal), happened in groupby(events, key=itemgetter(2, 3)):
        rows = list(happened)
        _, at_secs, _, _, name, author, *_ = rows[0]
        touched = [row for row in rows if row[PATH] is not None]
        files = [FileChange(row[PATH], row[7], row[8]) for row in touched]
        counted = all(row[COUNTED] for row in touched)
        if kind == MEASURED:
            number, writer, names, message = next(pull_requests)
            change = Change(writer, at_secs, files or None, message, counted)
            yield (repo, number, *change_signals(change, names, changes, history))
        elif kind == TAKEN_BACK:
            history.record_revert(ordinal, at_secs, files)
        else:
            changes.record(Change(author, at_secs, files, lines_known=counted), name)
            history.record(ordinal, author, at_secs, files)


def _told(commits: Sequence[Row]) -> PullRequest:
    """What the commits of a pull request and the pull request itself tell, earliest first."""
    _, number, author, title, *_ = commits[0]
    writers = [commit[4] for commit in commits if commit[4]]
    # Logins and git names differ: an author goes by all of them. Of equally frequent names the first counts. Without commits
    # the account does, by which GitHub names the writers of commits too.
    writer = max(dict.fromkeys(writers), key=writers.count, default=author)
    message = "\n".join(filter(None, (title, *(commit[5] for commit in commits))))
    return PullRequest(number, writer, frozenset({*writers, author} - {None}), message or None)


def _rows(cursor: Cursor, sql: str, parameters: dict[str, int] | None = None) -> Iterator[Row]:
    """Rows of a query, made from Arrow a piece at a time: as Python objects all of them would take ten times the room."""
    table = cursor.execute(sql, parameters).to_arrow_table()
    pieces = table.to_batches(max_chunksize=ROWS_AT_ONCE)
    return chain.from_iterable(zip(*(column.to_pylist() for column in piece.columns), strict=True) for piece in pieces)
