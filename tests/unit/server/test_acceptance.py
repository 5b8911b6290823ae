"""Deliveries that arrive together are committed together, the longer a commit takes the more of them."""

from collections.abc import Callable, Iterator

import duckdb
import pytest

from koalr_server.inbox.acceptance import LEAST_GATHER_SECS, MOST_GATHER_SECS, Acceptance
from koalr_server.sources.observation import Delivery
from koalr_server.store.database import Database


class Slow:
    """A database whose commits take so many seconds of a clock that only they move."""

    def __init__(self, commit_secs: float) -> None:
        self.now = 0.0
        self._commit_secs = commit_secs
        self._database = Database.in_memory()

    def write_beside(self, change: Callable[[duckdb.DuckDBPyConnection], set[int]]) -> set[int]:
        """Commit, slowly."""
        self.now += self._commit_secs
        return self._database.write_beside(change)

    def close(self) -> None:
        """Let go."""
        self._database.close()


@pytest.fixture(params=[0.001, 0.1, 5.0])
def slow(request: pytest.FixtureRequest) -> Iterator[Slow]:
    found = Slow(request.param)
    yield found
    found.close()


def test_who_gathers_waits_as_long_as_the_last_commit_took_within_bounds(slow: Slow) -> None:
    waits: list[float] = []
    acceptance = Acceptance(slow, lambda: None, stopwatch=lambda: slow.now, sleep=waits.append)  # type: ignore[arg-type]
    acceptance.start()
    for key in "abc":
        assert acceptance.accept(Delivery("github", "ping", key, b"{}")).result(timeout=60)
    acceptance.stop()
    expected = max(LEAST_GATHER_SECS, min(MOST_GATHER_SECS, slow.now / 3))
    assert waits[0] == LEAST_GATHER_SECS
    assert waits[1:] == pytest.approx([expected, expected])
