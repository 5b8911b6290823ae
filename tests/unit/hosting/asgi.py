"""One exchange with an ASGI application, without a server."""

import asyncio
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from starlette.types import ASGIApp, Message


def answered(
    app: ASGIApp, path: str = "/", peer: str = "127.0.0.1", headers: Mapping[str, str] | None = None, kind: str = "http"
) -> tuple[int, list[tuple[str, str]]]:
    """Status and headers of the answer to a GET; (0, []) if there is none.

    Args:
        peer: the address that asks.
        kind: "http" or "websocket".
    """
    sent: list[Message] = []
    scope: dict[str, Any] = {
        "type": kind,
        "method": "GET",
        "path": path,
        "query_string": b"",
        "client": (peer, 4711),
        "headers": [(name.lower().encode(), value.encode()) for name, value in (headers or {}).items()],
    }

    async def receive() -> Message:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Message) -> None:
        sent.append(message)

    async def exchange() -> None:
        await app(scope, receive, send)

    # In a thread of its own: the browser tests keep a loop running in this one.
    with ThreadPoolExecutor(1) as apart:
        apart.submit(asyncio.run, exchange()).result()
    start = next((message for message in sent if message["type"] == "http.response.start"), None)
    if start is None:
        return 0, []
    return start["status"], [(name.decode().lower(), value.decode()) for name, value in start["headers"]]
