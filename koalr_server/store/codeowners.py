"""The CODEOWNERS files of a repository over time."""

import duckdb
import pyarrow as pa

Cursor = duckdb.DuckDBPyConnection


def replace_codeowners(cursor: Cursor, repo: str, versions: pa.Table) -> None:
    """Keep these versions (known_from, path, content, sha) and none of before, inside the caller's transaction."""
    cursor.execute("DELETE FROM codeowners WHERE repo = ?", [repo])
    cursor.register("read_codeowners", versions)
    try:
        cursor.execute("INSERT INTO codeowners BY NAME SELECT ? AS repo, * FROM read_codeowners", [repo])
    finally:
        cursor.unregister("read_codeowners")
