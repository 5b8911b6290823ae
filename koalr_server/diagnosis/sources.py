"""What each tool has sent, what of it told nothing, and what to do (pure)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from koalr_server.clock import Moment
from koalr_server.diagnosis.finding import LONGEST_NAME, Lack
from koalr_server.diagnosis.lacks import PROGRAM
from koalr_server.texts import printable

REPROCESS = f"{PROGRAM} reprocess"
CONNECT = f"{PROGRAM} connect"
MOST_EVENTS = 3
MENDED = {
    "not JSON": Lack("The body was cut short, or nests too deep. Have the tool send it again."),
    "unknown source": Lack("This version does not know the tool. Update the server, then read them again.", REPROCESS),
}
OTHER_FAULT = Lack("Update the server, then read them again.", REPROCESS)


@dataclass(frozen=True, slots=True)
class Idle:
    """Deliveries of an event that told nothing; `fault` says why a body could not be read, None if it does not concern us.

    `event` is "" where only the body says it.
    """

    event: str
    fault: str | None
    deliveries: int


@dataclass(frozen=True, slots=True)
class SourceCounts:
    """Deliveries of a tool that are kept, the arrival of the last one (naive UTC), how many are not read yet.

    `idle` are those that told nothing, since they were last read anew, the most frequent first.
    """

    source: str
    deliveries: int
    newest_at: datetime | None = None
    unread: int = 0
    idle: tuple[Idle, ...] = ()

    def body(self, moment: Moment) -> dict[str, Any]:
        """The source as on the wire; names of senders are cut and without what a terminal would obey."""
        return {
            "source": shown(self.source),
            "deliveries": self.deliveries,
            "newestAt": moment.shown(self.newest_at),
            "unread": self.unread,
            "idle": [
                {"event": shown(each.event), "fault": each.fault, "deliveries": each.deliveries} for each in self.idle
            ],
            "lacks": [{"text": lack.text, "command": lack.command} for lack in source_lacks(self)],
        }


def source_lacks(counts: SourceCounts) -> Iterator[Lack]:
    """What is worth looking at, the most urgent first."""
    if counts.unread:
        yield Lack(
            f"{_so_many(counts.unread)} kept and not read yet. A running server reads them within seconds; if it does not, its log"
            " says why. Start one if there is none.",
            f"{PROGRAM} serve",
        )
    yield from _unreadable(counts.idle)
    quiet = [each for each in counts.idle if each.fault is None]
    if not quiet:
        return
    deliveries = sum(each.deliveries for each in quiet)
    if deliveries >= counts.deliveries > 0 and not counts.unread:
        yield Lack(
            "Nothing that was sent has told anything yet. If it stays so, choose the events that the figures need.",
            CONNECT,
        )
        return
    yield Lack(
        f"{_so_many(deliveries, 'told')} nothing{_most_of(quiet)}: that does not concern the figures, or this version does not read it."
        " Leave such events out in the tool, or read them again after an update.",
        REPROCESS,
    )


def shown(name: str) -> str:
    """A name of a sender as data."""
    return printable(name)[:LONGEST_NAME]


def _unreadable(idle: Sequence[Idle]) -> Iterator[Lack]:
    for fault in dict.fromkeys(each.fault for each in idle if each.fault is not None):
        deliveries = sum(each.deliveries for each in idle if each.fault == fault)
        remedy = MENDED.get(fault, OTHER_FAULT)
        yield Lack(f"{_so_many(deliveries)} not to be read ({fault}). {remedy.text}", remedy.command)


def _so_many(deliveries: int, verb: str = "") -> str:
    one = deliveries == 1
    return f"{deliveries:,} {'delivery' if one else 'deliveries'} {verb or ('is' if one else 'are')}"


def _most_of(idle: Sequence[Idle]) -> str:
    """ " (ping, star, …)", the most frequent; nothing where no event has a name."""
    names = [shown(each.event) for each in idle if each.event]
    return f" ({', '.join(names[:MOST_EVENTS])}{', …' if len(names) > MOST_EVENTS else ''})" if names else ""
