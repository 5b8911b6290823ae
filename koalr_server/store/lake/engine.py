"""The engine of a shared store: many processes read and write the same tables of a DuckLake."""

import os
import socket
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from functools import partial
from queue import Empty, SimpleQueue

import duckdb

from koalr_server.errors import StoreError
from koalr_server.store.engine import Cursor, Effect, first_line, transacting
from koalr_server.store.lake.address import LakeAddress, PostgresCatalogue
from koalr_server.store.lake.attaching import ALIAS, attached
from koalr_server.store.lake.turns import Turn, own_reader, own_turns, postgres_reader, postgres_turn
from koalr_server.store.lake.upkeep import compact
from koalr_server.store.lake.watch import Watch
from koalr_server.store.single_file import SCHEMA

# A commit takes a twentieth of a second of a core or more, whatever is in it, and each server makes its own, one after the other.
# So keeping takes a seventh of a server's time, more only if it would make senders wait too long.
GATHER = 6.0
LEAST_GATHER_SECS, LONGEST_GATHER_SECS = 0.1, 0.5
# Unread cursors that are kept; the engine's own pool of connections to the catalogue holds 64.
MOST_IDLE_CURSORS = 16
NEWEST = f"""
SELECT commit_message AS effect, max(snapshot_id) AS snapshot
FROM __ducklake_metadata_{ALIAS}.ducklake_snapshot_changes WHERE snapshot_id > ? GROUP BY commit_message
"""  # noqa: S608 - our own name


class Lake:
    """Tables of a DuckLake. A commit's message is its effect, by which other processes know what may differ now."""

    kind = "shared (DuckLake)"
    # A lake knows neither keys nor indexes: who adds deliveries looks for those that are there.
    schema = SCHEMA.replace(" PRIMARY KEY", "")
    most_tries = 6

    def __init__(
        self,
        connection: duckdb.DuckDBPyConnection,
        address: LakeAddress,
        scratch: "tempfile.TemporaryDirectory[str]",
        turn: Callable[[Effect], AbstractContextManager[Turn]],
        reader: Callable[[], AbstractContextManager[bool]],
    ) -> None:
        self.place = str(address)
        self._scratch = scratch
        self._connection = connection
        self._turn = turn
        self.reader = reader
        self._author = f"{socket.gethostname()}:{os.getpid()}"
        self._kept_secs = 0.0
        self._idle: SimpleQueue[Cursor] = SimpleQueue()
        self._watching = connection.cursor()
        self._watch = Watch(self._look, self._current())

    @classmethod
    def open(cls, address: LakeAddress, threads: int | None = None) -> "Lake":
        """Open or create a lake; `threads` as of Database.open.

        Raises:
            StoreLockedError: the catalogue is a file that another process has open.
            StoreError: the catalogue cannot be reached, or the Parquet files not written; the text says why.
        """
        scratch = tempfile.TemporaryDirectory(prefix="koalr-scratch-", ignore_cleanup_errors=True)
        with ExitStack() as undone:
            undone.callback(scratch.cleanup)
            connection = attached(address, scratch.name, threads)
            undone.callback(connection.close)
            shared = isinstance(address.catalogue, PostgresCatalogue)
            turn = partial(postgres_turn, connection) if shared else own_turns()
            reader = partial(postgres_reader, connection) if shared else own_reader
            try:
                lake = cls(connection, address, scratch, turn, reader)
            except duckdb.Error as error:
                told = address.without_secrets(first_line(error))
                raise StoreError(f"Cannot open the store {address}: {told}.") from None
            undone.pop_all()
        return lake

    @property
    def version(self) -> int:
        """The newest snapshot on which answers may depend, of any process."""
        return self._watch.newest(Effect.ANSWERS)

    @property
    def commits(self) -> int:
        """The newest snapshot that was not made beside others, of any process."""
        return self._watch.newest(Effect.ANSWERS, Effect.NOTES)

    @property
    def gather_secs(self) -> float:
        """The longer, the longer the last change beside the others took, with waiting for its turn."""
        return min(LONGEST_GATHER_SECS, max(LEAST_GATHER_SECS, GATHER * self._kept_secs))

    @contextmanager
    def reading(self) -> Iterator[Cursor]:
        """A cursor that looks into the lake; making one costs as much as a small query, so they are kept."""
        try:
            cursor = self._idle.get_nowait()
        except Empty:
            cursor = self._cursor()
        try:
            yield cursor
        except BaseException:
            cursor.close()
            raise
        if self._idle.qsize() < MOST_IDLE_CURSORS:
            self._idle.put(cursor)
        else:
            cursor.close()

    @contextmanager
    def transaction(self, effect: Effect) -> Iterator[Cursor]:
        """See Engine.transaction; alone among those of its kind of all processes."""
        began = time.monotonic()
        with self._turn(effect) as turn:
            # One of its own, because what a change stages lasts as long as its cursor.
            cursor = self._cursor()
            try:
                with ExitStack() as committing, transacting(cursor):
                    yield cursor
                    _announce(cursor, self._author, effect)
                    if effect is not Effect.BESIDE:
                        # The engine tries a commit again that another one came before, and in the end gives up.
                        committing.enter_context(self._turn(Effect.BESIDE))
                    turn.check()
                snapshot = _number(cursor, f"FROM ducklake_last_committed_snapshot('{ALIAS}')")
            finally:
                cursor.close()
        self._watch.note(effect, snapshot)
        if effect is Effect.BESIDE:
            self._kept_secs = time.monotonic() - began

    def compact(self) -> dict[str, int]:
        """Write small changes into files, join small files, forget old snapshots, delete files that nobody needs."""
        with self._turn(Effect.ANSWERS), self._turn(Effect.BESIDE), self.reading() as cursor:
            return compact(cursor)

    def _cursor(self) -> Cursor:
        cursor = self._connection.cursor()
        cursor.execute(f"SET search_path = '{ALIAS}.main'")
        return cursor

    def _current(self) -> int:
        return _number(self._watching, f"SELECT id FROM {ALIAS}.current_snapshot()")  # noqa: S608 - our own name

    def _look(self, seen: int) -> dict[Effect, int]:
        found: dict[Effect, int] = {}
        for message, snapshot in self._watching.execute(NEWEST, [seen]).fetchall():
            # Whatever wrote without saying what is taken to concern everybody; compaction says nothing and changes nothing.
            effect = Effect(message) if message in {each.value for each in Effect} else Effect.BESIDE
            found[effect] = max(snapshot, found.get(effect, 0))
        return found

    def close(self) -> None:
        """Let go of the catalogue."""
        self._watch.stop()
        # Each of them alone would keep the catalogue open.
        while not self._idle.empty():
            self._idle.get().close()
        self._watching.close()
        self._connection.close()
        self._scratch.cleanup()


def _announce(cursor: Cursor, author: str, effect: Effect) -> None:
    cursor.execute(f"CALL ducklake_set_commit_message('{ALIAS}', ?, ?)", [author, effect.value])


def _number(cursor: Cursor, sql: str) -> int:
    ((number,),) = cursor.execute(sql).fetchall()
    return int(number or 0)
