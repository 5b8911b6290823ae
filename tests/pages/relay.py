"""The sample's real answers, changed or withheld on their way to the dashboard."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import requests
from anyio.to_thread import run_sync
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from streamlit.testing.v1 import AppTest

from tests.integration.server.conftest import Api

PREFIX = "/api/v1"
Change = Callable[[Any], Any]
# What was answered before: the sample does not change.
_answers: dict[tuple[str, ...], requests.Response] = {}


def relaying(api: Api, change: Change = lambda body: body, withheld: str = "", instead: int | str = 200) -> Starlette:
    """A server that answers as the sample's does.

    Args:
        change: what is made of the body of every answer.
        withheld: a path after /api/v1 that gets `instead`: a status, or a body that is no JSON.
    """

    def ask(method: str, path: str, query: str, body: str) -> requests.Response:
        asked = (api.base_url, method, path, query, body)
        if asked not in _answers:
            headers = {"X-Koalr-Key": api.key, "Content-Type": "application/json"}
            url = f"{api.base_url}{path}?{query}"
            _answers[asked] = requests.request(method, url, data=body or None, headers=headers, timeout=20)
        return _answers[asked]

    async def answer(request: Request) -> Response:
        path = request.url.path
        if withheld and path == PREFIX + withheld:
            if isinstance(instead, str):
                return Response(instead, media_type="text/html")
            key = request.headers["X-Koalr-Key"]
            error = {"error": {"code": "x", "message": f"told <b>so</b> to {key}"}}
            return Response(json.dumps(error), instead, media_type="application/json")
        body = (await request.body()).decode()
        found = await run_sync(ask, request.method, path, request.url.query, body)
        text = json.dumps(change(found.json())) if found.status_code == 200 else found.text
        team = found.headers.get("X-Koalr-Team")
        return Response(text, found.status_code, {"X-Koalr-Team": team} if team else {}, "application/json")

    return Starlette(routes=[Route("/{path:path}", answer, methods=["GET", "POST"])])


def sent_texts(app: AppTest) -> Iterator[tuple[str, str]]:
    """Every text that goes to the browser: the field it is in, such as "Markdown.body", and what it says."""
    waiting: list[Any] = [app._tree]
    while waiting:
        node = waiting.pop()
        waiting += getattr(node, "children", {}).values()
        if hasattr(getattr(node, "proto", None), "ListFields"):
            yield from _texts(node.proto)


def _texts(message: Any) -> Iterator[tuple[str, str]]:
    for field, value in message.ListFields():
        for each in value if field.is_repeated else [value]:
            if isinstance(each, str):
                yield f"{message.DESCRIPTOR.name}.{field.name}", each
            elif hasattr(each, "ListFields"):
                yield from _texts(each)
