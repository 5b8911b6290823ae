"""Typed reading of one JSON object of a report."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from koalr_server.ingest.files.values import LARGEST_INTEGER, CellError, value_of
from koalr_server.records import Field, FieldType

Body = Mapping[str, Any]


def text(body: Body, name: str, required: bool = False) -> str | None:
    """A text, None if it is missing.

    Raises:
        CellError: it is no text, or missing though required; so do all of this module, naming the field.
    """
    value: str | None = _value(body, name, "text", required)
    return value


def instant(body: Body, name: str, required: bool = False) -> datetime | None:
    """A time as naive UTC, whole seconds."""
    value: datetime | None = _value(body, name, "instant", required)
    return value


def day(body: Body, name: str, required: bool = False) -> datetime | None:
    """The midnight UTC a date begins at."""
    written = text(body, name, required)
    if written is None:
        return None
    try:
        return datetime.strptime(written, "%Y-%m-%d")  # noqa: DTZ007 - the store keeps naive UTC
    except ValueError:
        raise CellError(f'{name} should be a date such as 2026-03-31, got "{written[:60]}"') from None


def whole_number(body: Body, name: str) -> int | None:
    """A count; None if it is missing, which is not 0."""
    if isinstance(body.get(name), str):
        raise CellError(f"{name} should be a number, got a text")
    value: int | None = _value(body, name, "integer", required=False)
    return value


def objects(body: Body, name: str) -> Sequence[Body]:
    """A list of objects; empty if it is missing."""
    items = body.get(name)
    if items is None:
        return ()
    if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
        raise CellError(f"{name} should be a list of objects")
    return items


def child(body: Body, name: str) -> Body:
    """An object within; empty if it is missing."""
    inner = body.get(name)
    if inner is None:
        return {}
    if not isinstance(inner, dict):
        raise CellError(f"{name} should be an object")
    return inner


def total(bodies: Sequence[Body], name: str) -> int | None:
    """The sum of a count over several objects; None unless every one of them has it."""
    counts = [whole_number(body, name) for body in bodies]
    known = [count for count in counts if count is not None]
    if not known or len(known) < len(counts):
        return None
    if sum(known) > LARGEST_INTEGER:
        raise CellError(f"{name} adds up to more than {LARGEST_INTEGER}")
    return sum(known)


def _value(body: Body, name: str, type_: FieldType, required: bool) -> Any:  # noqa: ANN401 - typed by the callers
    try:
        return value_of(Field(name, type_, required), body.get(name))
    except CellError as error:
        raise CellError(f"{name} {error}") from None
