"""Reads an import file into an Arrow table, keeping the good lines and naming the bad ones."""

import csv
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, TextIO

import pyarrow as pa

from koalr_server.errors import InputError
from koalr_server.ingest.files.values import CellError, value_of
from koalr_server.records import ARROW_TYPES, KINDS, Kind

PROGRESS_EVERY = 50_000
Line = tuple[int, Mapping[str, Any] | str]


@dataclass(slots=True)
class ImportedFile:
    """The good rows of a file, and a sentence per bad line: file, line, field, reason."""

    table: pa.Table
    faults: list[str] = field(default_factory=list)


def read_file(
    kind_name: str, stream: TextIO, name: str, progress: Callable[[int], None] = lambda _lines: None
) -> ImportedFile:
    """Read one import file. The text must be decoded with errors="surrogateescape", so that a bad byte spoils one line.

    Args:
        name: what the file is called in messages; a name ending in .csv is CSV, anything else JSON lines.
        progress: called with the number of lines read so far.

    Raises:
        InputError: the kind is unknown, or a CSV header cannot be used.
    """
    kind = KINDS.get(kind_name)
    if kind is None:
        raise InputError(f"Unknown kind {kind_name!r}; allowed: {', '.join(KINDS)}.")
    lines = _csv_lines(kind, stream, name) if name.lower().endswith(".csv") else _json_lines(stream)
    columns: dict[str, list[Any]] = {column.name: [] for column in kind.fields}
    faults: list[str] = []
    for number, line in lines:
        if number % PROGRESS_EVERY == 0:
            progress(number)
        try:
            row = row_of(kind, _object(line))
        except CellError as error:
            faults.append(f"{name}, line {number}: {error}")
            continue
        for column, value in row.items():
            columns[column].append(value)
    arrays = {column.name: pa.array(columns[column.name], ARROW_TYPES[column.type]) for column in kind.fields}
    return ImportedFile(pa.table(arrays), faults)


def _object(line: Mapping[str, Any] | str) -> Mapping[str, Any]:
    if isinstance(line, str):
        raise CellError(line)
    return line


def row_of(kind: Kind, line: Mapping[str, Any]) -> dict[str, Any]:
    """The values of a record's fields by wire name, None for a missing one; instants as naive UTC.

    Raises:
        CellError: a field is unknown, missing or wrong; the text names it and says what is allowed.
    """
    allowed = {column.name for column in kind.fields}
    unknown = [str(column) for column in line if column not in allowed]
    if unknown:
        raise CellError(f"unknown field {unknown[0]!r}; {kind.name} has {', '.join(sorted(allowed))}")
    row = {}
    for column in kind.fields:
        try:
            row[column.name] = value_of(column, line.get(column.name))
        except CellError as error:
            raise CellError(f"{column.name} {error}") from None
    if kind.one_of and all(row[column] is None for column in kind.one_of):
        raise CellError(f"{kind.one_of[-1]} is required (or {' or '.join(kind.one_of[:-1])})")
    return row


def _json_lines(stream: TextIO) -> Iterator[Line]:
    """Each non-blank line as an object; a line that is none yields the reason as text."""
    for number, text in enumerate(stream, start=1):
        stripped = text.strip().removeprefix("\ufeff")
        if not stripped:
            continue
        try:
            value = json.loads(stripped)
        except (ValueError, RecursionError):
            yield number, "the line is not valid JSON"
            continue
        yield number, value if isinstance(value, dict) else "the line is not a JSON object"


def _csv_lines(kind: Kind, stream: TextIO, name: str) -> Iterator[Line]:
    """Each record by its header; record numbers are line numbers of the record's last line."""
    reader = csv.reader(stream, strict=True)
    try:
        header = [column.strip().removeprefix("\ufeff") for column in next(reader, [])]
        _check_header(kind, header, name)
        for cells in reader:
            if not cells:
                continue
            if len(cells) != len(header):
                yield reader.line_num, f"the line has {len(cells)} cells, the header {len(header)}"
            else:
                yield reader.line_num, dict(zip(header, cells, strict=True))
    except csv.Error as error:
        raise InputError(f"{name}, line {reader.line_num}: not valid CSV ({error}).") from None


def _check_header(kind: Kind, header: list[str], name: str) -> None:
    allowed = [column.name for column in kind.fields]
    for column in header:
        if column not in allowed:
            raise InputError(f"{name}, line 1: unknown column {column!r}; {kind.name} has {', '.join(allowed)}.")
        if header.count(column) > 1:
            raise InputError(f"{name}, line 1: column {column!r} stands twice.")
    missing = [column.name for column in kind.fields if column.required and column.name not in header]
    if missing:
        raise InputError(f"{name}, line 1: column {missing[0]!r} is missing; {kind.name} needs it.")
