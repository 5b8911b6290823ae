"""A server of the API page's fields that remembers what it was asked."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from tests.contract.bodies import ENDPOINTS, FOLDER


@dataclass
class Recording:
    """What it answers, by path below /api/v1: fields over those of the page, or the status of an error."""

    answers: Mapping[str, Mapping[str, object]] = field(default_factory=dict)
    status: Mapping[str, int] = field(default_factory=dict)
    asked: list[tuple[str, dict[str, str]]] = field(default_factory=list)

    def app(self) -> Starlette:
        """What to serve."""

        async def answer(request: Request) -> Response:
            path = request.url.path.removeprefix("/api/v1")
            self.asked.append((path, dict(request.query_params)))
            if path in self.status:
                error = {"error": {"code": "x", "message": "no *forecast*", "requestId": "req_9"}}
                return Response(json.dumps(error), self.status[path], media_type="application/json")
            file = next(each["file"] for each in ENDPOINTS if each["path"] == request.url.path)
            body = json.loads((FOLDER / file).read_text(encoding="utf-8")) | self.answers.get(path, {})
            if path == "/forecast/delivery":
                body["items"] = int(request.query_params["items"])
            return Response(json.dumps(body), media_type="application/json")

        return Starlette(routes=[Route("/{path:path}", answer)])

    def deliveries(self) -> list[dict[str, str]]:
        """Parameters of the delivery forecasts asked for."""
        return [params for path, params in self.asked if path == "/forecast/delivery"]

    def items(self) -> list[int]:
        """Their items, sorted."""
        return sorted(int(params["items"]) for params in self.deliveries())
