"""Models as the client reads them, from JSON."""

from datetime import UTC, datetime
from typing import Any, TypeVar

from koalr_api import Model
from koalr_api.answer import Answer
from koalr_api.decoding import decode

M = TypeVar("M", bound=Model)
NOW = datetime(2026, 3, 31, 12, tzinfo=UTC)


def read(model: type[M], body: dict[str, Any], scoped_team: str | None = None) -> M:
    """A model from an answer's body."""
    return decode(model, Answer(body, NOW, lambda: NOW, scoped_team=scoped_team), "a test")
