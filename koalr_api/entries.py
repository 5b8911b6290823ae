"""Answers in memory, bounded by number and bytes; the one not asked for longest goes first."""

from collections.abc import Container, Iterator
from dataclasses import dataclass, replace
from typing import Any

from cachetools import LRUCache

from koalr_api.answer import Answer
from koalr_api.request import Reader, Request
from koalr_api.statistics import EntryAge


@dataclass(slots=True, eq=False, repr=False)
class Entry:
    """An answer and the model read from it.

    Attributes:
        fetched, fresh_until: monotonic seconds.
        value: None until someone asks for it, if it was restored from disk.
    """

    answer: Answer
    value: Any
    fetched: float
    fresh_until: float
    _stale_value: Any = None
    _stale_reason: str | None = None

    def read(self, reader: Reader) -> Any:  # noqa: ANN401 - a model
        """The model, read once."""
        if self.value is None:
            self.value = reader(self.answer)
        return self.value

    def stale(self, reader: Reader, reason: str) -> Any:  # noqa: ANN401
        """The model marked as the last good one, made once per reason."""
        if self._stale_reason != reason:
            self._stale_value = reader(replace(self.answer, stale_reason=reason))
            self._stale_reason = reason
        return self._stale_value


class Entries:
    """Entries by request.

    Args:
        most_bytes: of bodies as they came over the wire, decompressed.
        in_flight: requests whose entries stay, because they are about to be renewed.
    """

    def __init__(self, most_entries: int, most_bytes: int, in_flight: Container[Request]) -> None:
        self._most_entries = most_entries
        self._most_bytes = most_bytes
        self._in_flight = in_flight
        self.clear()

    def get(self, request: Request) -> Entry | None:
        """The entry, which counts as asked for now."""
        try:
            return self._cache[request]
        except KeyError:
            return None

    def put(self, request: Request, entry: Entry) -> None:
        """Keep an entry if there is room for it."""
        self.drop(request)
        try:
            while len(self._cache) >= self._most_entries:
                self._cache.popitem()
            self._cache[request] = entry
        except (KeyError, ValueError):
            # Everything kept is in flight, or this body alone is larger than all that may be kept.
            return

    def drop(self, request: Request) -> None:
        """Forget one."""
        self._cache.pop(request, None)

    def clear(self) -> None:
        """Forget all, those in flight too: popping one after the other would keep them."""
        self._cache = _KeepingCache(self._most_bytes, self._in_flight)

    def items(self) -> Iterator[tuple[Request, Entry]]:
        """All of them, without counting as asked for."""
        return ((request, self._cache.peek(request)) for request in self._cache)

    def ages(self, now: float) -> tuple[EntryAge, ...]:
        """How old each of them is, by request."""
        ages = (EntryAge(str(request), now - entry.fetched, now < entry.fresh_until) for request, entry in self.items())
        return tuple(sorted(ages))

    @property
    def size_bytes(self) -> int:
        """Bytes of the bodies kept."""
        return int(self._cache.currsize)

    def __len__(self) -> int:
        return len(self._cache)


class _KeepingCache(LRUCache[Request, Entry]):
    def __init__(self, most_bytes: int, kept: Container[Request]) -> None:
        super().__init__(most_bytes, getsizeof=lambda entry: max(1, entry.answer.size_bytes))
        self._kept = kept

    def peek(self, request: Request) -> Entry:
        return super(LRUCache, self).__getitem__(request)

    def popitem(self) -> tuple[Request, Entry]:
        """The one not asked for longest that is not kept; KeyError if there is none."""
        aside: list[tuple[Request, Entry]] = []
        try:
            while True:
                request, entry = super().popitem()
                if request not in self._kept:
                    return request, entry
                aside.append((request, entry))
        finally:
            for request, entry in aside:
                self[request] = entry
