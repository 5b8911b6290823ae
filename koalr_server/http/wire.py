"""How values look on the wire: ISO 8601 UTC with Z and whole seconds, dates as dates (pure)."""

from datetime import date, datetime, timedelta
from typing import Any


def instant(moment: datetime | None, shift: timedelta) -> str | None:
    """A stored naive UTC time, moved by the sample's shift."""
    return None if moment is None else (moment + shift).strftime("%Y-%m-%dT%H:%M:%SZ")


def shown(value: Any, shift: timedelta) -> Any:  # noqa: ANN401 - walks JSON-like data
    """A JSON-ready copy in which every time and date is text, moved by the sample's shift."""
    if isinstance(value, datetime):
        return instant(value, shift)
    if isinstance(value, date):
        return (value + shift).isoformat()
    if isinstance(value, dict):
        return {name: shown(item, shift) for name, item in value.items()}
    if isinstance(value, list):
        return [shown(item, shift) for item in value]
    return value
