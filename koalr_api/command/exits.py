"""What a command's exit status says to a shell."""

from koalr_api.errors import (
    APIConnectionError,
    AuthenticationError,
    BadRequestError,
    ConfigError,
    InternalServerError,
    InvalidArgumentError,
    KoalrError,
    NotFoundError,
    PendingError,
    PermissionDeniedError,
    RateLimitError,
)

OK = 0
USAGE = 2
REFUSED = 3
NOT_FOUND = 4
BAD_REQUEST = 5
RATE_LIMITED = 6
UNREACHABLE = 7
UNEXPECTED = 8
OUTPUT_FAILED = 9
INTERRUPTED = 130
PIPE_CLOSED = 141

_STATUS: dict[type[KoalrError], int] = {
    InvalidArgumentError: USAGE,
    ConfigError: REFUSED,
    AuthenticationError: REFUSED,
    PermissionDeniedError: REFUSED,
    NotFoundError: NOT_FOUND,
    BadRequestError: BAD_REQUEST,
    RateLimitError: RATE_LIMITED,
    PendingError: RATE_LIMITED,
    APIConnectionError: UNREACHABLE,
    InternalServerError: UNREACHABLE,
}


def exit_status(error: KoalrError) -> int:
    """The status for an error; what has none of its own, such as a body that does not fit, is unexpected."""
    return next((status for kind, status in _STATUS.items() if isinstance(error, kind)), UNEXPECTED)
