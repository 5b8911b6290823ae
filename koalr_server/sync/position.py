"""How far a list has been taken that is listed newest first and taken oldest first (pure).

Taking the oldest first lets one instant say what is done, so a run that was cut short goes on where it stopped. What the tool
orders late or changes within the same second is caught by an overlap, whose versions are kept so that nothing is taken twice.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any


@dataclass(frozen=True, slots=True)
class Stub:
    """An element of a list, as far as the list shows it.

    Args:
        key: what it is known by in its list.
        order: the instant that the list is ordered by; "" if the tool tells none.
        version: differs when the element has changed.
        body: the element.
        changed_by: when it was seen to be another than before, by the tool's clock; "" the first time it is read.
    """

    key: str
    order: str
    version: str
    body: Mapping[str, Any]
    changed_by: str = ""


@dataclass(frozen=True, slots=True)
class Position:
    """What was taken of one list.

    Args:
        since: nothing older was asked for.
        until: everything ordered up to here was taken, but what is ordered within the overlap and not in `edge`.
        edge: order and version by key, of what was taken within the overlap.
        unfinished: order by key, of what will change without moving in the list.
        marks: request headers that ask for the first page only if it has changed; empty while anything is missing.
    """

    since: str = ""
    until: str = ""
    edge: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    unfinished: Mapping[str, str] = field(default_factory=dict)
    marks: Mapping[str, str] = field(default_factory=dict)

    def floor(self, overlap: timedelta) -> str:
        """The instant down to which the list has to be read."""
        return max(self.since, earlier(self.until, overlap)) if self.until else self.since

    def knows(self, stub: Stub) -> bool:
        """Whether this version was taken."""
        return self.edge.get(stub.key, ("", ""))[1] == stub.version

    def after(self, taken: Iterable[Stub], overlap: timedelta) -> "Position":
        """The position once these, older ones first, have been taken too."""
        edge = dict(self.edge)
        until = self.until
        for stub in taken:
            edge[stub.key] = (stub.order, stub.version)
            until = max(until, stub.order)
        return replace(self, edge=edge, marks={}).reaching(until, overlap)

    def reaching(self, until: str, overlap: timedelta) -> "Position":
        """The position once everything ordered up to an instant was taken or is not wanted."""
        until = max(until, self.until)
        start = earlier(until, overlap)
        edge = {key: told for key, told in self.edge.items() if told[0] >= start or not told[0]}
        return replace(self, until=until, edge=edge)

    def text(self) -> str:
        """As the store keeps it."""
        return json.dumps(
            {
                "since": self.since,
                "until": self.until,
                "edge": {key: list(told) for key, told in self.edge.items()},
                "unfinished": dict(self.unfinished),
                "marks": dict(self.marks),
            },
            sort_keys=True,
        )

    @classmethod
    def read(cls, text: str | None, since: str) -> "Position":
        """What the store kept; the beginning if that is nothing, unreadable, or begins later than is asked for now."""
        found = _parsed(text)
        if found is None or since < found.since:
            return cls(since=since)
        return found


def earlier(instant: str, by: timedelta = timedelta()) -> str:
    """An instant some time before, in UTC with whole seconds; the text itself if it is none, "" before all time."""
    try:
        moment = datetime.fromisoformat(instant).astimezone(UTC) - by
    except ValueError:
        return instant
    except OverflowError:
        return ""
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def _parsed(text: str | None) -> Position | None:
    try:
        told = json.loads(text or "null")
        return Position(
            str(told["since"]),
            str(told["until"]),
            {str(key): (str(order), str(version)) for key, (order, version) in told["edge"].items()},
            {str(key): str(order) for key, order in told["unfinished"].items()},
            {str(name): str(value) for name, value in told["marks"].items()},
        )
    except (ValueError, KeyError, TypeError, AttributeError):
        return None
