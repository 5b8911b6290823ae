"""What to do about an answer of GitHub: take it, ask again, wait for a limit, or believe the refusal (pure).

https://docs.github.com/rest/using-the-rest-api/rate-limits-for-the-rest-api
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

MOST_FAULTS = 6
MOST_PAUSES = 12
FIRST_BACKOFF_SECS = 1.0
LONGEST_BACKOFF_SECS = 60.0
SECONDARY_SECS = 60.0
LONGEST_SECONDARY_SECS = 900.0
# A primary limit is renewed every hour; a reset further away is a wrong clock, here or there.
LONGEST_PAUSE_SECS = 3900.0
# Left over for whoever else uses the token: a twentieth, on github.com 50 or more of 1,000 or more.
RESERVED_SHARE = 0.05
MOST_RESERVED = 50
RESET_MARGIN_SECS = 1.0
PASSING = (408, 500, 502, 503, 504)
SECONDARY_WORDS = ("secondary rate limit", "abuse detection")

Draw = Callable[[], float]
"""A number from 0 up to 1."""


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer as it came. Names of headers are looked up without regard to case."""

    status: int
    headers: Mapping[str, str]
    text: str = ""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What to do; `why` is the first half of a sentence.

    Args:
        kind: take the answer, believe the refusal, ask again after `seconds`, or keep everybody waiting so long and then ask again.
    """

    kind: Literal["take", "refused", "again", "pause"]
    seconds: float = 0.0
    why: str = ""


def verdict(reply: Reply, pauses: int, faults: int, now: datetime, draw: Draw) -> Verdict:
    """What to do about an answer.

    Args:
        pauses: how often this question has waited for a limit before.
        faults: how often it has failed before.
    """
    if reply.status in (403, 429):
        return limited(reply, pauses, now, draw)
    if reply.status in PASSING:
        return Verdict("again", backoff_secs(faults, draw), f"GitHub answered {reply.status}")
    if reply.status in (200, 201, 202, 204, 304):
        return Verdict("take")
    return Verdict("refused", why=f"GitHub answered {reply.status}")


def limited(reply: Reply, pauses: int, now: datetime, draw: Draw) -> Verdict:
    """What to do about an answer of status 403 or 429."""
    retry_after = reply.headers.get("Retry-After")
    named = any(words in reply.text.lower() for words in SECONDARY_WORDS)
    if _number(reply.headers.get("X-RateLimit-Remaining")) == 0 and not named and retry_after is None:
        # A clock that is ahead of GitHub's takes the reset for past.
        seconds = max(_until_reset_secs(reply.headers, now), SECONDARY_SECS)
        return Verdict("pause", seconds, "The hourly rate limit is used up")
    if named or retry_after is not None or reply.status == 429:
        grown_secs = min(SECONDARY_SECS * 2**pauses, LONGEST_SECONDARY_SECS) * (1 + draw() / 4)
        seconds = grown_secs if retry_after is None else max(SECONDARY_SECS, _number(retry_after) or 0)
        return Verdict("pause", min(seconds, LONGEST_PAUSE_SECS), "GitHub asks for a pause (secondary rate limit)")
    return Verdict("refused", why=f"GitHub answered {reply.status}")


def running_low(headers: Mapping[str, str], now: datetime) -> float | None:
    """Seconds to wait because little is left of the hour's requests; None while there is enough."""
    remaining, limit = _number(headers.get("X-RateLimit-Remaining")), _number(headers.get("X-RateLimit-Limit"))
    reset = _number(headers.get("X-RateLimit-Reset"))
    if remaining is None or reset is None or reset <= now.timestamp():
        return None
    reserved = min(MOST_RESERVED, (limit or 0) * RESERVED_SHARE)
    return _until_reset_secs(headers, now) if remaining <= reserved else None


def backoff_secs(faults: int, draw: Draw) -> float:
    """Seconds before the next try: doubled each time, and shortened by up to a half so that not all come back at once."""
    return float(min(FIRST_BACKOFF_SECS * 2**faults, LONGEST_BACKOFF_SECS) * (1 - draw() / 2))


def _until_reset_secs(headers: Mapping[str, str], now: datetime) -> float:
    reset = _number(headers.get("X-RateLimit-Reset"))
    seconds = SECONDARY_SECS if reset is None else reset - now.timestamp() + RESET_MARGIN_SECS
    return min(max(seconds, RESET_MARGIN_SECS), LONGEST_PAUSE_SECS)


def _number(text: str | None) -> float | None:
    try:
        number = float(text or "")
    except ValueError:
        return None
    return number if math.isfinite(number) and number >= 0 else None
