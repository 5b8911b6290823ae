"""What all models share: where they were read from, and rows that become a table."""

from collections.abc import Iterable, Mapping
from copy import deepcopy
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple, Self, TypeVar

from koalr_api.answer import Answer

if TYPE_CHECKING:
    import pandas

Row = TypeVar("Row", covariant=True)


class Model:
    """Base of everything read from an answer. Equality, repr and `dataclasses.asdict` go by the fields alone."""

    __slots__ = ("_answer", "_raw")
    _answer: Answer
    _raw: Mapping[str, Any]

    @property
    def answer(self) -> Answer:
        """The answer this was read from.

        Raises:
            AttributeError: it was made by hand.
        """
        found: Answer = self._kept("_answer")
        return found

    @property
    def raw(self) -> dict[str, Any]:
        """The JSON object as it came, unknown fields included; a copy, because the answer is shared."""
        return deepcopy(dict(self._kept("_raw")))

    @property
    def fetched_at(self) -> datetime:
        """When the answer came (aware)."""
        return self.answer.fetched_at

    @property
    def age(self) -> timedelta:
        """How old the answer is now."""
        return self.answer.clock() - self.answer.fetched_at

    @property
    def stale(self) -> bool:
        """True if the API could not be asked and this is the last good answer."""
        return self.answer.stale_reason is not None

    @property
    def scoped_team(self) -> str | None:
        """Team id the server says these figures are for, None for the whole organisation."""
        return self.answer.scoped_team

    def altered(self, **changes: object) -> Self:
        """A copy with other values in some fields, of the same answer; `raw` stays as it came."""
        found = replace(self, **changes)  # type: ignore[type-var]  # every model is a dataclass
        for slot in Model.__slots__:
            object.__setattr__(found, slot, self._kept(slot))
        return found

    def _kept(self, slot: str) -> Any:  # noqa: ANN401 - either of two
        try:
            return getattr(self, slot)
        except AttributeError:
            raise AttributeError(f"this {type(self).__name__} was not read from an answer") from None


class Skipped(NamedTuple):
    """A row that could not be read: the path of its first field that does not fit, such as data[3].mergedAt, and why."""

    path: str
    problem: str


class Rows(tuple[Row, ...]):
    """A tuple of models of one kind, also as a table; `skipped` are those of a page that could not be read."""

    kind: type | None
    skipped: tuple[Skipped, ...]

    def __new__(
        cls, rows: Iterable[Row] = (), kind: type | None = None, skipped: tuple[Skipped, ...] = ()
    ) -> "Rows[Row]":
        made = super().__new__(cls, rows)
        made.kind = kind or (type(made[0]) if made else None)
        made.skipped = skipped
        return made

    def to_frame(self) -> "pandas.DataFrame":
        """A row per model, a column per field in the field's unit; times are UTC, unknown values missing.

        Raises:
            ConfigError: pandas is not installed.
        """
        from koalr_api.frames import frame

        return frame(self, self.kind)
