"""Everything the client raises.

    KoalrError
    ├── ConfigError                 no key, a bad URL, or a URL that is no Koalr API
    ├── InvalidArgumentError        an argument out of range (also a ValueError); nothing was sent
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

No message, repr or cause carries an API key.
"""

from datetime import datetime


class KoalrError(Exception):
    """Base of all errors of this package."""


class ConfigError(KoalrError):
    """The client is not set up right; the text says which setting to change."""


class InvalidArgumentError(KoalrError, ValueError):
    """An argument is out of its range; nothing was sent."""


class APIConnectionError(KoalrError):
    """The API could not be reached."""


class APITimeoutError(APIConnectionError):
    """The API did not answer in time."""


class ResponseValidationError(KoalrError):
    """The API answered 200 with a body that lacks a documented field or has it in another type.

    Attributes:
        path: of that field, such as data[3].mergedAt; empty for the body itself.
    """

    def __init__(self, message: str, path: str = "") -> None:
        super().__init__(message)
        self.path = path


class APIStatusError(KoalrError):
    """The API answered with an error.

    Attributes:
        status: HTTP status.
        code, param, request_id: from the error body, None where it has none.
        retry_at: when a repeated request may succeed, if the answer says so.
    """

    def __init__(
        self,
        message: str,
        *,
        status: int,
        code: str | None = None,
        param: str | None = None,
        request_id: str | None = None,
        retry_at: datetime | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
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
