"""Reads change metrics with their outcome from CSV: one row per commit, `bug` and the 14 metrics by name."""

import csv
import math
from typing import TextIO

import numpy as np

from koalr_server.errors import InputError
from koalr_server.risk.changes import LabelledChanges, in_time_order
from koalr_server.risk.model import FEATURES

ALIASES = {"entrophy": "entropy", "_id": "sha"}
"""The public sets (github.com/ZZR0/ISSTA21-JIT-DP) spell these so."""

NUMBERS = ("date", "bug", *FEATURES)


def read_labelled_changes(stream: TextIO, name: str) -> LabelledChanges:
    """The rows in the order of time. Columns may stand in any order; others than those of NUMBERS and the sha are ignored.

    Args:
        stream: opened with newline="".
        name: what the file is called in messages.

    Raises:
        InputError: it is no CSV, a column is missing or stands twice, or a cell is no number of 0 or more (bug: 0 or 1).
    """
    reader = csv.reader(stream, strict=True)
    try:
        header = [_named(column) for column in next(reader, [])]
        _check_header(header, name)
        cells = [_row(row, header, f"{name}, line {reader.line_num}") for row in reader if not _blank(row)]
    except csv.Error as error:
        raise InputError(f"{name}, line {reader.line_num}: not valid CSV ({error}).") from None
    table = np.array([numbers for numbers, _ in cells], np.float64).reshape(len(cells), len(NUMBERS))
    dates, outcomes, *metrics = table.T
    shas = [sha for _, sha in cells] if "sha" in header else []
    return in_time_order(dates, dict(zip(FEATURES, metrics, strict=True)), outcomes, shas)


def _named(column: str) -> str:
    stripped = column.strip().removeprefix("\ufeff").strip()
    return ALIASES.get(stripped, stripped)


def _blank(cells: list[str]) -> bool:
    return not any(cell.strip() for cell in cells)


def _check_header(header: list[str], name: str) -> None:
    if _blank(header):
        raise InputError(f"{name} is empty; a CSV file with a header is needed.")
    for column in NUMBERS:
        if column not in header:
            raise InputError(f"{name}: column {column!r} is missing; needed are {', '.join(NUMBERS)}.")
    for column in ("sha", *NUMBERS):
        if header.count(column) > 1:
            raise InputError(f"{name}: column {column!r} stands twice; leave one of them out.")


def _row(cells: list[str], header: list[str], place: str) -> tuple[list[float], str]:
    """The numbers of a row by NUMBERS, and its sha, empty if there is none."""
    if len(cells) != len(header):
        raise InputError(f"{place}: {len(cells)} cells where the header has {len(header)}.")
    row = dict(zip(header, cells, strict=True))
    return [_number(row[column], column, place) for column in NUMBERS], row.get("sha", "")


def _number(cell: str, column: str, place: str) -> float:
    try:
        # Python would also take "1_000" and digits of other scripts.
        number = float(cell) if cell.isascii() and "_" not in cell else math.nan
    except ValueError:
        number = math.nan
    allowed = number in (0, 1) if column == "bug" else 0 <= number < math.inf
    if not allowed:
        expected = "0 or 1" if column == "bug" else "a number, 0 or more"
        raise InputError(f"{place}: {column} is {_short(cell)}; expected {expected}.")
    return number


def _short(cell: str, longest: int = 40) -> str:
    return repr(cell if len(cell) <= longest else cell[:longest] + "…")
