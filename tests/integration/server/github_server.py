"""GitHub's REST API and GraphQL as far as the sync asks for them, over a world that tests change, with the accidents of a real network.

Bodies are real (tests/fixtures/github_rest/NOTICE.md). Lists are paged with Link, have entity tags and are ordered as GitHub's are.
"""

import hashlib
import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import unquote, urlencode

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from tests.integration.server.github_boards import Boards
from tests.integration.server.github_pulls import CHECKS, STATUSES, Repositories
from tests.running import running

TOKEN = "ghs_a-token-for-tests"
BEFORE = datetime(2000, 1, 1, tzinfo=UTC)
WRAPPED = {
    "check-runs": "check_runs",
    "status": "statuses",
    "workflows": "workflows",
    "runs": "workflow_runs",
    "seats": "seats",
}
# What GraphQL does not show where REST refuses it.
HIDDEN = {"/check-runs": CHECKS, "/status": STATUSES}
ORDER = {"pulls": "updated_at", "issues": "updated_at", "deployments": "created_at", "runs": "created_at"}

Accident = Callable[["World", Request], Response | None]


class VirtualTime:
    """A clock that only sleeping moves."""

    def __init__(self, now: datetime) -> None:
        self._now = now
        self._lock = threading.Lock()
        self.slept: list[float] = []

    def clock(self) -> datetime:
        """Now."""
        return self._now

    def sleep(self, seconds: float) -> None:
        """Let so much time pass at once."""
        with self._lock:
            self.slept.append(seconds)
            self._now += timedelta(seconds=seconds)


