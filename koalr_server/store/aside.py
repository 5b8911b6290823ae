"""Works on tables of a lake beside it: what is read is copied once, and of what is made anew only what differs is written.

There, every table that a statement names costs some milliseconds, and every row that is written is one more for the next
compaction. Deriving names tables hundreds of times and makes all rows of a repository anew, most of which are as they were.
"""

from collections.abc import Iterable
from typing import Protocol

import duckdb

from koalr_server.store.lake.attaching import ALIAS, is_lake
from koalr_server.store.merging import column_names, count

Cursor = duckdb.DuckDBPyConnection

ALL, NOTHING = "true", "false"


class Beside(Protocol):
    """Where tables are while they are worked on. Tables and scopes (a condition on rows) are SQL text of this package."""

    def read(self, tables: Iterable[str], scope: str = ALL) -> None:
        """From here on only the rows of a scope are read of these tables."""

    def change(self, tables: Iterable[str], scope: str = ALL) -> None:
        """The same, and changes of these rows are written by `write`."""

    def rebuild(self, tables: Iterable[str], scope: str) -> None:
        """All rows of a scope are made anew, and nobody reads what they were; `write` writes them."""

    def write(self, *tables: str) -> bool:
        """Write some tables, or all and end: from then on they are read and changed where they are. Whether they were not before."""


class InPlace:
    """Tables of one's own file are worked on where they are, for naming them costs nothing."""

    def read(self, tables: Iterable[str], scope: str = ALL) -> None:
        """Nothing to do, nor below."""

    def change(self, tables: Iterable[str], scope: str = ALL) -> None:
        """See Beside."""

    def rebuild(self, tables: Iterable[str], scope: str) -> None:
        """See Beside; whoever rebuilds has deleted them."""

    def write(self, *_tables: str) -> bool:
        """See Beside."""
        return False


class Aside:
    """Temporary tables of the same names, which statements find first."""

    def __init__(self, cursor: Cursor) -> None:
        self._cursor = cursor
        self._scopes: dict[str, str | None] = {}

    def read(self, tables: Iterable[str], scope: str = ALL) -> None:
        """See Beside."""
        self._lay_aside(tables, scope, None)

    def change(self, tables: Iterable[str], scope: str = ALL) -> None:
        """See Beside."""
        self._lay_aside(tables, scope, scope)

    def rebuild(self, tables: Iterable[str], scope: str) -> None:
        """See Beside."""
        self._lay_aside(tables, NOTHING, scope)

    def write(self, *tables: str) -> bool:
        """See Beside."""
        apart = [table for table in tables or list(self._scopes) if table in self._scopes]
        for table in apart:
            scope = self._scopes.pop(table)
            if scope is not None:
                write_differences(self._cursor, table, scope)
            self._cursor.execute(f"DROP TABLE temp.main.{table}")
        return bool(apart)

    def _lay_aside(self, tables: Iterable[str], copied: str, written: str | None) -> None:
        for table in tables:
            self._cursor.execute(f"CREATE TEMP TABLE {table} AS SELECT * FROM {ALIAS}.main.{table} WHERE {copied}")  # noqa: S608 - see Beside
            self._scopes[table] = written


def beside(cursor: Cursor) -> Beside:
    """What suits the store of a cursor."""
    return Aside(cursor) if is_lake(cursor) else InPlace()


def write_differences(cursor: Cursor, table: str, scope: str) -> None:
    """Make the rows of a scope of a lake's table those of the temporary table of its name. Rows may be there several times."""
    stored = f"{ALIAS}.main.{table}"
    columns = column_names(cursor, f"temp.main.{table}")
    names = ", ".join(columns)
    same = " AND ".join(f"d.{name} IS NOT DISTINCT FROM r.{name}" for name in columns)
    cursor.execute(f"CREATE OR REPLACE TEMP TABLE stored_rows AS SELECT {names} FROM {stored} WHERE {scope}")  # noqa: S608
    cursor.execute(
        f"""CREATE OR REPLACE TEMP TABLE differing_rows AS
        SELECT {names}, sum(stored) AS stored FROM (
            SELECT {names}, 0 AS stored, 1 AS more FROM temp.main.{table}
            UNION ALL SELECT {names}, 1 AS stored, -1 AS more FROM stored_rows
        ) GROUP BY {names} HAVING sum(more) <> 0"""  # noqa: S608
    )
    if count(cursor, "SELECT sum(stored) FROM differing_rows"):
        cursor.execute(f"DELETE FROM {stored} r WHERE EXISTS (SELECT 1 FROM differing_rows d WHERE {same})")  # noqa: S608
    if count(cursor, "SELECT count(*) FROM differing_rows"):
        cursor.execute(
            f"""INSERT INTO {stored} ({names}) SELECT {names} FROM temp.main.{table} r
            WHERE EXISTS (SELECT 1 FROM differing_rows d WHERE {same})"""  # noqa: S608
        )
    cursor.execute("DROP TABLE stored_rows")
    cursor.execute("DROP TABLE differing_rows")
