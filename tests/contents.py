"""What a store holds, table by table, so that two of them can be compared whatever the order in which they came to it."""

import hashlib
from collections import Counter
from collections.abc import Collection, Mapping
from typing import Any

from koalr_server.store import moving
from koalr_server.store.database import Database

# When and in which order something came, and who may ask, is nothing that deliveries tell.
OF_ARRIVAL = {"deliveries": {"seq", "received_at"}, "observations": {"seq"}}
NOT_TOLD = ("meta", "api_keys")
# What depends on how often something came.
REPEATED = ("deliveries", "idle_deliveries")


def contents(database: Database, without: Collection[str] = ()) -> dict[str, Counter[str]]:
    """The rows of each table as text, with how often each is there; all tables that deliveries may reach.

    Args:
        without: more tables to leave out.
    """
    left_out = {*NOT_TOLD, *without}
    return {name: _rows(database, name) for name in database.read(moving.tables) if name not in left_out}


def _rows(database: Database, table: str) -> Counter[str]:
    of_arrival = OF_ARRIVAL.get(table, set())
    return Counter(repr(_told(row, of_arrival)) for row in database.rows(f"SELECT * FROM {table}"))


def _told(row: Mapping[str, Any], of_arrival: Collection[str]) -> dict[str, Any]:
    """A row without what depends on the arrival; of long values a mark."""
    return {
        name: hashlib.sha256(value).hexdigest() if isinstance(value, bytes) else value
        for name, value in row.items()
        if name not in of_arrival
    }
