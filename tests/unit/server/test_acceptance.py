"""Deliveries that arrive together are committed together."""

from collections.abc import Callable
from contextlib import closing

import duckdb

from koalr_server.inbox.acceptance import Acceptance
from koalr_server.sources.observation import Delivery
from koalr_server.store.database import Database


class Counted:
    """A database that counts its commits."""

    gather_secs = 1.0

    def __init__(self, database: Database) -> None:
        self.commits = 0
        self._database = database

    def write_beside(self, change: Callable[[duckdb.DuckDBPyConnection], set[int]]) -> set[int]:
        """Commit."""
        self.commits += 1
        return self._database.write_beside(change)


def test_what_arrives_while_the_store_gathers_is_one_commit() -> None:
    with closing(Database.in_memory()) as database:
        counted = Counted(database)
        acceptance = Acceptance(counted, lambda: None)  # type: ignore[arg-type]
        kept = [acceptance.accept(Delivery("github", "ping", key, b"{}")) for key in "abca"]
        acceptance.start()
        assert [future.result(timeout=60) for future in kept] == [True, True, True, False]
        acceptance.stop()
    assert counted.commits == 1
