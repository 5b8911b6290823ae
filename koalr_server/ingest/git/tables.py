"""Builds the Arrow tables of a history in chunks, so that few Python objects live at a time."""

from datetime import datetime, timedelta

import pyarrow as pa

from koalr_server.history.bots import is_bot

ROWS_PER_CHUNK = 20_000
LONGEST_MESSAGE = 16_384
EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001 - naive UTC throughout the store
# git accepts any number as a date; the years a person can mean fit in here.
EARLIEST_SECS, LATEST_SECS = -62_135_596_800, 253_402_300_799

COMMITS_SCHEMA = pa.schema(
    [
        ("repo", pa.string()),
        ("sha", pa.string()),
        ("parents", pa.list_(pa.string())),
        ("author", pa.string()),
        ("author_email", pa.string()),
        ("is_bot", pa.bool_()),
        ("authored_at", pa.timestamp("s")),
        ("committed_at", pa.timestamp("s")),
        ("message", pa.string()),
        ("additions", pa.int64()),
        ("deletions", pa.int64()),
    ]
)
FILES_SCHEMA = pa.schema(
    [
        ("repo", pa.string()),
        ("sha", pa.string()),
        ("path", pa.string()),
        ("additions", pa.int64()),
        ("deletions", pa.int64()),
    ]
)


class TableBuilder:
    """Collects rows in columns and packs them into Arrow every so often."""

    def __init__(self, schema: pa.Schema) -> None:
        self._schema = schema
        self._columns: list[list[object]] = [[] for _ in schema]
        self._chunks: list[pa.RecordBatch] = []

    def add(self, *row: object) -> None:
        """Append one row, values in schema order."""
        for column, value in zip(self._columns, row, strict=True):
            column.append(value)
        if len(self._columns[0]) >= ROWS_PER_CHUNK:
            self._pack()

    def _pack(self) -> None:
        arrays = [pa.array(column, field.type) for column, field in zip(self._columns, self._schema, strict=True)]
        self._chunks.append(pa.RecordBatch.from_arrays(arrays, schema=self._schema))
        for column in self._columns:
            column.clear()

    def table(self) -> pa.Table:
        """Everything added."""
        if self._columns[0]:
            self._pack()
        return pa.Table.from_batches(self._chunks, schema=self._schema)


class Bots:
    """Bot recognition remembered per person; a history has many commits and few people."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, str], bool] = {}

    def __call__(self, name: str, email: str) -> bool:
        """Whether this author is a bot."""
        person = (name, email)
        found = self._known.get(person)
        if found is None:
            found = self._known[person] = is_bot(name, email)
        return found


def epoch_secs(text: str) -> int | None:
    """git's seconds since 1970, or None for a date nobody can mean. Arrow takes seconds faster than datetimes."""
    try:
        seconds = int(text)
    except ValueError:
        return None
    return seconds if EARLIEST_SECS <= seconds <= LATEST_SECS else None


def instant(text: str) -> datetime | None:
    """The same as a naive UTC time."""
    seconds = epoch_secs(text)
    return None if seconds is None else EPOCH + timedelta(seconds=seconds)
