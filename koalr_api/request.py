"""What is asked, and how urgently."""

from collections.abc import Callable, Mapping
from enum import IntEnum
from typing import Any, NamedTuple

from koalr_api.answer import Answer
from koalr_api.arguments import not_negative
from koalr_api.errors import InvalidArgumentError

# Reads a model out of an answer; raises ResponseValidationError if it does not fit.
Reader = Callable[[Answer], Any]


class Request(NamedTuple):
    """One question to the API; equal questions are one key of the cache, whatever the order of their parameters."""

    method: str
    path: str
    params: tuple[tuple[str, str | int], ...] = ()
    json: tuple[tuple[str, Any], ...] = ()

    @classmethod
    def of(
        cls, method: str, path: str, params: Mapping[str, str | int], json: Mapping[str, Any] | None = None
    ) -> "Request":
        """From mappings."""
        return cls(method, path, tuple(sorted(params.items())), tuple(sorted(json.items())) if json else ())

    def __str__(self) -> str:
        query = "&".join(f"{name}={value}" for name, value in self.params + self.json)
        return f"{self.method} {self.path}{'?' + query if query else ''}"


class Priority(IntEnum):
    """Who comes first; WAITING is given to a person who has no value yet, not chosen."""

    WAITING = 0
    PAGE = 1
    TV = 2
    WARMING = 3


class Audience(NamedTuple):
    """For whom an answer is.

    Attributes:
        patience_secs: how long a call may wait for an answer; None waits until there is one or asking failed.
        max_age_secs: an older answer is waited for before it is shown; None shows fresh ones only.
        asks_anew: the caller knows of earlier failures and wants another try.
    """

    priority: Priority = Priority.PAGE
    patience_secs: float | None = None
    max_age_secs: float | None = None
    asks_anew: bool = False

    def checked(self) -> "Audience":
        """Itself, if its numbers make sense.

        Raises:
            InvalidArgumentError: they do not.
        """
        for name in ("patience_secs", "max_age_secs"):
            value = getattr(self, name)
            if value is not None:
                not_negative(name, value, "0 or more, or None")
        if self.priority == Priority.WAITING:
            raise InvalidArgumentError(
                "priority must be PAGE, TV or WARMING; a call that has to wait comes first anyway"
            )
        return self

    @property
    def insists(self) -> bool:
        """Every call of it is worth a try, also just after a failure."""
        return self.patience_secs is None or self.asks_anew
