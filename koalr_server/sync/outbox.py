"""Hands deliveries to the store, and remembers how far the tool was read only after that."""

import threading
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple, Protocol

import pyarrow as pa

from koalr_server.ingest.deliveries import table_of
from koalr_server.sources.observation import Delivery

NO_TABLES: Mapping[str, pa.Table] = {}


class Store(Protocol):
    """What the store offers (store/gateway.py: Access)."""

    def call(
        self, operation: str, arguments: Mapping[str, Any], tables: Mapping[str, pa.Table] = NO_TABLES
    ) -> dict[str, Any]:
        """Run one operation."""


class Accepted(NamedTuple):
    """How many deliveries were new to the store, and how many it had."""

    new: int
    known: int


class Outbox:
    """One thread at a time speaks with the store; many may wait to.

    Args:
        source: the tool that is read.
    """

    def __init__(self, store: Store, source: str) -> None:
        self._store = store
        self._source = source
        self._lock = threading.Lock()
        self._cursors: dict[str, str] = store.call("cursors", {"source": source})["cursors"]

    def accept(self, deliveries: Sequence[Delivery]) -> Accepted:
        """Have deliveries kept; when this returns they are."""
        if not deliveries:
            return Accepted(0, 0)
        with self._lock:
            answer = self._store.call("accept", {}, {"deliveries": table_of(deliveries)})
        return Accepted(answer["accepted"], answer["known"])

    def load(self, tables: Mapping[str, pa.Table]) -> Mapping[str, Mapping[str, int]]:
        """Have records loaded that are no deliveries; counts by kind."""
        with self._lock:
            counts: Mapping[str, Mapping[str, int]] = self._store.call("load", {}, tables)["counts"]
        return counts

    def cursor(self, name: str) -> str | None:
        """What was remembered under a name."""
        return self._cursors.get(name)

    def remember(self, name: str, text: str) -> None:
        """Remember how far something was read. Call it after what it covers was accepted."""
        if self._cursors.get(name) == text:
            return
        with self._lock:
            self._store.call("set_cursors", {"source": self._source, "cursors": {name: text}})
            self._cursors[name] = text

    def settle(self) -> int:
        """Have what was accepted read into the tables; how many deliveries that were."""
        with self._lock:
            settled: int = self._store.call("settle", {})["settled"]
        return settled
