"""Follows a list that GitHub orders newest first: what has changed is found by the list, and only that is taken.

A list changes while it is read: what is changed moves to the front, and what is removed draws everything after it forward. So the
list is read again until it stays as it was, and what was taken meanwhile is not taken again.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from itertools import islice
from typing import Any, NamedTuple

from koalr_server.sources.observation import Delivery
from koalr_server.sync.github.answer import Unanswered
from koalr_server.sync.github.errand import PAGE, Errand, elements
from koalr_server.sync.position import Position, Stub, earlier

CHUNK = 40
MOST_ROUNDS = 5


class Taken(NamedTuple):
    """What an element came to; `unfinished`: it will change without its list showing that."""

    deliveries: Sequence[Delivery]
    unfinished: bool = False


@dataclass(frozen=True, slots=True)
class Listing:
    """A list of GitHub's.

    Args:
        name: under which is remembered how far it was taken.
        order: the field that holds the instant it is ordered by.
        version: differs when an element has changed.
        overlap: how far behind the newest that was taken changes are still looked for.
        take: what each of several elements comes to, or why there was no answer; see `singly`.
        reopen: finds an unfinished element by its key; None if it is gone. Without it nothing is unfinished.
        key: the field that an element is known by.
        within: the field that holds the list, where a page is an object.
        chunk: how many are taken together, and remembered together.
        wanted: whether an element is one of those meant.
    """

    name: str
    path: str
    order: str
    version: Callable[[Mapping[str, Any]], str]
    overlap: timedelta
    take: Callable[[Sequence[Stub]], Sequence[Taken | Unanswered]]
    reopen: Callable[[str], Stub | None] | None = None
    key: str = "id"
    within: str | None = None
    chunk: int = CHUNK
    parameters: Mapping[str, str | int] = field(default_factory=lambda: PAGE)
    wanted: Callable[[Mapping[str, Any]], bool] = lambda _: True

    def stub(self, body: Mapping[str, Any]) -> Stub:
        """An element of the list."""
        return Stub(str(body.get(self.key)), earlier(str(body.get(self.order) or "")), self.version(body), body)


def updated_at(body: Mapping[str, Any]) -> str:
    """The version of what GitHub dates when it changes."""
    return str(body.get("updated_at"))


def singly(errand: Errand, take: Callable[[Stub], Taken]) -> Callable[[Sequence[Stub]], Sequence[Taken | Unanswered]]:
    """Takes every element by itself, side by side; `take` may raise Unanswered."""
    return lambda stubs: errand.each(take, stubs)


def follow(errand: Errand, listing: Listing) -> None:
    """Take what is new or changed since the last time; errors as of Connection.get."""
    Follower(errand, listing).run()


class Follower:
    """One reading of one list."""

    def __init__(self, errand: Errand, listing: Listing) -> None:
        self._errand = errand
        self._listing = listing
        self._position = Position.read(errand.cursor(listing.name), errand.run.since)
        self._floor = self._position.floor(listing.overlap)
        self._done: dict[str, str] = {}
        self._newest = ""
        self._whole = True

    def run(self) -> None:
        """Read until the list stays as it was; then look at what was unfinished."""
        for _ in range(MOST_ROUNDS):
            marks, stubs = self._changed()
            self._take(stubs)
            if self._whole and marks is not None:
                # What is not wanted has been passed as well.
                reached = self._position.reaching(self._newest, self._listing.overlap)
                self._position = replace(reached, marks=marks)
                self._remember()
            if not stubs or not self._whole:
                break
        self._revisit()

    def _changed(self) -> tuple[Mapping[str, str] | None, list[Stub]]:
        """The marks of the list, None if it is what it was, and what has to be taken, oldest first."""
        marks: Mapping[str, str] | None = None
        found: dict[str, Stub] = {}
        for answer in self._errand.pages(self._listing.path, self._listing.parameters, self._position.marks):
            if not answer.changed:
                return None, []
            marks = answer.marks if marks is None else marks
            page = [self._stub(body, answer.read_at) for body in elements(answer.body, self._listing.within)]
            for stub in page:
                self._newest = max(self._newest, stub.order)
                # A list that moves shows an element twice; what was seen first is newer.
                if stub.order >= self._floor or not stub.order:
                    found.setdefault(stub.key, stub)
            if page and page[-1].order and page[-1].order < self._floor:
                break
        news = [stub for stub in found.values() if self._listing.wanted(stub.body) and not self._has(stub)]
        return marks or {}, sorted(news, key=lambda stub: (stub.order, stub.key))

    def _stub(self, body: Mapping[str, Any], read_at: str) -> Stub:
        stub = self._listing.stub(body)
        return replace(stub, changed_by=read_at) if stub.key in self._position.edge else stub

    def _has(self, stub: Stub) -> bool:
        return self._position.knows(stub) or self._done.get(stub.key) == stub.version

    def _take(self, stubs: Sequence[Stub]) -> None:
        """Take in chunks, and move on after each, up to the first that had no answer."""
        for chunk in _chunks(stubs, self._listing.chunk):
            told = self._handed_over(chunk)
            self._whole = self._whole and len(told) == len(chunk)
            self._done.update({stub.key: stub.version for stub, _ in told})
            if self._whole:
                self._position = self._position.after(chunk, self._listing.overlap)
            self._note_unfinished(told)
            self._remember()

    def _handed_over(self, stubs: Sequence[Stub]) -> list[tuple[Stub, Taken]]:
        """Hand over what elements came to; answers those that there was an answer for."""
        results = self._listing.take(stubs)
        told = [(stub, one) for stub, one in zip(stubs, results, strict=True) if not isinstance(one, Unanswered)]
        self._errand.accept([each for _, one in told for each in one.deliveries], read=len(told))
        self._miss(results)
        return told

    def _miss(self, results: Sequence[object]) -> None:
        for fault in results:
            if isinstance(fault, Unanswered):
                self._errand.miss(str(fault))

    def _note_unfinished(self, told: Sequence[tuple[Stub, Taken]]) -> None:
        unfinished = dict(self._position.unfinished)
        for stub, taken in told:
            unfinished.pop(stub.key, None)
            if taken.unfinished and stub.order >= self._errand.run.fresh_since:
                unfinished[stub.key] = stub.order
        self._position = replace(self._position, unfinished=unfinished)

    def _revisit(self) -> None:
        """Take again what was unfinished the last time and did not move in the list since."""
        keys = [key for key in self._position.unfinished if key not in self._done]
        if self._listing.reopen is None or not keys:
            return
        reopened = self._errand.each(self._listing.reopen, keys)
        self._miss(reopened)
        found = list(zip(keys, reopened, strict=True))
        self._note_unfinished([(Stub(key, "", "", {}), Taken([])) for key, stub in found if stub is None])
        stubs = [replace(stub, order=self._position.unfinished[key]) for key, stub in found if isinstance(stub, Stub)]
        for chunk in _chunks(stubs, self._listing.chunk):
            self._note_unfinished(self._handed_over(chunk))
        self._remember()

    def _remember(self) -> None:
        self._errand.remember(self._listing.name, self._position.text())


def _chunks(stubs: Sequence[Stub], most: int) -> Iterator[list[Stub]]:
    left = iter(stubs)
    while chunk := list(islice(left, most)):
        yield chunk
