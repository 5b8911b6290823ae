"""Failures: of one question, and of the server as a whole (pure)."""

import math
from collections.abc import Callable
from dataclasses import dataclass

from koalr_api.errors import APIConnectionError, APIStatusError, AuthenticationError, ConfigError

FIRST_BACKOFF_SECS = 0.25
FIRST_REFUSAL_BACKOFF_SECS = 5.0
LONGEST_BACKOFF_SECS = 60.0
FIRST_PROBE_SECS = 1.0
# A server that is back is noticed within this, half the minute in which a page refreshes.
LONGEST_PROBE_SECS = 30.0
# One lost connection happens; three in a row with no answer between are an outage.
FAILURES_TO_OPEN = 3
GATEWAY_STATUSES = frozenset({502, 503, 504})


def backoff_secs(failures: int, first_secs: float, longest_secs: float, chance: float) -> float:
    """Seconds to leave alone what failed so many times: doubling, between half and the whole of it by chance in [0, 1)."""
    return min(longest_secs, first_secs * 2.0 ** min(failures - 1, 30)) * (0.5 + chance / 2)


def is_refusal(error: Exception) -> bool:
    """The server answered that this may not be had (400, 401, 403, 404 ...), so an old value may not be shown either."""
    return isinstance(error, APIStatusError) and error.status < 500 and error.status != 429


def is_outage(error: Exception) -> bool:
    """The failure is the server's or the key's as a whole, not this question's."""
    if isinstance(error, APIStatusError):
        return error.status in GATEWAY_STATUSES or isinstance(error, AuthenticationError)
    return isinstance(error, (APIConnectionError, ConfigError))


@dataclass(slots=True, eq=False, repr=False)
class Backoff:
    """A question that failed: how often in a row, how, and when it is worth asking again (monotonic seconds)."""

    failures: int
    error: Exception
    again_at: float


class Circuit:
    """Open while the server is taken to be away: then one request at a time tries whether it is back."""

    def __init__(self, chance: Callable[[], float]) -> None:
        self._chance = chance
        self._failures = 0
        self.error: Exception | None = None
        self.again_at = -math.inf
        self.probing = False

    @property
    def is_open(self) -> bool:
        """Whether the server is taken to be away."""
        return self.error is not None

    def failed(self, error: Exception, now: float, probe: bool) -> None:
        """An outage was met. A refused key opens at once: no other question can fare better."""
        if self.is_open and not probe:  # sent before the outage was known
            return
        self._failures += 1
        self.probing = False
        if self._failures >= FAILURES_TO_OPEN or isinstance(error, AuthenticationError):
            self.error = error
            probes = max(1, self._failures - FAILURES_TO_OPEN + 1)
            self.again_at = now + backoff_secs(probes, FIRST_PROBE_SECS, LONGEST_PROBE_SECS, self._chance())

    def answered(self) -> None:
        """The server is there."""
        self._failures = 0
        self.probing = False
        self.error = None
