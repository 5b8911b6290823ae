"""One error body for every status and every path: {"error": {"code", "message", "param"?, "requestId"}}."""

import logging
import secrets
from collections.abc import Mapping
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse

from koalr_server.errors import StoreError

CODES: Mapping[int, str] = {
    400: "bad_request",
    401: "unauthorized",
    403: "forbidden",
    404: "not_found",
    405: "method_not_allowed",
    408: "timeout",
    409: "conflict",
    413: "too_large",
    429: "rate_limited",
    500: "internal_error",
    503: "unavailable",
}

LONGEST_SHOWN_PATH = 200
UNEXPECTED = "Something failed on our side; the log has the request id."
UNREADABLE = "The store cannot be read now; try again in a moment. The log has the request id."
RETRY_SECS = "5"

log = logging.getLogger("koalr_server.http")


class ApiError(Exception):
    """An answer other than 200, with a message for the caller."""

    def __init__(self, status: int, message: str, param: str | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.param = param


def error_response(
    status: int, message: str, request_id: str, param: str | None = None, headers: Mapping[str, str] | None = None
) -> JSONResponse:
    """The error body as a response."""
    # A path or a body may hold halves of surrogate pairs, which no answer can carry.
    speakable = message.encode("utf-8", "backslashreplace").decode()
    error: dict[str, str] = {"code": CODES.get(status, "error"), "message": speakable}
    if param is not None:
        error["param"] = param
    error["requestId"] = request_id
    return JSONResponse({"error": error}, status_code=status, headers=dict(headers or {}))


def store_failed(error: StoreError, request_id: str) -> JSONResponse:
    """The store cannot be reached or read now. Why names places, which concern whoever reads the log alone."""
    log.error("request %s failed: %s", request_id, error)
    return error_response(503, UNREADABLE, request_id, headers={"Retry-After": RETRY_SECS})


def new_request_id() -> str:
    """A random id, for the caller and the log to speak of one request."""
    return "req_" + secrets.token_hex(8)


def request_id(request: Request) -> str:
    """The id the guard gave this request."""
    return str(request.state.request_id)


def install(app: FastAPI) -> None:
    """Replace the framework's own error bodies."""

    @app.exception_handler(ApiError)
    async def _api_error(request: Request, error: ApiError) -> JSONResponse:
        return error_response(error.status, error.message, request_id(request), error.param)

    @app.exception_handler(RequestValidationError)
    async def _invalid(request: Request, error: RequestValidationError) -> JSONResponse:
        first = error.errors()[0]
        return error_response(400, _validation_message(first), request_id(request), str(first["loc"][-1]))

    @app.exception_handler(HTTPException)
    async def _http(request: Request, error: HTTPException) -> JSONResponse:
        path = request.scope["path"][:LONGEST_SHOWN_PATH]  # not request.url, which needs a query that is UTF-8
        message = {
            404: f"No such path: {path}. The endpoints are listed at /api/docs.",
            405: f"{request.method} is not allowed on {path}; allowed: {(error.headers or {}).get('Allow', 'GET')}.",
        }.get(error.status_code, str(error.detail))
        return error_response(error.status_code, message, request_id(request), headers=error.headers)

    @app.exception_handler(StoreError)
    async def _store(request: Request, error: StoreError) -> JSONResponse:
        return store_failed(error, request_id(request))

    @app.exception_handler(Exception)
    async def _unexpected(request: Request, _error: Exception) -> JSONResponse:
        # The guard, further out, writes the line in the log.
        return error_response(500, UNEXPECTED, request_id(request))


def _validation_message(found: Mapping[str, Any]) -> str:
    name = found["loc"][-1]
    if found["type"] == "missing":
        return f"{name} is required."
    return f"{name} is invalid, got {str(found.get('input'))[:80]!r}: {found['msg']}."
