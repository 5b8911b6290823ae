"""Upserts without indexes: stage the incoming rows, drop what is already there unchanged, replace the rest."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import duckdb
import pyarrow as pa


@dataclass(frozen=True, slots=True)
class MergeCount:
    """How many distinct rows an upsert added, replaced, and found unchanged."""

    added: int = 0
    updated: int = 0
    unchanged: int = 0

    def __add__(self, other: "MergeCount") -> "MergeCount":
        return MergeCount(self.added + other.added, self.updated + other.updated, self.unchanged + other.unchanged)


def count(cursor: duckdb.DuckDBPyConnection, sql: str, parameters: Sequence[object] | Mapping[str, object] = ()) -> int:
    """The single number a query answers, 0 for null."""
    row = cursor.execute(sql, parameters or None).fetchone()
    return int(row[0] or 0) if row else 0


def stage(cursor: duckdb.DuckDBPyConnection, name: str, table: pa.Table) -> None:
    """Make an Arrow table visible to SQL as a temporary table with an `ordinal` column in row order."""
    numbered = table.append_column("ordinal", pa.array(range(table.num_rows), pa.int64()))
    cursor.register("arriving", numbered)
    try:
        cursor.execute(f"CREATE OR REPLACE TEMP TABLE {name} AS SELECT * FROM arriving")  # noqa: S608 - our own name
    finally:
        cursor.unregister("arriving")


def column_names(cursor: duckdb.DuckDBPyConnection, table: str) -> list[str]:
    """In their order. `table` is SQL text of this package."""
    # Of no rows, which takes a hundredth of the time of asking the catalogue.
    return [name for name, *_ in cursor.execute(f"SELECT * FROM {table} LIMIT 0").description or ()]  # noqa: S608


def merge(cursor: duckdb.DuckDBPyConnection, target: str, key: Sequence[str], select: str) -> MergeCount:
    """Upsert the rows of `select` into `target`; of rows with equal keys the last by `ordinal` wins.

    `target`, `key` and `select` are SQL text of this package, never input. `select` yields the columns of `target`
    in any order, plus `ordinal`.
    """
    columns = column_names(cursor, target)
    names = ", ".join(columns)
    same_key = " AND ".join(f"old.{name} IS NOT DISTINCT FROM staged.{name}" for name in key)
    same_row = " AND ".join(f"old.{name} IS NOT DISTINCT FROM staged.{name}" for name in columns)
    cursor.execute(
        f"CREATE OR REPLACE TEMP TABLE staged AS SELECT {names} FROM ({select}) "  # noqa: S608 - see docstring
        f"QUALIFY row_number() OVER (PARTITION BY {', '.join(key)} ORDER BY ordinal DESC) = 1"
    )
    incoming = count(cursor, "SELECT count(*) FROM staged")
    cursor.execute(f"DELETE FROM staged WHERE EXISTS (SELECT 1 FROM {target} old WHERE {same_row})")  # noqa: S608
    fresh = count(cursor, "SELECT count(*) FROM staged")
    updated = count(
        cursor,
        f"SELECT count(*) FROM staged WHERE EXISTS (SELECT 1 FROM {target} old WHERE {same_key})",  # noqa: S608
    )
    if updated:
        cursor.execute(f"DELETE FROM {target} old WHERE EXISTS (SELECT 1 FROM staged WHERE {same_key})")  # noqa: S608
    cursor.execute(f"INSERT INTO {target} ({names}) SELECT {names} FROM staged")  # noqa: S608
    cursor.execute("DROP TABLE staged")
    return MergeCount(added=fresh - updated, updated=updated, unchanged=incoming - fresh)
