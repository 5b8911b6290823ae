"""What came of a run: counts by resource, what is missing and why, as lines for a person."""

import threading
from collections.abc import Iterator
from dataclasses import dataclass, field

MOST_NAMED = 5


@dataclass(slots=True)
class Tally:
    """Counts of one resource. `read` are the tool's objects, `new` and `known` are deliveries."""

    read: int = 0
    new: int = 0
    known: int = 0
    requests: int = 0


@dataclass(slots=True)
class Report:
    """Filled by several threads.

    Args:
        missing: sentences, by what they say, with the places they hold for: the next run tries again.
        refused: the same for what the credentials do not open.
        remarks: the same for what takes nothing away.
    """

    tallies: dict[str, Tally] = field(default_factory=dict)
    missing: dict[str, list[str]] = field(default_factory=dict)
    refused: dict[str, list[str]] = field(default_factory=dict)
    remarks: dict[str, list[str]] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def count(self, resource: str, read: int = 0, new: int = 0, known: int = 0, requests: int = 0) -> None:
        """Add to a resource's counts."""
        with self._lock:
            tally = self.tallies.setdefault(resource, Tally())
            tally.read += read
            tally.new += new
            tally.known += known
            tally.requests += requests

    def miss(self, place: str, sentence: str) -> None:
        """Something could not be read this time."""
        self._note(self.missing, place, sentence)

    def refuse(self, place: str, sentence: str) -> None:
        """Something may not be read."""
        self._note(self.refused, place, sentence)

    def remark(self, place: str, sentence: str) -> None:
        """Something was read in another way."""
        self._note(self.remarks, place, sentence)

    def _note(self, notes: dict[str, list[str]], place: str, sentence: str) -> None:
        with self._lock:
            places = notes.setdefault(sentence, [])
            if place not in places:
                places.append(place)

    @property
    def requests(self) -> int:
        """Requests made, of all resources."""
        return sum(tally.requests for tally in self.tallies.values())

    @property
    def read(self) -> int:
        """Objects read, of all resources."""
        return sum(tally.read for tally in self.tallies.values())

    def lines(self, seconds: float) -> Iterator[str]:
        """The summary."""
        width = max((len(name) for name in self.tallies), default=0)
        for name, tally in self.tallies.items():
            yield (
                f"  {name:{width}}  {tally.read:,} read; deliveries: {tally.new:,} new, {tally.known:,} known;"
                f" {tally.requests:,} {_plural(tally.requests, 'request')}"
            )
        for sentence, places in self.missing.items():
            yield f"  incomplete: {sentence} ({_named(places)})"
        for sentence, places in self.refused.items():
            yield f"  left out: {sentence} ({_named(places)})"
        for sentence, places in self.remarks.items():
            yield f"  note: {sentence} ({_named(places)})"
        yield f"  took {seconds:.1f} s, {self.requests:,} {_plural(self.requests, 'request')}"


def _plural(number: int, word: str) -> str:
    return word if number == 1 else word + "s"


def _named(places: list[str]) -> str:
    shown = sorted(places)[:MOST_NAMED]
    more = len(places) - len(shown)
    return ", ".join(shown) + (f" and {more:,} more" if more else "")
