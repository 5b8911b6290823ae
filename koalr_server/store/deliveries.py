"""Raw deliveries in the store: what tools sent, kept as it came before anybody reads it."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any, NamedTuple

import duckdb
import pyarrow as pa

from koalr_server.ingest.deliveries import table_of
from koalr_server.store.database import Database
from koalr_server.store.lake.attaching import is_lake
from koalr_server.store.merging import count

__all__ = ["Received", "add_deliveries", "after", "cursors", "newest_seq", "prune", "set_cursors", "table_of"]

Cursor = duckdb.DuckDBPyConnection

MOST_BYTES_AT_ONCE = 64 * 2**20


class Received(NamedTuple):
    """A delivery of the store; `seq` counts deliveries in order of arrival."""

    seq: int
    source: str
    event: str
    body: bytes


def add_deliveries(cursor: Cursor, table: pa.Table, received_at: datetime) -> set[int]:
    """Keep deliveries, those whose source and key are known already excepted; answers the rows of `table` that were new.

    Args:
        table: of `table_of`, in order of arrival.
        received_at: naive UTC.
    """
    # Numbers may have gaps, where a delivery came twice; they only have to grow.
    add = _add_where_they_are_not if is_lake(cursor) else _add_where_keys_are_kept
    return add(cursor, table, received_at)


# Pruning may have emptied the table; a number that was read once must not come again.
_BEFORE = (
    "greatest(coalesce(max(d.seq), 0), (SELECT coalesce(max(value::BIGINT), 0) FROM meta WHERE name = 'settled_seq'))"
)
_ADD = """INSERT INTO deliveries BY NAME
    SELECT source || ':' || key AS key, $before + 1 + ordinal AS seq, source, event, $received_at::TIMESTAMP AS received_at, body
    FROM arrived_deliveries"""


def _add_where_keys_are_kept(cursor: Cursor, table: pa.Table, received_at: datetime) -> set[int]:
    before = count(cursor, f"SELECT {_BEFORE} FROM deliveries d")  # noqa: S608 - our own text
    with _arrived(cursor, _numbered(table)):
        # One column is the key, because the engine takes four times as long for two of them.
        told = {"before": before, "received_at": received_at}
        added = cursor.execute(f"{_ADD} ON CONFLICT DO NOTHING RETURNING seq", told).fetchall()
    return {seq - before - 1 for (seq,) in added}


def _add_where_they_are_not(cursor: Cursor, table: pa.Table, received_at: datetime) -> set[int]:
    first: dict[str, int] = {}
    for row, (source, key) in enumerate(zip(table["source"].to_pylist(), table["key"].to_pylist(), strict=True)):
        first.setdefault(f"{source}:{key}", row)
    with _arrived(cursor, pa.table({"key": pa.array(first, pa.string())})):
        # One look for both, because each takes as long as all the rest.
        found = cursor.execute(
            f"SELECT {_BEFORE}, list(a.key) FILTER (a.key IS NOT NULL) FROM deliveries d LEFT JOIN arrived_deliveries a ON a.key = d.key"  # noqa: S608 - our own text
        )
        ((before, known),) = found.fetchall()
    new = sorted(first[key] for key in first.keys() - set(known or ()))
    if new:
        with _arrived(cursor, _numbered(table).take(pa.array(new, pa.int64()))):
            cursor.execute(_ADD, {"before": before, "received_at": received_at})
    return set(new)


def _numbered(table: pa.Table) -> pa.Table:
    return table.append_column("ordinal", pa.array(range(table.num_rows), pa.int64()))


@contextmanager
def _arrived(cursor: Cursor, table: pa.Table) -> Iterator[None]:
    """A table as `arrived_deliveries` of SQL."""
    cursor.register("arrived_deliveries", table)
    try:
        yield
    finally:
        cursor.unregister("arrived_deliveries")


def newest_seq(database: Database) -> int:
    """The number of the newest delivery that is kept, 0 if none is."""
    return int(database.rows("SELECT coalesce(max(seq), 0) AS seq FROM deliveries")[0]["seq"])


def after(cursor: Cursor, seq: int, most: int) -> Sequence[Received]:
    """The next deliveries after a number, in order; at least one if there is any, then as many as fit in a batch."""
    found = cursor.execute(
        """WITH next AS (SELECT seq, source, event, octet_length(body) AS bytes FROM deliveries
            WHERE seq > $seq ORDER BY seq LIMIT $most),
        fitting AS (SELECT seq FROM next QUALIFY sum(bytes) OVER (ORDER BY seq) - bytes < $bytes)
        SELECT seq, source, event, body FROM deliveries SEMI JOIN fitting USING (seq)
        WHERE seq > $seq ORDER BY seq""",
        {"seq": seq, "most": most, "bytes": MOST_BYTES_AT_ONCE},
    )
    return [Received(number, source, event, bytes(body)) for number, source, event, body in found.fetchall()]


def prune(cursor: Cursor, before: datetime, settled: int) -> int:
    """Forget raw bodies that came before a time and have been read; answers how many. What they told stays."""
    gone = count(cursor, "SELECT count(*) FROM deliveries WHERE received_at < ? AND seq <= ?", [before, settled])
    if gone:
        cursor.execute("DELETE FROM deliveries WHERE received_at < ? AND seq <= ?", [before, settled])
    return gone


def cursors(database: Database, arguments: Mapping[str, Any], _tables: Mapping[str, pa.Table]) -> dict[str, Any]:
    """How far a source was read: {"cursors": {name: text}}. Arguments: source."""
    rows = database.rows(
        "SELECT name, value FROM source_cursors WHERE source = $source", {"source": arguments["source"]}
    )
    return {"cursors": {row["name"]: row["value"] for row in rows}}


def set_cursors(database: Database, arguments: Mapping[str, Any], _tables: Mapping[str, pa.Table]) -> dict[str, Any]:
    """Remember how far a source was read. Arguments: source, cursors ({name: text, or null to forget})."""

    def change(cursor: Cursor) -> dict[str, Any]:
        for name, value in arguments["cursors"].items():
            cursor.execute("DELETE FROM source_cursors WHERE source = ? AND name = ?", [arguments["source"], name])
            if value is not None:
                cursor.execute("INSERT INTO source_cursors VALUES (?, ?, ?)", [arguments["source"], name, value])
        return {}

    return database.write(change, touches_answers=False)
