"""One JSON value of a body as what it should be; anything else is None or empty, and never an error (pure)."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

LONGEST_TEXT = 1_000
LONGEST_KEY = 200
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
# What lies outside is a stand-in for "never" or "not yet": zero, 0001-01-01, 9999-12-31.
YEARS = range(1990, 2200)
# A count since 1970 below the bound is in the unit. Each bound is the year 5138 in its unit and 1973 in the next one.
MICROSECONDS_PER_UNIT_BELOW = {10**11: 1_000_000, 10**14: 1_000, 10**17: 1}
NANOSECONDS_BELOW = 10**20


def mapping(value: Any) -> Mapping[str, Any]:  # noqa: ANN401 - JSON
    """An object, or an empty one."""
    return value if isinstance(value, dict) else {}


def elements(value: Any) -> list[Any]:  # noqa: ANN401 - JSON
    """An array, or an empty one."""
    return value if isinstance(value, list) else []


def text(value: Any) -> str | None:  # noqa: ANN401 - JSON
    """Text that can be stored, without space around it, cut after LONGEST_TEXT characters; None if nothing is left."""
    if not isinstance(value, str):
        return None
    cut = value.strip()[:LONGEST_TEXT].replace("\x00", "?")
    return cut.encode("utf-8", "replace").decode("utf-8") or None


def key(value: Any) -> str | None:  # noqa: ANN401 - JSON
    """Text that names a thing: whole, or None. A name that was cut could be that of another thing."""
    name = text(value)
    return name if name == value and name is not None and len(name) <= LONGEST_KEY else None


def number(value: Any) -> int | None:  # noqa: ANN401 - JSON
    """A whole number; true and false are none."""
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def instant(value: Any) -> str | None:  # noqa: ANN401 - JSON
    """ISO 8601 text, or a count since 1970, as YYYY-MM-DDTHH:MM:SSZ. Text without a zone is UTC."""
    at = _datetime(value)
    return None if at is None else at.isoformat(timespec="seconds") + "Z"


def moment(value: Any) -> str | None:  # noqa: ANN401 - JSON
    """The same with microseconds, as a version: within one second an incident can be resolved and opened again."""
    at = _datetime(value)
    return None if at is None else at.isoformat(timespec="microseconds") + "Z"


def _datetime(value: Any) -> datetime | None:  # noqa: ANN401 - JSON
    """Naive UTC."""
    count = number(value)
    try:
        if isinstance(value, str):
            at = datetime.fromisoformat(value.strip())
        elif count is not None and 0 <= count < NANOSECONDS_BELOW:
            at = EPOCH + timedelta(microseconds=_microseconds(count))
        else:
            return None
        at = at.astimezone(UTC).replace(tzinfo=None) if at.tzinfo else at
    except (ValueError, OverflowError):
        return None
    return at if at.year in YEARS else None


def _microseconds(count: int) -> int:
    """Since 1970; in whole numbers, because a nanosecond of today has more digits than a float."""
    for bound, microseconds in MICROSECONDS_PER_UNIT_BELOW.items():
        if count < bound:
            return count * microseconds
    return count // 1_000
