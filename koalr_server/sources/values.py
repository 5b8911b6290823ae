"""One JSON value of a body as what it should be; anything else is None or empty, and never an error (pure)."""

import re
from collections.abc import Container, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from koalr_server.ingest.files.values import LARGEST_INTEGER

LONGEST_TEXT = 1_000
LONGEST_NAME = 255
LONGEST_KEY = 200
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
# What lies outside is a stand-in for "never" or "not yet": zero, 0001-01-01, 9999-12-31. As a version it would hold for ever.
YEARS = range(1990, 2200)
# A count since 1970 below the bound is in the unit. Each bound is the year 5138 in its unit and 1973 in the next one.
MICROSECONDS_PER_UNIT_BELOW = {10**11: 1_000_000, 10**14: 1_000, 10**17: 1}
# A count as text has more digits than a day without dashes, and no more than nanoseconds have.
_COUNT = re.compile("[0-9]{9,19}")
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


def at(value: Any, *names: str) -> Any:  # noqa: ANN401 - JSON
    """What stands under these names within each other."""
    for name in names:
        value = value.get(name) if isinstance(value, Mapping) else None
    return value


def mapping(value: Any) -> Mapping[str, Any]:  # noqa: ANN401 - JSON
    """An object, or an empty one."""
    return value if isinstance(value, Mapping) else {}


def elements(value: Any) -> list[Any]:  # noqa: ANN401 - JSON
    """An array, or an empty one."""
    return value if isinstance(value, list) else []


def objects(value: Any) -> list[Mapping[str, Any]]:  # noqa: ANN401 - JSON
    """The objects of an array."""
    return [item for item in elements(value) if isinstance(item, Mapping)]


def text(value: Any, longest: int = LONGEST_TEXT) -> str | None:  # noqa: ANN401 - JSON
    """A text, cut to a length, with marks in place of what the store cannot hold; "" is a text."""
    if not isinstance(value, str):
        return None
    cut = value[:longest]
    # Most long texts hold nothing of it, and two looks at all of one take a hundredth of the time of a replacement.
    return cut if cut.isascii() and "\x00" not in cut else _UNSTORABLE.sub("\ufffd", cut)


def words(value: Any) -> str | None:  # noqa: ANN401 - JSON
    """The same without space around it; None if nothing is left."""
    return text(value.strip()) or None if isinstance(value, str) else None


def name(value: Any) -> str | None:  # noqa: ANN401 - JSON
    """What something is called: never cut, for two names that begin alike are two names."""
    if not isinstance(value, str) or len(value) > LONGEST_NAME or _UNSTORABLE.search(value):
        return None
    return value.strip() or None


def key(value: Any) -> str | None:  # noqa: ANN401 - JSON
    """Text that identifies a thing: as it is, or None. One that was changed could be that of another thing."""
    found = name(value)
    return found if found == value and found is not None and len(found) <= LONGEST_KEY else None


def word(value: Any) -> str | None:  # noqa: ANN401 - JSON
    """One of a few words, in lower case: two interfaces of one tool do not always agree."""
    known = name(value)
    return known and known.lower()


def whole(value: Any) -> int | None:  # noqa: ANN401 - JSON
    """A whole number of 0 or more that the store can hold; true and false are none."""
    fits = isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= LARGEST_INTEGER
    return value if fits else None


def instant(value: Any, years: Container[int] = YEARS) -> str | None:  # noqa: ANN401 - JSON
    """ISO 8601 text, or a count since 1970 (a number, or text), as YYYY-MM-DDTHH:MM:SSZ. Text without a zone is UTC."""
    at = _datetime(value, years)
    return None if at is None else at.isoformat(timespec="seconds") + "Z"


def moment(value: Any) -> str | None:  # noqa: ANN401 - JSON
    """The same with microseconds, as a version: within one second an incident can be resolved and opened again."""
    at = _datetime(value, YEARS)
    return None if at is None else at.isoformat(timespec="microseconds") + "Z"


def latest(*instants: str | None) -> str:
    """The latest of the known instants; "" if none is known."""
    return max((known for known in instants if known), default="")


def _datetime(value: Any, years: Container[int]) -> datetime | None:  # noqa: ANN401 - JSON
    """Naive UTC."""
    said = value.strip().upper() if isinstance(value, str) else ""
    count = whole(int(said) if _COUNT.fullmatch(said) else value)
    try:
        if said and count is None:
            at = datetime.fromisoformat(said.replace(" UTC", "Z"))
        elif count is not None:
            at = EPOCH + timedelta(microseconds=_microseconds(count))
        else:
            return None
        at = at.astimezone(UTC).replace(tzinfo=None) if at.tzinfo else at
    except (ValueError, OverflowError):
        return None
    return at if at.year in years else None


def _microseconds(count: int) -> int:
    """Since 1970; in whole numbers, because a nanosecond of today has more digits than a float."""
    for bound, microseconds in MICROSECONDS_PER_UNIT_BELOW.items():
        if count < bound:
            return count * microseconds
    return count // 1_000
