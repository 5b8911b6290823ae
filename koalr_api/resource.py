"""What the resources are built on: asking and decoding. Models are imported by the call that needs them."""

import logging
from collections.abc import Mapping
from typing import Any, Protocol, TypeVar

from koalr_api.answer import Answer
from koalr_api.arguments import Parameters
from koalr_api.decoding import decode
from koalr_api.pages import Page
from koalr_api.request import Reader, Request

PREFIX = "/api/v1"
M = TypeVar("M")

_log = logging.getLogger("koalr_api")


class Asker(Protocol):
    """Answers a request with what the reader makes of the answer, read once however often it is asked for."""

    def __call__(self, request: Request, reader: Reader) -> Any: ...  # noqa: ANN401 - what the reader makes


class Resource:
    """Base: asks and decodes."""

    def __init__(self, ask: Asker) -> None:
        self._ask = ask

    def _get(self, model: type[M], path: str, params: Parameters) -> M:
        where = f"GET {PREFIX}{path}"
        found: M = self._ask(Request.of("GET", PREFIX + path, params), lambda answer: _read(model, answer, where))
        return found

    def _post(self, model: type[M], path: str, json: Mapping[str, Any]) -> M:
        where = f"POST {PREFIX}{path}"
        found: M = self._ask(Request.of("POST", PREFIX + path, {}, json), lambda answer: decode(model, answer, where))
        return found


def _read(model: type[M], answer: Answer, where: str) -> M:
    """A model; rows that had to be left out are told to whoever reads the log, for a loop over rows does not see them."""
    found = decode(model, answer, where)
    if isinstance(found, Page) and found.skipped:
        _log.warning(
            "%s: rows left out that could not be read: %s", where, ", ".join(each.path for each in found.skipped)
        )
    return found
