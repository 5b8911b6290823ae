"""A store for the sync that remembers what it was told, and can be killed."""

import threading
from collections.abc import Mapping
from typing import Any

import pyarrow as pa


class Killed(BaseException):
    """The process ended."""


class MemoryStore:
    """Deliveries by source and key, and cursors. `dies_at` is the number of the operation at which the process ends."""

    def __init__(self, dies_at: int | None = None) -> None:
        self.deliveries: dict[tuple[str, str], tuple[str, bytes]] = {}
        self.values: dict[str, str] = {}
        self.loaded: dict[str, list[dict[str, Any]]] = {}
        self.settled = 0
        self.dies_at = dies_at
        self.operations: list[str] = []
        self._lock = threading.Lock()

    def call(
        self, operation: str, arguments: Mapping[str, Any], tables: Mapping[str, pa.Table] | None = None
    ) -> dict[str, Any]:
        """Run one operation."""
        with self._lock:
            if self.dies_at is not None and len(self.operations) + 1 >= self.dies_at:
                raise Killed
            self.operations.append(operation)
            answer: dict[str, Any] = getattr(self, f"_{operation}")(arguments, tables or {})
            return answer

    def _accept(self, arguments: Mapping[str, Any], tables: Mapping[str, pa.Table]) -> dict[str, Any]:
        before = len(self.deliveries)
        rows = tables["deliveries"].to_pylist()
        for row in rows:
            self.deliveries.setdefault((row["source"], row["key"]), (row["event"], row["body"]))
        new = len(self.deliveries) - before
        return {"accepted": new, "known": len(rows) - new}

    def _cursors(self, arguments: Mapping[str, Any], tables: Mapping[str, pa.Table]) -> dict[str, Any]:
        return {"cursors": dict(self.values)}

    def _set_cursors(self, arguments: Mapping[str, Any], tables: Mapping[str, pa.Table]) -> dict[str, Any]:
        self.values |= arguments["cursors"]
        return {}

    def _settle(self, arguments: Mapping[str, Any], tables: Mapping[str, pa.Table]) -> dict[str, Any]:
        settled, self.settled = len(self.deliveries) - self.settled, len(self.deliveries)
        return {"settled": settled}

    def _load(self, arguments: Mapping[str, Any], tables: Mapping[str, pa.Table]) -> dict[str, Any]:
        self.loaded |= {name: table.to_pylist() for name, table in tables.items()}
        return {"counts": {name: {"added": len(table), "updated": 0, "unchanged": 0} for name, table in tables.items()}}
