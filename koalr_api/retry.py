"""When to try again, and when the server says to (pure)."""

import math
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

RETRIED_STATUSES = frozenset({429, 500, 502, 503, 504})
FIRST_DELAY_SECS = 0.25
LONGEST_DELAY_SECS = 8.0
# An epoch second is always larger, a wait in seconds never is.
SMALLEST_EPOCH = 1_000_000_000
FURTHEST = timedelta(days=1)


def retry_at(headers: Mapping[str, str], now: datetime) -> datetime | None:
    """When the server wants to be asked again, from Retry-After, else X-RateLimit-Reset; None if it does not say.

    Epoch seconds, seconds from now, HTTP dates and ISO 8601 are understood; nonsense and the past count as not said.
    """
    for name in ("Retry-After", "X-RateLimit-Reset"):
        moment = _moment(headers.get(name), now)
        if moment is not None and now <= moment <= now + FURTHEST:
            return moment
    return None


def parse_reset(text: str | None, now: datetime) -> datetime | None:
    """The instant an X-RateLimit-Reset header names, in any of its forms."""
    return _moment(text, now)


def _moment(text: str | None, now: datetime) -> datetime | None:
    if not text:
        return None
    try:
        number = float(text)
    except ValueError:
        return _calendar_moment(text)
    if not math.isfinite(number) or number < 0:
        return None
    try:
        return datetime.fromtimestamp(number, UTC) if number >= SMALLEST_EPOCH else now + timedelta(seconds=number)
    except (OverflowError, ValueError, OSError):
        return None


def _calendar_moment(text: str) -> datetime | None:
    for parse in (datetime.fromisoformat, parsedate_to_datetime):
        try:
            moment = parse(text)
        except (ValueError, TypeError, IndexError):
            continue
        return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return None


def delay_secs(attempt: int, told: datetime | None, now: datetime, jitter: float) -> float:
    """Seconds to wait before the next try: what the server told, else exponential with jitter.

    Args:
        attempt: tries made so far, from 1.
        jitter: uniform in [0, 1).
    """
    if told is not None:
        return max(0.0, (told - now).total_seconds())
    backoff: float = min(LONGEST_DELAY_SECS, FIRST_DELAY_SECS * 2 ** (attempt - 1))
    return backoff * (0.5 + jitter / 2)