@dataclass
class World:
    """What GitHub knows: lists and objects by path, and what happens to requests.

    Args:
        accidents: what answers instead, by the number of the request, from 1.
        reading: called before every request is answered, with its path.
        left: requests left of the hour; None for as many as one likes.
    """

    time: VirtualTime
    lists: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    objects: dict[str, Any] = field(default_factory=dict)
    boards: Boards = field(default_factory=Boards)
    accidents: dict[int, Accident] = field(default_factory=dict)
    reading: Callable[[str], None] = lambda path: None
    refused: dict[str, int] = field(default_factory=dict)
    page_size: int = 100
    prefix: str = ""
    base_url: str = ""
    hourly: int | None = None
    left: int = 0
    resets_at: datetime = BEFORE
    requests: list[str] = field(default_factory=list)
    seen: list[dict[str, str]] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def answer(self, request: Request, content: bytes = b"") -> Response:
        """Answer a request with its body, in the order they come in."""
        with self._lock:
            path = request.url.path.removeprefix(self.prefix)
            self.requests.append(path)
            self.seen.append({"url": str(request.url), **dict(request.headers)})
            self.reading(path)
            accident = self.accidents.pop(len(self.requests), None)
            if accident is not None and (happened := accident(self, request)) is not None:
                return happened
            return self._limited() or self._found(request, path, content)

    def _limited(self) -> Response | None:
        if self.hourly is None:
            return None
        if self.time.clock() >= self.resets_at:
            self.left, self.resets_at = self.hourly, self.time.clock() + timedelta(hours=1)
        if self.left == 0:
            return refusal(403, "API rate limit exceeded", self.headers())
        self.left -= 1
        return None

    def _found(self, request: Request, path: str, content: bytes) -> Response:
        if request.headers.get("authorization") != f"Bearer {TOKEN}":
            return refusal(401, "Bad credentials")
        for part, status in self.refused.items():
            if part in path:
                return refusal(status, "Resource not accessible by personal access token")
        if path == self._graphql and request.method == "POST":
            return self._sent(request, self._graph_answer(json.loads(content)))
        if "/contents/" in path and "ref" in request.query_params:
            path += f"?ref={request.query_params['ref']}"
        if "path" in request.query_params:
            return self._sent_page(request, self.lists.get(f"{path}?path={request.query_params['path']}", []), None)
        if path in self.objects:
            return self._sent(request, self.objects[path])
        if path in self.lists:
            return self._page(request, path)
        if "/compare/" in path:
            return self._compared(request, path)
        return refusal(404, "Not Found", self.headers())

    def _graph_answer(self, content: dict[str, Any]) -> dict[str, Any]:
        hidden = [name for part, name in HIDDEN.items() if part in self.refused]
        answer = self.boards.answer(content, Repositories(self.lists, self.objects, hidden).root())
        errors = [
            {
                "type": "FORBIDDEN",
                "path": ["repository", "p4", "head", "nodes", 0, "commit", name],
                "message": "Resource not accessible by integration",
            }
            for name in hidden
            if f"{name} {{" in content["query"]
        ]
        return {**answer, "errors": errors} if errors else answer

    @property
    def _graphql(self) -> str:
        return "/api/graphql" if self.prefix else "/graphql"

    def _page(self, request: Request, path: str, field_name: str | None = None) -> Response:
        name = path.rsplit("/", 1)[1]
        items = list(self.lists[path])
        if name in ORDER:
            items.sort(key=lambda item: (item[ORDER[name]], item["id"]), reverse=True)
        if name == "commits" and "since" in request.query_params:
            since = request.query_params["since"]
            items = [item for item in items if item["commit"]["committer"]["date"] >= since]
        return self._sent_page(request, items, field_name or WRAPPED.get(name))

    def _compared(self, request: Request, path: str) -> Response:
        repository, _, spread = path.partition("/compare/")
        base = unquote(spread).split("...")[0]
        commits = {commit["sha"]: commit for commit in self.lists[f"{repository}/commits"]}
        if base not in commits:
            return refusal(404, "Not Found")
        behind, open_ = set(), [base]
        while open_:
            sha = open_.pop()
            if sha in commits and sha not in behind:
                behind.add(sha)
                open_ += [parent["sha"] for parent in commits[sha]["parents"]]
        ahead = [commit for sha, commit in commits.items() if sha not in behind][::-1]
        return self._sent_page(request, ahead, "commits")

    def _sent_page(self, request: Request, items: list[dict[str, Any]], field_name: str | None) -> Response:
        number = int(request.query_params.get("page", 1))
        size = min(int(request.query_params.get("per_page", 30)), self.page_size)
        page = items[(number - 1) * size : number * size]
        headers = {}
        if number * size < len(items):
            query = {**request.query_params, "page": str(number + 1)}
            headers["Link"] = f'<{request.url.replace(query=urlencode(query))}>; rel="next"'
        return self._sent(request, {"total_count": len(items), field_name: page} if field_name else page, headers)

    def _sent(self, request: Request, body: Any, headers: dict[str, str] | None = None) -> Response:
        text = json.dumps(body).encode()
        told = self.headers() | (headers or {}) | {"ETag": f'W/"{hashlib.sha256(text).hexdigest()}"'}
        if request.headers.get("if-none-match") == told["ETag"]:
            return Response(status_code=304, headers=told)
        return Response(text, media_type="application/json", headers=told)

    def headers(self) -> dict[str, str]:
        """Headers of every answer."""
        told: dict[str, str] = {}
        if self.hourly is not None:
            told |= {"X-RateLimit-Limit": str(self.hourly), "X-RateLimit-Remaining": str(self.left)}
            told["X-RateLimit-Reset"] = str(int(self.resets_at.timestamp()))
        return told

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """As an ASGI application."""
        request = Request(scope, receive)
        content = await request.body()
        await self.answer(request, content)(scope, receive, send)

    @contextmanager
    def running(self) -> Iterator["World"]:
        """Serve it at `base_url`."""
        with running(self) as origin:
            self.base_url = origin + self.prefix
            yield self


def refusal(status: int, message: str, headers: dict[str, str] | None = None) -> Response:
    """An error as GitHub words it."""
    return Response(json.dumps({"message": message}), status, headers, "application/json")


def secondary_limit(world: World, request: Request) -> Response:
    """A pause is asked for in words alone."""
    return refusal(403, "You have exceeded a secondary rate limit. Please wait a few minutes before you try again.")


def retry_after(world: World, request: Request) -> Response:
    """A pause is asked for by a header."""
    return refusal(429, "Too many requests", {"Retry-After": "90"})


def bad_gateway(world: World, request: Request) -> Response:
    """The page of a proxy."""
    return Response("<html>Bad Gateway</html>", 502, media_type="text/html")


def cut_json(world: World, request: Request) -> Response:
    """A body that is whole for HTTP and half for JSON."""
    return Response('[{"number": 1, "titl', media_type="application/json")


def broken_off(world: World, request: Request) -> Response:
    """A connection that ends within the body."""
    return _BrokenOff('[{"number": 1}]', media_type="application/json")


class _BrokenOff(Response):
    """Promises more than it sends."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = [(b"content-type", b"application/json"), (b"content-length", b"4096"), (b"connection", b"close")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": self.body, "more_body": False})
