"""Reads a Copilot file into Arrow tables, keeping the good elements and naming the bad ones."""

from collections.abc import Callable, Iterable
from typing import Any

import pyarrow as pa

from koalr_server.ingest.copilot.documents import documents
from koalr_server.ingest.copilot.elements import Row, report_day, retired_day, seat, user_day
from koalr_server.ingest.copilot.shapes import Element, elements
from koalr_server.ingest.files.values import CellError
from koalr_server.ingest.imported import Imported
from koalr_server.records import COPILOT_KINDS

PROGRESS_EVERY = 10_000


def read_copilot(lines: Iterable[str], name: str, progress: Callable[[int], None] = lambda _lines: None) -> Imported:
    """Read one file. The text must be decoded with errors="surrogateescape", so that a bad byte spoils one element.

    Args:
        name: what the file is called in messages.
        progress: called with the line reached, now and then.

    Raises:
        InputError: the file holds links to reports instead of reports.
    """
    rows: dict[str, list[Row]] = {kind: [] for kind in COPILOT_KINDS}
    faults: list[str] = []
    announced: set[int] = set()
    seats = 0
    line = 0
    for document in documents(lines):
        line = document.line
        place = f"{name}, line {line}"
        if document.fault:
            faults.append(f"{place}: {document.fault}")
            continue
        announced |= _announced_seats(document.value)
        # The place of an element is a path into the document that begins at its line: `$` is the document.
        for element in elements(document.value, f"{place}, $"):
            seats += element.shape == "seat"
            try:
                kind, row = _row(element)
            except CellError as error:
                faults.append(f"{element.place}: {error}")
                continue
            rows[kind].append(row)
        if line % PROGRESS_EVERY == 0:
            progress(line)
    if not line:
        faults.append(f"{name}: the file is empty")
    return Imported(_tables(rows), faults, _missing_seats(name, sum(announced), seats))


def _row(element: Element) -> tuple[str, Row]:
    if element.shape == "seat":
        return "copilot_seats", seat(element.body)
    if element.shape == "user_day":
        return "copilot_user_days", user_day(element.body)
    if element.shape == "report_day":
        return "copilot_days", report_day(element.body, element.organisation)
    if element.shape == "retired_day":
        return "copilot_days", retired_day(element.body)
    raise CellError(element.fault)


def _tables(rows: dict[str, list[Row]]) -> dict[str, pa.Table]:
    return {
        kind: pa.Table.from_pylist(kept, schema=COPILOT_KINDS[kind].schema()) for kind, kept in rows.items() if kept
    }


def _announced_seats(value: Any) -> set[int]:  # noqa: ANN401 - any JSON
    """The totals that pages of seats announce, each the whole list's."""
    pages = value if isinstance(value, list) else [value]
    totals = [page.get("total_seats") for page in pages if isinstance(page, dict)]
    return {number for number in totals if isinstance(number, int)}


def _missing_seats(name: str, announced: int, seats: int) -> list[str]:
    if announced <= seats:
        return []
    return [
        f"{name} has {seats} of {announced} seats; import the other pages too, or the adoption rate will be too high"
    ]
