"""Whether to try again, and when (pure)."""

from dataclasses import dataclass
from datetime import datetime

from koalr_api.errors import APIConnectionError, APIStatusError, KoalrError

TOO_MANY_REQUESTS = 429
# Not implemented, and HTTP version not supported: asking again changes nothing.
LASTING = frozenset({501, 505})
FIRST_DELAY_SECS = 0.25
LONGEST_DELAY_SECS = 8.0


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """How often and for how long one call is tried.

    Everything the client sends may be sent again: GETs, and the question for a risk score, which changes nothing.
    """

    max_retries: int = 2
    """Tries after the first."""
    budget_secs: float = 2.0
    """A try that would begin later than this after the first is not made."""

    def delay_secs(
        self, error: KoalrError, attempt: int, elapsed_secs: float, now: datetime, jitter: float
    ) -> float | None:
        """Seconds to wait before the next try; None to give up.

        Args:
            attempt: tries made so far, from 1.
            elapsed_secs: since the first try began.
            jitter: uniform in [0, 1).
        """
        if attempt > self.max_retries or not worth_retrying(error):
            return None
        delay = backoff_secs(attempt, jitter)
        told = error.retry_at if isinstance(error, APIStatusError) else None
        if told is not None:
            delay = max(delay, (told - now).total_seconds())
        return delay if elapsed_secs + delay <= self.budget_secs else None


def worth_retrying(error: Exception) -> bool:
    """Whether the same question may be answered later: no answer, 429, or a failure of the server."""
    if isinstance(error, APIStatusError):
        return error.status == TOO_MANY_REQUESTS or (error.status >= 500 and error.status not in LASTING)
    return isinstance(error, APIConnectionError)


def backoff_secs(attempt: int, jitter: float) -> float:
    """Doubling from a quarter of a second to eight, less up to a half, so that clients do not return together."""
    longest: float = min(LONGEST_DELAY_SECS, FIRST_DELAY_SECS * 2.0 ** min(attempt - 1, 30))
    return longest * (0.5 + jitter / 2)
