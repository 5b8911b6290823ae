"""One writer at a time among all processes: locks of PostgreSQL, which end with the connection that took them."""

import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from typing import Protocol

import duckdb

from koalr_server.store.engine import Cursor, Effect, first_line
from koalr_server.store.lake.extensions import quoted

# Two transactions that add the same row do not conflict in DuckLake, and a long one would lose to every short one. So they take
# turns. Numbers mean nothing but that no other program of the same database should use them.
OPENING = 0x6B6F_616C_7200
READING = 0x6B6F_616C_7203
LOCKS = {Effect.ANSWERS: 0x6B6F_616C_7201, Effect.NOTES: 0x6B6F_616C_7201, Effect.BESIDE: 0x6B6F_616C_7202}
PATIENCE_SECS = 120
ALIAS = "turns"


class Turn(Protocol):
    """Held until the block ends."""

    def check(self) -> None:
        """Raises an engine's error if the turn was lost meanwhile."""


class OwnTurn:
    """The turn of a thread of the only process there is."""

    def check(self) -> None:
        """It cannot be lost."""


class PostgresTurn:
    """A lock held by an open transaction of a connection of its own."""

    def __init__(self, cursor: Cursor) -> None:
        self._cursor = cursor

    def take(self, lock: int) -> None:
        """Wait for the lock, at most PATIENCE_SECS."""
        self._cursor.begin()
        self._ask(f"SELECT set_config('lock_timeout', '{PATIENCE_SECS}s', true)")
        self._ask(f"SELECT pg_advisory_xact_lock({lock}) IS NULL AS taken")

    def take_if_free(self, lock: int) -> bool:
        """Whether nobody held the lock, who holds it now."""
        self._cursor.begin()
        return bool(self._ask(f"SELECT pg_try_advisory_xact_lock({lock}) AS taken"))

    def check(self) -> None:
        """Ask the connection something, which fails if it has been lost and the lock with it."""
        self._ask("SELECT 1 AS held")

    def _ask(self, statement: str) -> object:
        try:
            ((answer,),) = self._cursor.execute(f"FROM postgres_query({quoted(ALIAS)}, {quoted(statement)})").fetchall()
        except duckdb.Error as error:
            # Whatever class the engine gives it, it came from outside the change.
            raise duckdb.IOException(f"no turn to write, {first_line(error)}") from error
        return answer

    def end(self) -> None:
        """Let the next one in."""
        with suppress(duckdb.Error):
            self._cursor.rollback()
        self._cursor.close()


def own_turns() -> Callable[[Effect], AbstractContextManager[Turn]]:
    """Turns among the threads of the only process there is."""
    locks = {number: threading.Lock() for number in LOCKS.values()}

    @contextmanager
    def turn(effect: Effect) -> Iterator[Turn]:
        with locks[LOCKS[effect]]:
            yield OwnTurn()

    return turn


def postgres_turn(connection: duckdb.DuckDBPyConnection, effect: Effect) -> AbstractContextManager[Turn]:
    """Wait until no other process makes a change of the same kind; the catalogue's database is attached as ALIAS."""
    return taken(connection, LOCKS[effect])


@contextmanager
def taken(connection: duckdb.DuckDBPyConnection, lock: int) -> Iterator[Turn]:
    """Wait for a lock, and hold it until the block ends."""
    turn = PostgresTurn(connection.cursor())
    try:
        turn.take(lock)
        yield turn
    finally:
        turn.end()


def own_reader() -> AbstractContextManager[bool]:
    """The only process reads."""
    return nullcontext(True)


@contextmanager
def postgres_reader(connection: duckdb.DuckDBPyConnection) -> Iterator[bool]:
    """Whether no other process reads deliveries, which none begins until the block ends."""
    turn = PostgresTurn(connection.cursor())
    try:
        yield turn.take_if_free(READING)
    finally:
        turn.end()
