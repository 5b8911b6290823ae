"""Loading little by little derives what loading at once does: only what a load touches is worked out anew."""

import random
from typing import Any

import pytest

from koalr_server.store.database import Database
from koalr_server.store.upgrading import DERIVED
from tests.integration.server.loaded import import_rows
from tests.oracle.organisations import random_organisation

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


@pytest.mark.parametrize("seed", range(5))
def test_any_order_of_loads_gives_the_same_facts(seed: int) -> None:
    organisation = random_organisation(seed + 100)
    # Rows without an id of their own for a team take the first name they see, so teams come first in both.
    teams = {kind: organisation.pop(kind) for kind in ("teams",)}
    at_once, in_parts = Database.in_memory(), Database.in_memory()
    import_rows(at_once, teams)
    import_rows(in_parts, teams)
    import_rows(at_once, organisation)
    for load in parts(organisation, random.Random(seed)):
        import_rows(in_parts, load)
    assert derived(in_parts) == derived(at_once)
    at_once.close()
    in_parts.close()
