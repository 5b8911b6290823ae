"""What every answer carries beside its fields."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple


class RateLimit(NamedTuple):
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
        etag: what to send so that the server may say it is unchanged.
        size_bytes: of the body, decompressed.
    """

    raw: Mapping[str, Any]
    fetched_at: datetime
    clock: Callable[[], datetime]
    scoped_team: str | None = None
    rate_limit: RateLimit | None = None
    stale_reason: str | None = None
    round_trip_secs: float | None = None
    etag: str | None = None
    size_bytes: int = 0


class Answered:
    """Mixin of models that are a whole answer."""

    __slots__ = ()
    _answer: Answer | None

    @property
    def answer(self) -> Answer:
        """The answer this was read from."""
        found = self._answer
        if found is None:
            raise AttributeError("this value was not read from an answer of its own")
        return found

    @property
    def raw(self) -> Mapping[str, Any]:
        """The body as it came, unknown fields included."""
        return self.answer.raw

    @property
    def fetched_at(self) -> datetime:
        """When the answer came (aware)."""
        return self.answer.fetched_at

    @property
    def age(self) -> timedelta:
        """How old the answer is now."""
        return self.answer.clock() - self.answer.fetched_at

    @property
    def stale(self) -> bool:
        """True if the API could not be asked and this is the last good answer."""
        return self.answer.stale_reason is not None

    @property
    def scoped_team(self) -> str | None:
        """Team id the server says these figures are for, None for the whole organisation."""
        return self.answer.scoped_team
