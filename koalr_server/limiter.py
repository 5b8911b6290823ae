"""The rate limit: a sliding minute with a short burst (pure; DESIGN of the limit in docs/decisions.md)."""

import math
from collections import deque
from dataclasses import dataclass, field

WINDOW_SECS = 60.0
BURST_SECS = 30.0
BURST_FACTOR = 2


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a request may pass, and what the headers say: requests left now, epoch second of a sure pass."""

    admitted: bool
    limit: int
    remaining: int
    reset_at: int

    def retry_after_secs(self, now: float) -> int:
        """Whole seconds from now until a request is sure to pass, at least one."""
        return max(1, math.ceil(self.reset_at - now))


@dataclass(slots=True)
class SlidingLimit:
    """One caller's budget: `limit` requests in any 60 s, and up to twice that inside a burst.

    A burst starts with the first request over the limit, lasts 30 s, and the next may start 60 s after it ended.
    Refused requests do not count. Times are epoch seconds; a clock that is put back counts as no time between two requests, so
    that nobody is kept out until it has caught up.
    """

    limit: int
    _admitted: deque[float] = field(default_factory=deque)
    _burst_started: float = -math.inf
    _latest: float = -math.inf

    def admit(self, now: float) -> Verdict:
        """Decide one request."""
        if now < self._latest:
            self._shift(now - self._latest)
        self._latest = now
        self._forget(now)
        passes = len(self._admitted) < self.limit or (
            len(self._admitted) < BURST_FACTOR * self.limit and self._bursting(now)
        )
        if passes:
            self._admitted.append(now)
        return self._verdict(passes, now)

    def _shift(self, secs: float) -> None:
        self._admitted = deque(at + secs for at in self._admitted)
        self._burst_started += secs

    def _forget(self, now: float) -> None:
        while self._admitted and self._admitted[0] <= now - WINDOW_SECS:
            self._admitted.popleft()

    def _bursting(self, now: float) -> bool:
        if now >= self._burst_started + BURST_SECS + WINDOW_SECS:
            self._burst_started = now
        return now < self._burst_started + BURST_SECS

    def _verdict(self, passes: bool, now: float) -> Verdict:
        over = len(self._admitted) - self.limit
        # A request is sure to pass once so many have left the window that fewer than the limit remain.
        reset_at = math.floor(now) if over < 0 else math.ceil(self._admitted[over] + WINDOW_SECS)
        return Verdict(passes, self.limit, max(0, -over), reset_at)
