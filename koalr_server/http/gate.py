"""The gate every request passes: key, rate limit, and their headers on every answer (plain ASGI)."""

import re
import time
from collections.abc import Callable

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from koalr_server.http.errors import error_response
from koalr_server.http.limits import Limits, address
from koalr_server.http.paths import local_path
from koalr_server.http.shared_limits import SharedLimits
from koalr_server.keys import DEFAULT_REQUESTS_PER_MINUTE, ApiKey
from koalr_server.limiter import Verdict

KEY_HEADER = "X-Koalr-Key"
OPEN_PATHS = re.compile(r"/(healthz|readyz|openapi\.json|docs(/[^/]*)?)")


class Gate:
    """Lets requests with a valid key through, within its limit.

    Args:
        authenticate: key text -> ApiKey, or None for a key that is unknown or revoked.
        clock: epoch seconds.
        shared: where replicas count together; each counts for itself without, and while it is gone.
    """

    def __init__(
        self,
        app: ASGIApp,
        authenticate: Callable[[str], ApiKey | None],
        clock: Callable[[], float] = time.time,
        shared: SharedLimits | None = None,
    ) -> None:
        self._app = app
        self._authenticate = authenticate
        self._clock = clock
        self._keys = Limits()
        self._strangers = Limits()
        self._shared = shared

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, or pass the request on with `state.api_key` set."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        if OPEN_PATHS.fullmatch(local_path(scope)):
            await self._app(scope, receive, send)
            return
        presented = Headers(scope=scope).get(KEY_HEADER)
        try:
            key = self._authenticate(presented) if presented else None
        except Exception:
            # Whose request it is stays unknown, so it counts for its address; the guard answers.
            scope["state"]["send"] = _with_headers(send, await self._judge(None, scope))
            raise
        verdict = await self._judge(key, scope)
        send = scope["state"]["send"] = _with_headers(send, verdict)
        refusal = self._refusal(key, presented, verdict, scope["state"]["request_id"]) or _no_path(scope)
        if refusal is not None:
            await refusal(scope, receive, send)
            return
        scope["state"]["api_key"] = key
        await self._app(scope, receive, send)

    async def _judge(self, key: ApiKey | None, scope: Scope) -> Verdict:
        """Count the request for its key, or, without a valid one, for its client address."""
        limit = key.requests_per_minute if key else DEFAULT_REQUESTS_PER_MINUTE
        own, caller = (self._keys, key.key_id) if key else (self._strangers, address(scope))
        verdict = await self._shared.admit(f"{'key' if key else 'address'} {caller}", limit) if self._shared else None
        return verdict or own.admit(caller, limit, self._clock())

    def _refusal(self, key: ApiKey | None, presented: str | None, verdict: Verdict, request_id: str) -> Response | None:
        if not verdict.admitted:
            wait = verdict.retry_after_secs(self._clock())
            message = f"More than {verdict.limit} requests in a minute; retry in {wait} s."
            return error_response(429, message, request_id, headers={"Retry-After": str(wait)})
        if key is None:
            fault = "holds a key that is unknown, revoked or replaced" if presented else "is missing"
            message = (
                f"The {KEY_HEADER} header {fault}; create a key with `python -m koalr_server keys create --name NAME`."
            )
            return error_response(401, message, request_id)
        if "read" not in key.scopes:
            return error_response(403, "This key has no read scope; create one with --scope read.", request_id)
        return None


def _no_path(scope: Scope) -> Response | None:
    """404 for a path with a line end behind it, which the framework's patterns take for the path without it."""
    if not local_path(scope).endswith("\n"):
        return None
    return error_response(404, "No such path: it ends with a line end.", scope["state"]["request_id"])


def _with_headers(send: Send, verdict: Verdict) -> Send:
    async def send_with_headers(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            # Whoever asks again with the ETag gets 304; an answer without one is never kept.
            headers["Cache-Control"] = "private, no-cache" if "etag" in headers else "private, no-store"
            headers.add_vary_header(KEY_HEADER)
            headers["X-RateLimit-Limit"] = str(verdict.limit)
            headers["X-RateLimit-Remaining"] = str(verdict.remaining)
            headers["X-RateLimit-Reset"] = str(verdict.reset_at)
        await send(message)

    return send_with_headers
