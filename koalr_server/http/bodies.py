"""Request bodies: read whole before anything else, small, and JSON (plain ASGI)."""

from collections.abc import Iterable

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from koalr_server.http.errors import error_response
from koalr_server.http.paths import local_path

MOST_BYTES = 64 * 1024


class Bodies:
    """Refuses a body that is too large or not JSON, and hands a good one on in one piece.

    Args:
        paths: what takes a body, below the mount point.
    """

    def __init__(self, app: ASGIApp, paths: Iterable[str]) -> None:
        self._app = app
        self._paths = frozenset(paths)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on, or answer 400."""
        if scope["type"] != "http" or scope["method"] != "POST" or local_path(scope) not in self._paths:
            await self._app(scope, receive, send)
            return
        media_type = Headers(scope=scope).get("content-type", "").partition(";")[0].strip().lower()
        if media_type != "application/json":
            got = repr(media_type[:60]) if media_type else "none"
            fault = f"The Content-Type must be application/json, got {got}."
        else:
            body = await _read(receive)
            if body is not None:
                await self._app(scope, _replayed(body), send)
                return
            fault = f"The body is larger than {MOST_BYTES // 1024} KiB."
        await error_response(400, fault, scope["state"]["request_id"])(scope, receive, send)


async def _read(receive: Receive) -> bytes | None:
    """The whole body, None if it is too large or breaks off; what is too large is not read to its end."""
    body = bytearray()
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            return None  # nobody is told any more
        body.extend(message.get("body", b""))
        if len(body) > MOST_BYTES:
            return None
        if not message.get("more_body", False):
            return bytes(body)


def _replayed(body: bytes) -> Receive:
    async def receive() -> Message:
        return {"type": "http.request", "body": body, "more_body": False}

    return receive
