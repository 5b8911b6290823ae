"""Which failures are worth another try, and after which pause (pure). This is the only place that decides it.

Everything the client sends may be sent again: GETs, and the question for a risk score, which changes nothing.
"""

from datetime import datetime

from koalr_api.errors import (
    APIConnectionError,
    APIStatusError,
    AuthenticationError,
    ConfigError,
    RateLimitError,
)

# Not implemented, and HTTP version not supported: asking again changes nothing.
LASTING_STATUSES = frozenset({501, 505})
# The connection was too slow, or the question too early or one too many: nothing is said of who may have the answer.
TRANSIENT_STATUSES = frozenset({408, 425, 429})
GATEWAY_STATUSES = frozenset({502, 503, 504})
FIRST_PAUSE_SECS = 0.25
FIRST_REFUSAL_PAUSE_SECS = 5.0
LONGEST_PAUSE_SECS = 60.0
# A server that wants to be left alone for longer is asked once in so long all the same.
LONGEST_TOLD_SECS = 300.0


def worth_retrying(error: Exception) -> bool:
    """The same question may be answered a moment later: no answer, 429, or a failure of the server."""
    if isinstance(error, APIStatusError):
        return isinstance(error, RateLimitError) or (error.status >= 500 and error.status not in LASTING_STATUSES)
    return isinstance(error, APIConnectionError)


def is_refusal(error: Exception) -> bool:
    """The server answered that this may not be had (400, 401, 403, 404 ...), so an old value may not be shown either."""
    return isinstance(error, APIStatusError) and error.status < 500 and error.status not in TRANSIENT_STATUSES


def is_outage(error: Exception) -> bool:
    """The failure is the server's or the key's as a whole, not this question's."""
    if isinstance(error, APIStatusError):
        return error.status in GATEWAY_STATUSES or isinstance(error, AuthenticationError)
    return isinstance(error, (APIConnectionError, ConfigError))


def told_secs(error: Exception | None, at: datetime) -> float | None:
    """The pause that the answer asks for, counted from when it came; None if it names none."""
    retry_at = error.retry_at if isinstance(error, APIStatusError) else None
    return None if retry_at is None else max(0.0, (retry_at - at).total_seconds())


def question_pause_secs(error: Exception, failures: int, told: float | None, chance: float) -> float:
    """Seconds to leave a question alone that failed so many times in a row, this time with `error`.

    Args:
        told: see told_secs.
        chance: uniform in [0, 1), so that clients do not come back together.
    """
    first_secs = FIRST_REFUSAL_PAUSE_SECS if is_refusal(error) else FIRST_PAUSE_SECS
    return max(backoff_secs(failures, first_secs, LONGEST_PAUSE_SECS, chance), min(told or 0.0, LONGEST_TOLD_SECS))


def key_pause_secs(refusals: int, told: float | None, chance: float) -> float:
    """Seconds to send nothing at all with a key that was rate limited so many times in a row; arguments as above."""
    return max(backoff_secs(refusals, FIRST_PAUSE_SECS, LONGEST_PAUSE_SECS, chance), told or 0.0)


def backoff_secs(failures: int, first_secs: float, longest_secs: float, chance: float) -> float:
    """The client's own pause: doubling, between half and the whole of it by chance in [0, 1)."""
    return min(longest_secs, first_secs * 2.0 ** min(failures - 1, 30)) * (0.5 + chance / 2)
