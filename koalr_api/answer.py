"""What every answer carries beside its fields."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class RateLimit:
    """The budget an answer reported: requests per minute, requests left, and when a request is sure to pass."""

    limit: int | None
    remaining: int | None
    reset_at: datetime | None


@dataclass(frozen=True, slots=True)
class Answer:
    """A decoded 200: its body, when it was fetched, and what its headers said.

    Attributes:
        stale_reason: why an old answer is served instead of a new one; None for a good one.
        scoped_team: the team the server says the figures are for.
        round_trip_secs: from asking to having the answer, without earlier tries.
    """

    raw: Mapping[str, Any] = field(repr=False)
    fetched_at: datetime
    clock: Callable[[], datetime]
    scoped_team: str | None = None
    rate_limit: RateLimit | None = None
    stale_reason: str | None = None
    round_trip_secs: float | None = None
