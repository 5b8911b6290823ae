"""An API that does what a test tells it: the examples of the API page, changed, refused, withheld."""

import asyncio
import json
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from tests.contract.bodies import ENDPOINTS, body
from tests.running import running

KEY = "klr_live_" + "k" * 40
# No test waits for the budget of a minute unless it is about it.
UNLIMITED = {"X-RateLimit-Limit": "100000", "X-RateLimit-Remaining": "99999"}


@dataclass
class Upstream:
    """What it does at the moment.

    Attributes:
        mode: "fine", "empty", "silent" (takes requests, answers when `let` is set), or the status of an error.
        change: what is made of the body for a path.
        late_secs: by path, how long an answer takes.
        asked: path and query of every request.
    """

    mode: str = "fine"
    change: Callable[[str, Any], Any] = lambda _path, found: found
    late_secs: Mapping[str, float] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    let: threading.Event = field(default_factory=threading.Event)

    async def answer(self, request: Request) -> Response:
        """Answer one request."""
        self.asked.append(f"{request.url.path}?{request.url.query}")
        if self.mode.isdigit():
            error = {"code": "x", "message": "told <b>so</b>", "requestId": "req_9"}
            headers = {"Retry-After": "42"} if self.mode == "429" else {}
            return Response(json.dumps({"error": error}), int(self.mode), headers, "application/json")
        if self.mode == "silent":
            await run_in_threadpool(self.let.wait, 60)
        await asyncio.sleep(self.late_secs.get(request.url.path, 0))
        file = next(each["file"] for each in ENDPOINTS if each["path"] == request.url.path)
        found = body(file.removesuffix(".json"))
        if self.mode == "empty":
            found = {name: _nothing(value) for name, value in found.items()}
        text = json.dumps(self.change(request.url.path, found))
        return Response(text, headers=UNLIMITED, media_type="application/json")


def _nothing(value: object) -> object:
    if isinstance(value, list):
        return []
    if isinstance(value, dict):
        return {name: _nothing(each) for name, each in value.items()}
    return value if isinstance(value, bool) else 0 if isinstance(value, int) else None


@contextmanager
def served(told: Upstream) -> Iterator[str]:
    """Serve it; yields its address."""
    with running(Starlette(routes=[Route("/{path:path}", told.answer, methods=["GET", "POST"])])) as url:
        yield url
        told.let.set()
