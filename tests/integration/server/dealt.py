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


def owned_code() -> Rows:
    """A pull request that somebody of the team approved who owns it, once `own` has told so."""
    return {
        "members": [{"team": "Payments", "login": "bo"}],
        "commits": [
            {"repo": "acme/api", "sha": "a" * 40, "author": "ann", "message": "Work"}
            | {"authoredAt": "2025-03-03T09:00:00Z", "committedAt": "2025-03-03T09:00:00Z"}
            | {"files": [{"path": "app.py", "additions": 3}]}
        ],
        "pull_requests": [
            {"repo": "acme/api", "number": 1, "title": "Work", "author": "ann", "commits": ["a" * 40]}
            | {"mergedAt": "2025-03-04T09:00:00Z"}
        ],
        "reviews": [
            {
                "repo": "acme/api",
                "number": 1,
                "reviewer": "Bo",
                "state": "approved",
                "submittedAt": "2025-03-03T12:00:00Z",
            }
        ],
    }


def own(database: Database) -> None:
    """Payments own all of acme/api."""
    owners = (
        "INSERT INTO codeowners VALUES ('acme/api', 'CODEOWNERS', TIMESTAMP '2025-01-01', '* @acme/payments', NULL)"
    )
    database.write(lambda cursor: cursor.execute(owners) and None)
