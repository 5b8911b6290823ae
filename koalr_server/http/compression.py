"""Compression for who accepts it (plain ASGI)."""

from starlette.datastructures import Headers
from starlette.middleware.gzip import GZipMiddleware
from starlette.types import ASGIApp, Receive, Scope, Send

LEAST_BYTES = 1000
LEVEL = 4


class Compression:
    """Starlette's gzip, for requests that accept gzip: it would look for the word alone, and gzip;q=0 refuses it."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = GZipMiddleware(app, minimum_size=LEAST_BYTES, compresslevel=LEVEL)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on, with what was said about encodings boiled down to gzip or nothing."""
        if scope["type"] == "http":
            accepted = accepts_gzip(Headers(scope=scope).get("accept-encoding", ""))
            others = [each for each in scope["headers"] if each[0] != b"accept-encoding"]
            scope = {**scope, "headers": [*others, (b"accept-encoding", b"gzip")] if accepted else others}
        await self._app(scope, receive, send)


def accepts_gzip(header: str) -> bool:
    """Whether an Accept-Encoding names gzip with a weight above 0."""
    weights = {}
    for choice in header.lower().split(","):
        name, _, weight = choice.partition(";")
        weights[name.strip()] = not weight.replace(" ", "").startswith("q=0") or any(
            digit in weight for digit in "123456789"
        )
    return weights.get("gzip", False)
