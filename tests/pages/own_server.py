"""A server of a test's own: bodies by path, an error by its status; what it does not know is 404."""

from collections.abc import Mapping
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from tests.contract.bodies import body


def serving(answers: Mapping[str, Any], asked: list[tuple[str, Any]] | None = None) -> Starlette:
    """Teams as documented beside `answers`.

    Args:
        answers: path after /api/v1 -> body, or a status that is no 200.
        asked: collects path and JSON body, or query, of every request.
    """
    known = {"/teams": body("teams"), **answers}

    async def answer(request: Request) -> Response:
        path = request.url.path.removeprefix("/api/v1")
        if asked is not None:
            asked.append((path, await request.json() if request.method == "POST" else dict(request.query_params)))
        found = known.get(path, 404)
        if isinstance(found, int):
            return JSONResponse({"error": {"code": "x", "message": "told <b>so</b>"}}, found)
        return JSONResponse(found)

    return Starlette(routes=[Route("/{path:path}", answer, methods=["GET", "POST"])])
