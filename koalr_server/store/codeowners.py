"""The CODEOWNERS files of a repository over time."""

from datetime import datetime

import duckdb
import pyarrow as pa

Cursor = duckdb.DuckDBPyConnection


def replace_codeowners(cursor: Cursor, repo: str, versions: pa.Table) -> None:
    """Keep these versions (known_from, path, content) and none of before, inside the caller's transaction."""
    cursor.execute("DELETE FROM codeowners WHERE repo = ?", [repo])
    cursor.register("read_codeowners", versions)
    try:
        cursor.execute("INSERT INTO codeowners BY NAME SELECT ? AS repo, * FROM read_codeowners", [repo])
    finally:
        cursor.unregister("read_codeowners")


def in_force(cursor: Cursor, repo: str, moment: datetime) -> str | None:
    """The text of the CODEOWNERS file in force at a moment (naive UTC); None if there was none, or nobody knows it."""
    row = cursor.execute(
        "SELECT content FROM codeowners WHERE repo = ? AND known_from <= ? ORDER BY known_from DESC LIMIT 1",
        [repo, moment],
    ).fetchone()
    return None if row is None else row[0]
