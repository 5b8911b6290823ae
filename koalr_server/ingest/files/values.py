"""One cell of an import file to a value, or a reason why not (pure)."""

import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from koalr_server.records import Field, FieldType

LARGEST_INTEGER = 2**63 - 1
LIST_SEPARATOR = ";"


class CellError(ValueError):
    """A cell that cannot be read; the text is the reason."""


def value_of(field: Field, cell: Any) -> Any:  # noqa: ANN401 - any JSON value may stand in a cell
    """The value of a cell, None for a missing one.

    Raises:
        CellError: the cell is of the wrong type, out of range, or missing though required.
    """
    missing = cell is None or (cell == "" and not field.blank_allowed)
    if missing:
        if field.required:
            raise CellError("is required")
        return None
    value = _READERS[field.type](cell)
    if field.choices and value not in field.choices:
        raise CellError(f"should be one of {', '.join(field.choices)}, got {_shown(cell)}")
    return value


def _text(cell: Any) -> str:  # noqa: ANN401
    if not isinstance(cell, str):
        raise CellError(f"should be text, got {_shown(cell)}")
    if "\x00" in cell or any("\ud800" <= character <= "\udfff" for character in cell):
        raise CellError(f"is not valid text, got {_shown(cell)}")
    return cell


def _texts(cell: Any) -> list[str]:  # noqa: ANN401
    if isinstance(cell, str) and not cell.startswith("["):
        return [part.strip() for part in _text(cell).split(LIST_SEPARATOR) if part.strip()]
    items = _json_list(cell)
    return [_text(item) for item in items]


def _files(cell: Any) -> list[dict[str, Any]]:  # noqa: ANN401
    files = []
    for item in _json_list(cell):
        if not isinstance(item, dict) or not isinstance(item.get("path"), str):
            raise CellError(f"should list objects with path, additions, deletions, got {_shown(item)}")
        counts = {name: None if item.get(name) is None else _integer(item[name]) for name in ("additions", "deletions")}
        files.append({"path": _text(item["path"]), **counts})
    return files


def _json_list(cell: Any) -> list[Any]:  # noqa: ANN401
    if isinstance(cell, str):
        try:
            cell = json.loads(cell)
        except (ValueError, RecursionError):
            raise CellError(f"should be a JSON list, got {_shown(cell)}") from None
    if not isinstance(cell, list):
        raise CellError(f"should be a list, got {_shown(cell)}")
    return cell


def _integer(cell: Any) -> int:  # noqa: ANN401
    if isinstance(cell, str) and cell.strip().isascii() and cell.strip().isdigit():
        cell = int(cell)
    if isinstance(cell, bool) or not isinstance(cell, int) or not 0 <= cell <= LARGEST_INTEGER:
        raise CellError(f"should be a whole number of 0 or more, got {_shown(cell)}")
    return cell


def _number(cell: Any) -> float:  # noqa: ANN401
    try:
        if isinstance(cell, bool):
            raise TypeError
        number = float(cell)
    except (TypeError, ValueError):
        raise CellError(f"should be a number, got {_shown(cell)}") from None
    if number != number or number in (float("inf"), float("-inf")):
        raise CellError(f"should be a finite number, got {_shown(cell)}")
    return number


def _boolean(cell: Any) -> bool:  # noqa: ANN401
    if isinstance(cell, bool):
        return cell
    text = str(cell).strip().lower()
    if text in ("true", "1", "yes"):
        return True
    if text in ("false", "0", "no"):
        return False
    raise CellError(f"should be true or false, got {_shown(cell)}")


def _instant(cell: Any) -> datetime:  # noqa: ANN401
    """Naive UTC, whole seconds; a time without a zone is taken as UTC."""
    if not isinstance(cell, str):
        raise CellError(f"should be an ISO 8601 time such as 2025-03-31T18:22:00Z, got {_shown(cell)}")
    try:
        moment = datetime.fromisoformat(cell.strip())
        if moment.tzinfo is not None:
            moment = moment.astimezone(UTC).replace(tzinfo=None)
    except (ValueError, OverflowError):
        raise CellError(f"should be an ISO 8601 time such as 2025-03-31T18:22:00Z, got {_shown(cell)}") from None
    return moment.replace(microsecond=0)


def _shown(cell: Any) -> str:  # noqa: ANN401
    try:
        text = json.dumps(cell, ensure_ascii=True, default=str)
    except RecursionError:
        return "something nested too deeply to show"
    return text if len(text) <= 60 else text[:57] + "..."


_READERS: Mapping[FieldType, Callable[[Any], Any]] = {
    "text": _text,
    "texts": _texts,
    "files": _files,
    "integer": _integer,
    "number": _number,
    "boolean": _boolean,
    "instant": _instant,
}
