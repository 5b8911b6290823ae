"""Everything the client raises.

    KoalrError
    ├── ConfigError                 no key, a bad URL, or a URL that is no Koalr API
    ├── InvalidArgumentError        an argument out of range (also a ValueError); nothing was sent
    ├── PendingError                queued: the answer will be there later; `place` and `expected_at` say when
    ├── APIConnectionError          no answer
    │   └── APITimeoutError         no answer in time
    ├── ResponseValidationError     a 200 whose body does not fit; names the field
    └── APIStatusError              an answer other than 200
        ├── BadRequestError         400
        ├── AuthenticationError     401
        ├── PermissionDeniedError   403
        ├── NotFoundError           404
        ├── RateLimitError          429; `retry_at` says when to come back
        └── InternalServerError     5xx

All are picklable. No message, repr, cause or traceback carries an API key.
"""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any, TypeVar

Error = TypeVar("Error", bound=Exception)

HIDDEN = "klr_…"
_SHAPE_OF_A_KEY = re.compile(r"klr_[a-z]+_[0-9A-Za-z_-]{4,}")


class KoalrError(Exception):
    """Base of all errors of this package; its text is a sentence or two for a person."""

    def __init__(self, text: str) -> None:
        super().__init__(_SHAPE_OF_A_KEY.sub(HIDDEN, text))

    def __reduce__(self) -> tuple[Any, ...]:
        return restored, (type(self), self.args, dict(vars(self)))


class ConfigError(KoalrError):
    """The client is not set up right; the text says which setting to change."""


class InvalidArgumentError(KoalrError, ValueError):
    """An argument is out of its range; nothing was sent."""


class PendingError(KoalrError):
    """The request is queued, and the caller's patience ended before its turn came. Asking again later finds the answer.

    Attributes:
        place: in the queue, from 1.
        expected_at: about when the answer will be there (aware).
    """

    def __init__(self, message: str, *, place: int, expected_at: datetime) -> None:
        super().__init__(message)
        self.place = place
        self.expected_at = expected_at


class APIConnectionError(KoalrError):
    """The API could not be reached."""


class APITimeoutError(APIConnectionError):
    """The API did not answer in time."""


class ResponseValidationError(KoalrError):
    """The API answered 200 with a body that lacks a documented field or has it in another type.

    Attributes:
        path: of that field, such as data[3].mergedAt; empty for the body itself.
    """

    def __init__(self, text: str, path: str = "") -> None:
        super().__init__(text)
        self.path = path


class APIStatusError(KoalrError):
    """The API answered with an error.

    Attributes:
        status: HTTP status.
        message, code, param: from the error body, None where it has none.
        request_id: from the error body or X-Request-Id, for a question to who runs the API.
        retry_at: when a repeated request may succeed (aware), if the answer says so.
    """

    def __init__(
        self,
        text: str,
        *,
        status: int,
        message: str | None = None,
        code: str | None = None,
        param: str | None = None,
        request_id: str | None = None,
        retry_at: datetime | None = None,
    ) -> None:
        super().__init__(text)
        self.status = status
        self.message = message
        self.code = code
        self.param = param
        self.request_id = request_id
        self.retry_at = retry_at


class BadRequestError(APIStatusError):
    """400: a parameter is invalid."""


class AuthenticationError(APIStatusError):
    """401: the key is missing, unknown or revoked."""


class PermissionDeniedError(APIStatusError):
    """403: the key may not see this."""


class NotFoundError(APIStatusError):
    """404: no such team, metric, pull request or path."""


class RateLimitError(APIStatusError):
    """429: too many requests in a minute."""


class InternalServerError(APIStatusError):
    """5xx: the API failed."""


_BY_STATUS: dict[int, type[APIStatusError]] = {
    400: BadRequestError,
    401: AuthenticationError,
    403: PermissionDeniedError,
    404: NotFoundError,
    429: RateLimitError,
}


def error_class(status: int) -> type[APIStatusError]:
    """The class for an HTTP status."""
    return InternalServerError if status >= 500 else _BY_STATUS.get(status, APIStatusError)


def restored(kind: type[Error], args: tuple[Any, ...], attributes: Mapping[str, Any]) -> Error:
    """An error of a kind with such attributes; its class may want more than its text, which the attributes hold."""
    error = kind.__new__(kind, *args)
    vars(error).update(attributes)
    return error
