"""What the resources are built on: asking and decoding. Models are imported by the call that needs them."""

from collections.abc import Mapping
from typing import Any, Protocol, TypeVar

from koalr_api.arguments import Parameters
from koalr_api.decoding import decode
from koalr_api.request import Reader, Request

PREFIX = "/api/v1"
M = TypeVar("M")


class Asker(Protocol):
    """Answers a request with what the reader makes of the answer, read once however often it is asked for."""

    def __call__(self, request: Request, reader: Reader) -> Any: ...  # noqa: ANN401 - what the reader makes


class Resource:
    """Base: asks and decodes."""

    def __init__(self, ask: Asker) -> None:
        self._ask = ask

    def _get(self, model: type[M], path: str, params: Parameters) -> M:
        where = f"GET {PREFIX}{path}"
        found: M = self._ask(Request.of("GET", PREFIX + path, params), lambda answer: decode(model, answer, where))
        return found

    def _post(self, model: type[M], path: str, json: Mapping[str, Any]) -> M:
        where = f"POST {PREFIX}{path}"
        found: M = self._ask(Request.of("POST", PREFIX + path, {}, json), lambda answer: decode(model, answer, where))
        return found
