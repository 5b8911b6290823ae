"""What is said about one answer of the API (pure data)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from koalr_server.clock import Moment
from koalr_server.texts import printable

Status = Literal["ok", "partial", "missing"]
LONGEST_NAME = 60


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer of the API: its field or list, what people call it, and where it is asked for."""

    id: str
    name: str
    endpoint: str


@dataclass(frozen=True, slots=True)
class Basis:
    """So many records of a kind; `what` agrees with the count."""

    count: int
    what: str


@dataclass(frozen=True, slots=True)
class Lack:
    """What is missing, in words, and the command that brings it; None if no command does.

    Commands hold placeholders alone: a name out of the data in a line that people paste into a shell would be run.
    """

    text: str
    command: str | None = None


@dataclass(frozen=True, slots=True)
class Finding:
    """An answer with its status: what it rests on, its newest record (naive UTC), and what it lacks.

    ok lacks nothing; partial has a value that is not the whole truth, or is old; missing has no value.
    """

    answer: Answer
    status: Status
    basis: tuple[Basis, ...]
    newest_at: datetime | None
    lacks: tuple[Lack, ...]

    def body(self, moment: Moment) -> dict[str, Any]:
        """The finding as on the wire."""
        return {
            "answer": self.answer.id,
            "name": self.answer.name,
            "endpoint": self.answer.endpoint,
            "status": self.status,
            "basis": [{"count": each.count, "what": each.what} for each in self.basis],
            "newestAt": moment.shown(self.newest_at),
            "lacks": [{"text": lack.text, "command": lack.command} for lack in self.lacks],
        }


def judged(
    answer: Answer,
    basis: Sequence[Basis],
    newest_at: datetime | None,
    lacks: Iterable[Lack | None],
    *,
    known: bool,
    old: Lack | None = None,
) -> Finding:
    """The finding about an answer that has a value (`known`) or has none.

    Lacks that are None do not apply, `old` (the data end long ago) matters only to what is known, and counts of 0 are
    told only if all are.
    """
    present = tuple(dict.fromkeys(lack for lack in (*lacks, old if known else None) if lack is not None))
    status: Status = "missing" if not known else "partial" if present else "ok"
    told = tuple(each for each in basis if each.count) or tuple(basis[:1])
    return Finding(answer, status, told, newest_at, present)


def so_many(count: int, one: str, many: str | None = None) -> Basis:
    """A count of things, in the right number."""
    return Basis(count, one if count == 1 else many or f"{one}s")


def named(examples: Sequence[str], most: int = 3) -> str:
    """Up to three names in brackets, with a dot-dot-dot where there may be more; nothing without any.

    Long names are cut.
    """
    if not examples:
        return ""
    shown = [printable(name)[:LONGEST_NAME] for name in examples[:most]]
    return f" ({', '.join(shown)}{', …' if len(examples) == most else ''})"
