"""A field of a source: its type, its unit, and the SQL expression behind it (pure data)."""

from dataclasses import dataclass
from typing import Literal

FieldType = Literal["number", "text", "texts", "boolean", "instant"]


@dataclass(frozen=True, slots=True)
class Field:
    """One field. `sql` is an expression over the source's relation; a number has the unit its expression yields."""

    name: str
    type: FieldType
    sql: str
    meaning: str
    unit: str | None = None


def number(name: str, unit: str, sql: str, meaning: str) -> Field:
    """A field that can be summed and averaged."""
    return Field(name, "number", sql, meaning, unit)


def seconds(name: str, sql: str, meaning: str) -> Field:
    """A duration, which can be shown in longer units too."""
    return Field(name, "number", sql, meaning, "seconds")


def text(name: str, sql: str, meaning: str) -> Field:
    """One text."""
    return Field(name, "text", sql, meaning)


def boolean(name: str, sql: str, meaning: str) -> Field:
    """True, false or unknown."""
    return Field(name, "boolean", sql, meaning)


def instant(name: str, sql: str, meaning: str) -> Field:
    """A moment in time, UTC."""
    return Field(name, "instant", sql, meaning)


def weekday_and_hour(column: str) -> tuple[Field, Field]:
    """When in the week the row's own time lies."""
    return (
        text("weekday", f"lower(dayname({column}))", "monday to sunday, of the time the window selects by"),
        number("hour", "hour of the day", f"hour({column})", "0 to 23, of the time the window selects by"),
    )
