"""Answers kept while nothing they rest on has changed, and told apart by ETags (plain ASGI)."""

import hashlib
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlencode

from cachetools import LRUCache
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from koalr_server.http.paths import local_path
from koalr_server.http.service import Service, Stamp
from koalr_server.keys import ApiKey

MOST_BYTES = 64 * 1024 * 1024
PREFIX = "/v1/"
Header = tuple[bytes, bytes]


@dataclass(frozen=True, slots=True)
class Kept:
    """A complete answer with status 200."""

    headers: tuple[Header, ...]
    body: bytes


class Answers:
    """Answers GETs below /v1/ from memory, as long as the data and now are the same; 304 for who has the answer already.

    What an answer depends on: path, parameters, what the key may see, the data, now. All of it is in the cache's key and
    in the ETag, so a key limited to teams never gets what another key was told. `Cache-Control: no-cache` asks anew;
    `If-None-Match: *` matches whatever would be a 200.
    """

    def __init__(self, app: ASGIApp, service: Service, most_bytes: int = MOST_BYTES) -> None:
        self._app = app
        self._service = service
        self._kept: LRUCache[str, Kept] = LRUCache(maxsize=most_bytes, getsizeof=lambda kept: len(kept.body) + 1000)
        self._lock = threading.Lock()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer from memory, or let the application answer and keep it."""
        path = local_path(scope) if scope["type"] == "http" else ""
        if not path.startswith(PREFIX) or scope["method"] != "GET":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        tag = entity_tag(self._service, scope["state"]["api_key"], path, scope["query_string"])
        presented = [one.strip() for one in ",".join(headers.getlist("if-none-match")).split(",")]
        asks_anew = "no-cache" in headers.get("cache-control", "").lower()
        kept = None if asks_anew else self._recalled(tag)
        if kept is None and not _names(presented, tag):
            kept = await self._fresh(scope, receive, send, tag)
            if kept is None:
                return
        if "*" in presented or _names(presented, tag):
            await _send(send, 304, ((b"etag", tag.encode()), (b"vary", b"Accept-Encoding")), b"")
        elif kept is not None:
            await _send(send, 200, kept.headers, kept.body)

    def _recalled(self, tag: str) -> Kept | None:
        with self._lock:
            return self._kept.get(tag)

    async def _fresh(self, scope: Scope, receive: Receive, send: Send, tag: str) -> Kept | None:
        """The application's answer, kept if it is a success; anything else is sent as it comes, answering None."""
        start: Message = {}
        body = bytearray()

        async def collect(message: Message) -> None:
            if message["type"] == "http.response.start" and message["status"] == 200:
                start.update(message)
            elif start and message["type"] == "http.response.body":
                body.extend(message.get("body", b""))
            else:
                await send(message)

        await self._app(scope, receive, collect)
        if not start:
            return None
        kept = Kept((*start["headers"], (b"etag", tag.encode())), bytes(body))
        with self._lock:
            if len(kept.body) < self._kept.maxsize / 4:
                self._kept[tag] = kept
        return kept


def entity_tag(service: Service, key: ApiKey, path: str, query_string: bytes) -> str:
    """A weak tag (the body may be compressed on the way) of everything the answer depends on."""
    stamp: Stamp = service.stamp()
    parameters = urlencode(sorted(parse_qsl(query_string.decode("latin-1"), keep_blank_values=True)))
    teams = "*" if key.team_ids is None else ",".join(sorted(key.team_ids))
    seen = (service.salt, stamp.version, stamp.moment.now, stamp.moment.shift, teams, path, parameters)
    return f'W/"{hashlib.sha256(repr(seen).encode("utf-8", "surrogatepass")).hexdigest()[:32]}"'


def _names(presented: Iterable[str], tag: str) -> bool:
    """Whether a tag is among those presented, weakly compared."""
    return any(one.removeprefix("W/") == tag.removeprefix("W/") for one in presented)


async def _send(send: Callable[[Message], object], status: int, headers: tuple[Header, ...], body: bytes) -> None:
    await send({"type": "http.response.start", "status": status, "headers": list(headers)})  # type: ignore[misc]
    await send({"type": "http.response.body", "body": body})  # type: ignore[misc]
