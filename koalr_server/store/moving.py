"""Copies a store table by table into another one, of whatever kind, and proves that both hold the same."""

from collections.abc import Callable
from dataclasses import dataclass

import pyarrow as pa

from koalr_server.errors import ConflictError, StoreError
from koalr_server.store.database import UNFINISHED, Database
from koalr_server.store.engine import Cursor

ROWS_AT_ONCE = 50_000


@dataclass(frozen=True, slots=True)
class Mark:
    """What a table holds, whatever the order of its rows: two tables with the same mark hold the same rows."""

    rows: int
    summed: str
    folded: str


def tables(cursor: Cursor) -> list[str]:
    """Every table of the store's layout, `meta` last: with it a copy is complete."""
    found = cursor.execute(
        "SELECT table_name FROM duckdb_tables() WHERE database_name = current_database() AND NOT temporary ORDER BY table_name"
    ).fetchall()
    return [*(name for (name,) in found if name != "meta"), "meta"]


def mark(cursor: Cursor, table: str) -> Mark:
    """The mark of a table; of `meta` without what tells that a copy is unfinished."""
    wanted = f"WHERE name <> '{UNFINISHED}'" if table == "meta" else ""
    # Columns by name, because an upgrade adds one at the end of a table that a new store has in its middle.
    columns = ", ".join(sorted(_columns(cursor, table)))
    row = cursor.execute(
        f"""SELECT count(*), coalesce(sum(mark::HUGEINT), 0)::VARCHAR, coalesce(bit_xor(mark), 0)::VARCHAR
        FROM (SELECT hash({columns}) AS mark FROM {table} {wanted})"""  # noqa: S608 - names of the layout
    ).fetchone()
    assert row is not None
    return Mark(*row)


def _columns(cursor: Cursor, table: str) -> list[str]:
    return [name for name, *_ in cursor.execute(f"SELECT * FROM {table} LIMIT 0").description or ()]  # noqa: S608


def batches(cursor: Cursor, table: str) -> pa.RecordBatchReader:
    """The rows of a table, so many at a time."""
    wanted = f"WHERE name <> '{UNFINISHED}'" if table == "meta" else ""
    return cursor.execute(f"SELECT * FROM {table} {wanted}").to_arrow_reader(ROWS_AT_ONCE)  # noqa: S608 - as above


def _fill(cursor: Cursor, table: str, rows: pa.RecordBatchReader) -> None:
    cursor.execute(f"DELETE FROM {table}")  # noqa: S608 - as above
    cursor.register("moving_rows", rows)
    try:
        cursor.execute(f"INSERT INTO {table} BY NAME SELECT * FROM moving_rows")  # noqa: S608 - as above
    finally:
        cursor.unregister("moving_rows")


def copy(source: Database, target: Database, done: Callable[[str, int, bool], None]) -> int:
    """Copy every table that the target does not hold yet; answers the rows of all of them.

    Run again after an interruption it goes on where it ended. Nobody may write to either store meanwhile.

    Args:
        done: is told of each table: its name, its rows, whether it was there already.

    Raises:
        ConflictError: the target holds something else.
        StoreError: the source was written to meanwhile, or a table did not come out the same.
    """
    claim_target(target)
    marks = source.read(lambda reading: _copy_tables(reading, target, done))
    if source.read(lambda reading: {table: mark(reading, table) for table in marks}) != marks:
        raise StoreError(f"{source.place} was written to meanwhile; stop its servers and run the same command again.")
    finish(target)
    return sum(each.rows for each in marks.values())


def _copy_tables(reading: Cursor, target: Database, done: Callable[[str, int, bool], None]) -> dict[str, Mark]:
    marks = {}
    for table in tables(reading):
        marks[table] = expected = mark(reading, table)
        there = target.read(lambda cursor, table=table: mark(cursor, table)) == expected  # type: ignore[misc]
        if not there:
            target.write(
                lambda writing, table=table, expected=expected: take_in(  # type: ignore[misc]
                    writing, table, batches(reading, table), expected
                )
            )
        done(table, expected.rows, there)
    return marks


def take_in(cursor: Cursor, table: str, rows: pa.RecordBatchReader, expected: Mark) -> None:
    """Put rows in the place of all that a table holds, and compare.

    Raises:
        StoreError: they are not what was expected; the caller's transaction takes them back.
    """
    _fill(cursor, table, rows)
    if table == "meta":
        _mark_unfinished(cursor)
    found = mark(cursor, table)
    if found != expected:
        raise StoreError(
            f"The table {table} came out with {found.rows:,} rows that are not the {expected.rows:,} of its source; "
            "nothing of it was kept. Run the same command again."
        )


def claim_target(target: Database) -> None:
    """Mark a store as being filled.

    Raises:
        ConflictError: it holds something that nobody began to copy.
    """

    def change(cursor: Cursor) -> None:
        if _is_unfinished(cursor):
            return
        for table in tables(cursor)[:-1]:
            if cursor.execute(f"SELECT 1 FROM {table} LIMIT 1").fetchone():  # noqa: S608 - names of the layout
                raise ConflictError(f"{target.place} holds data already ({table}); choose an empty place.")
        _mark_unfinished(cursor)

    target.write(change)


def finish(target: Database) -> None:
    """Everything is there: the store answers from now on."""
    target.write(lambda cursor: cursor.execute("DELETE FROM meta WHERE name = ?", [UNFINISHED]) and None)


def _mark_unfinished(cursor: Cursor) -> None:
    cursor.execute("INSERT INTO meta VALUES (?, 'being copied')", [UNFINISHED])


def _is_unfinished(cursor: Cursor) -> bool:
    return bool(cursor.execute("SELECT 1 FROM meta WHERE name = ?", [UNFINISHED]).fetchall())
