"""What the resources are built on: asking and decoding. Models are imported by the call that needs them."""

from collections.abc import Mapping
from typing import Any, Protocol, TypeVar

from koalr_api.answer import Answer
from koalr_api.arguments import Parameters
from koalr_api.decoding import decode

PREFIX = "/api/v1"
M = TypeVar("M")


class Asker(Protocol):
    """Answers a request, from the cache or the API."""

    def __call__(
        self, method: str, path: str, params: Mapping[str, str | int], json: Mapping[str, Any] | None = None
    ) -> Answer: ...


class Resource:
    """Base: asks and decodes."""

    def __init__(self, ask: Asker) -> None:
        self._ask = ask

    def _get(self, model: type[M], path: str, params: Parameters) -> M:
        return decode(model, self._ask("GET", PREFIX + path, params), f"GET {PREFIX}{path}")

    def _post(self, model: type[M], path: str, json: Mapping[str, Any]) -> M:
        return decode(model, self._ask("POST", PREFIX + path, {}, json), f"POST {PREFIX}{path}")
