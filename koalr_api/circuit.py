"""Whether the server is there (pure)."""

import math
from collections.abc import Callable

from koalr_api.errors import AuthenticationError
from koalr_api.retry import backoff_secs

FIRST_PROBE_SECS = 1.0
# A server that is back is noticed within this, half the minute in which a page refreshes.
LONGEST_PROBE_SECS = 30.0
# One lost connection happens; three in a row with no answer between are an outage.
FAILURES_TO_OPEN = 3


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
