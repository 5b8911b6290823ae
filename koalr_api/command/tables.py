"""Aligned tables and CSV (pure)."""

import csv
import io
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, fields
from datetime import UTC, date, datetime
from typing import Any

from koalr_api.command.texts import cut, padded, printable, width
from koalr_api.decoding import wire_name

NOTHING = "–"
GAP = "  "
# A column of words is not cut below this.
NARROWEST = 12
# A spreadsheet takes a text that begins like this for a formula to run.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table.

    Attributes:
        head: with the unit.
        value: of a row; None shows as a dash.
        right: whether it is a number, which ends at the right.
    """

    head: str
    value: Callable[[Any], str | None]
    right: bool = True


def number(field: str, head: str, decimals: int = 0, factor: float = 1.0) -> Column:
    """A column of numbers; factor: from the field's unit to the head's."""

    def shown(row: object) -> str | None:
        value = getattr(row, field, None)
        return None if value is None else f"{value * factor:,.{decimals}f}"

    return Column(head, shown)


def words(field: str, head: str) -> Column:
    """A column of text."""
    return Column(head, lambda row: getattr(row, field, None), right=False)


def moment(field: str, head: str) -> Column:
    """A column of times, in UTC to the minute."""

    def shown(row: object) -> str | None:
        value = getattr(row, field, None)
        return None if value is None else f"{value.astimezone(UTC):%Y-%m-%d %H:%M}"

    return Column(head, shown, right=False)


def table(columns: Sequence[Column], rows: Iterable[object], columns_wide: int | None, bold: bool) -> list[str]:
    """The lines of a table.

    Args:
        columns_wide: of the terminal; columns of words are cut to fit it. None cuts nothing.
        bold: whether to set the heads in bold.
    """
    cells = [[printable(column.value(row) or NOTHING) for column in columns] for row in rows]
    heads = [column.head for column in columns]
    widths = [max(map(width, texts)) for texts in zip(heads, *cells, strict=True)]
    if columns_wide is not None:
        widths = _fitted(columns, widths, columns_wide)
    lines = [_line(columns, row, widths) for row in (heads, *cells)]
    return [f"\x1b[1m{lines[0]}\x1b[0m" if bold else lines[0], *lines[1:]]


def _line(columns: Sequence[Column], texts: Sequence[str], widths: Sequence[int]) -> str:
    cells = zip(columns, texts, widths, strict=True)
    return GAP.join(padded(cut(text, wide), wide, column.right) for column, text, wide in cells).rstrip()


def _fitted(columns: Sequence[Column], widths: list[int], columns_wide: int) -> list[int]:
    """Widths that fit the terminal, where cutting the widest words allows it."""
    found = list(widths)
    while sum(found) + len(GAP) * (len(found) - 1) > columns_wide:
        cuttable = [at for at, column in enumerate(columns) if not column.right and found[at] > NARROWEST]
        if not cuttable:
            break
        found[max(cuttable, key=lambda at: found[at])] -= 1
    return found


def comma_separated(kind: type, rows: Iterable[object]) -> str:
    """CSV with the API's names as heads; unknown values are empty."""
    names = [field.name for field in fields(kind)]
    written = io.StringIO()
    writer = csv.writer(written, lineterminator="\n")
    writer.writerow([wire_name(name) for name in names])
    writer.writerows([_cell(getattr(row, name)) for name in names] for row in rows)
    return written.getvalue()


def _cell(value: object) -> object:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, str) and value.startswith(_FORMULA):
        return f"'{value}"
    return value
