"""One request to an ASGI application without a server or a client between: every byte as given."""

import asyncio
import json
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message

# A thread without an event loop of its own: the browser's driver keeps one running in the main thread.
ASIDE = ThreadPoolExecutor(max_workers=1, thread_name_prefix="asgi")


@dataclass(frozen=True)
class Answer:
    """What came back."""

    status: int
    headers: Headers
    body: bytes

    def json(self) -> Any:
        """The body as JSON."""
        return json.loads(self.body)


def ask(
    app: ASGIApp,
    method: str,
    path: str,
    query: bytes = b"",
    headers: Sequence[tuple[bytes, bytes]] = (),
    body: bytes = b"",
    client: str = "127.0.0.1",
) -> Answer:
    """Ask, and wait for the whole answer."""
    sent: list[Message] = []

    async def receive() -> Message:
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: Message) -> None:
        sent.append(message)

    scope = {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": "1.1",
        "method": method,
        "scheme": "http",
        "path": path,
        "raw_path": path.encode("utf-8", "surrogatepass"),
        "query_string": query,
        "root_path": "",
        "headers": list(headers),
        "client": (client, 12345),
        "server": ("127.0.0.1", 8600),
        "state": {},
    }

    async def answer() -> None:
        await app(scope, receive, send)

    ASIDE.submit(lambda: asyncio.run(answer())).result()
    start = sent[0]
    return Answer(
        start["status"], Headers(raw=start["headers"]), b"".join(message.get("body", b"") for message in sent[1:])
    )
