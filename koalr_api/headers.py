"""What the headers of an answer say about waiting and the budget (pure). Nonsense counts as not said."""

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from koalr_api.answer import RateLimit

# A wait in seconds is never as large as an epoch second, nor that as an epoch millisecond.
SMALLEST_EPOCH_SECS = 1_000_000_000
SMALLEST_EPOCH_MILLISECS = 1_000_000_000_000
FURTHEST = timedelta(days=1)
LONGEST_TEXT = 200
# float() and int() take more than a header may hold: other scripts' digits, underscores, inf, exponents, thousands of digits.
_NUMBER = re.compile(r"[0-9]{1,16}(\.[0-9]{1,16})?")
_COUNT = re.compile(r"[0-9]{1,9}")


def retry_at(headers: Mapping[str, str], now: datetime) -> datetime | None:
    """When the server wants to be asked again, from Retry-After, else X-RateLimit-Reset; None if it does not say."""
    for name in ("Retry-After", "X-RateLimit-Reset"):
        moment = _latest(headers.get(name), now)
        if moment is not None:
            return moment
    return None


def rate_limit(headers: Mapping[str, str], now: datetime) -> RateLimit | None:
    """The budget the X-RateLimit headers report; None without a limit and a count that can be read."""
    limit, remaining = (_count(headers.get(f"X-RateLimit-{name}")) for name in ("Limit", "Remaining"))
    if limit is None and remaining is None:
        return None
    return RateLimit(limit or None, remaining, _latest(headers.get("X-RateLimit-Reset"), now))


def _latest(text: str | None, now: datetime) -> datetime | None:
    """The latest moment a header names, from now to a day ahead; several values come joined by commas."""
    moments = [moment for part in _parts(text) if (moment := _moment(part, now))]
    return max((moment for moment in moments if now <= moment <= now + FURTHEST), default=None)


def _count(text: str | None) -> int | None:
    """The least count a header names; a part such as 60;w=60 is read up to its parameters."""
    parts = [part.split(";")[0].strip() for part in _parts(text)]
    return min((int(part) for part in parts if _COUNT.fullmatch(part)), default=None)


def _parts(text: str | None) -> Iterator[str]:
    if text and text.isascii() and len(text) <= LONGEST_TEXT:
        yield from (part.strip() for part in text.split(","))


def _moment(text: str, now: datetime) -> datetime | None:
    if not _NUMBER.fullmatch(text):
        return _calendar_moment(text)
    number = float(text)
    if number >= SMALLEST_EPOCH_MILLISECS:
        number /= 1000
    try:
        return datetime.fromtimestamp(number, UTC) if number >= SMALLEST_EPOCH_SECS else now + timedelta(seconds=number)
    except (OverflowError, ValueError, OSError):
        return None


def _calendar_moment(text: str) -> datetime | None:
    """ISO 8601, or an HTTP date; split at its comma, such a date is whole without the weekday."""
    for parse in (datetime.fromisoformat, parsedate_to_datetime):
        try:
            moment = parse(text)
            return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
        except (ValueError, TypeError, IndexError, OverflowError):
            continue
    return None
