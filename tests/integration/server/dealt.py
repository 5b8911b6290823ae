"""Deals an organisation's rows into many loads, and shows what was derived of them."""

import random
from typing import Any

from koalr_server.store.database import Database
from koalr_server.store.upgrading import DERIVED

Rows = dict[str, list[dict[str, Any]]]


def parts(organisation: Rows, chance: random.Random) -> list[Rows]:
    """The rows dealt into loads of one to three kinds each, in any order; some rows come twice."""
    loads: list[Rows] = []
    for kind, rows in organisation.items():
        shuffled = chance.sample(rows, len(rows))
        cut = chance.randint(0, len(shuffled))
        loads += [{kind: shuffled[:cut]}, {kind: shuffled[cut:] + shuffled[: cut // 3]}]
    chance.shuffle(loads)
    return [load for load in loads if any(load.values())]


def derived(database: Database) -> dict[str, list[str]]:
    """Every derived row as text, in one order. How a load numbers deployments of a repository is of no matter."""
    return {
        table: sorted(repr(sorted(row.items())) for row in database.rows(f"SELECT * FROM {table}")) for table in DERIVED
    }
