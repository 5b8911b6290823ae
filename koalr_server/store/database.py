"""An open store: a cursor per read, one thread for all writes, every write a transaction."""

import hashlib
import logging
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, TypeVar

import duckdb

from koalr_server.errors import StoreError
from koalr_server.store.deriving import derive
from koalr_server.store.engine import Cursor, Effect, Engine, first_line
from koalr_server.store.lake.address import Place
from koalr_server.store.lake.engine import Lake
from koalr_server.store.single_file import FILE_NAME, SCHEMA, SingleFile
from koalr_server.store.upgrading import STEPS, upgrade

__all__ = ["FILE_NAME", "SCHEMA", "SCHEMA_VERSION", "Database"]

log = logging.getLogger("koalr_server.store")

SCHEMA_VERSION = "7"
FIRST_PAUSE_SECS = 0.05
# In `meta` while a copy into the store has begun and not ended.
UNFINISHED = "unfinished"

Row = dict[str, Any]
T = TypeVar("T")

# What the engine raises for reasons outside the statement: no space, no memory, a damaged file, a catalogue that is gone.
ENGINE_FAILURES = (duckdb.IOException, duckdb.OutOfMemoryException, duckdb.FatalException, duckdb.TransactionException)


class Database:
    """An open store. Reads may come from any thread; writes queue up in one.

    Args:
        sleep: waits between the tries of a change that met another one, in seconds.
    """

    def __init__(self, engine: Engine, sleep: Callable[[float], None] = time.sleep) -> None:
        self._engine = engine
        self._sleep = sleep
        self._writer = ThreadPoolExecutor(max_workers=1, thread_name_prefix="koalr-writer")
        self._beside = ThreadPoolExecutor(max_workers=1, thread_name_prefix="koalr-writer-beside")

    @classmethod
    def open(cls, place: Place, unfinished: bool = False, threads: int | None = None) -> "Database":
        """Open or create the store in a folder, or the shared one of an address.

        Args:
            unfinished: whether one is let through into which a copy has begun and not ended.
            threads: of the engine; None for one for each core.

        Raises:
            StoreLockedError: another process has its file open.
            StoreError: the place cannot be used; the text says why.
        """
        engine = SingleFile.open(place, threads) if isinstance(place, Path) else Lake.open(place, threads)
        return cls.on(engine, unfinished)

    @classmethod
    def in_memory(cls) -> "Database":
        """A store that lives and dies with the process."""
        return cls.on(SingleFile.in_memory())

    @classmethod
    def on(cls, engine: Engine, unfinished: bool = False) -> "Database":
        """The store on an engine, brought to this version's layout.

        Raises:
            StoreError: it cannot be; the engine has let go of its place then.
        """
        try:
            reached = _laid_out(engine)
        except (duckdb.Error, OSError) as error:
            engine.close()
            raise StoreError(f"Cannot prepare the store {engine.place}: {first_line(error)}") from error
        if reached != SCHEMA_VERSION:
            engine.close()
            raise StoreError(
                f"The store {engine.place} has layout {reached}, this version reads layout {SCHEMA_VERSION}; "
                "a newer version wrote it: update this one, or choose another --data folder."
            )
        with engine.reading() as cursor:
            half = UNFINISHED in _settings(cursor)
        if half and not unfinished:
            engine.close()
            raise StoreError(
                f"Not everything is in the store {engine.place} yet: a `migrate` or `restore` into it has not ended; "
                "run that command again."
            )
        return cls(engine)

    @property
    def kind(self) -> str:
        """What the store is, for people."""
        return self._engine.kind

    @property
    def place(self) -> str:
        """Where it is, for people; without a password."""
        return self._engine.place

    @property
    def version(self) -> int:
        """Changes whenever an answer might, whoever wrote."""
        return self._engine.version

    @property
    def commits(self) -> int:
        """Changes with every committed write but those made beside, those on which no answer depends too."""
        return self._engine.commits

    @property
    def gather_secs(self) -> float:
        """For how long changes gather that can be committed together."""
        return self._engine.gather_secs

    @contextmanager
    def reader(self) -> Iterator[bool]:
        """Whether this process is to read deliveries until the block ends; false while another one does.

        Raises:
            StoreError: the store cannot be reached now.
        """
        try:
            with self._engine.reader() as mine:
                yield mine
        except ENGINE_FAILURES as error:
            raise StoreError(f"The store {self.place} could not be read: {first_line(error)}.") from error

    def rows(self, sql: str, parameters: Mapping[str, object] | Sequence[object] = ()) -> list[Row]:
        """All rows of a query, each a dict by column name.

        Raises:
            StoreError: the store cannot be reached or read now.
        """
        try:
            with self._engine.reading() as cursor:
                cursor.execute(sql, parameters or None)
                names = [column[0] for column in cursor.description or ()]
                return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
        except ENGINE_FAILURES as error:
            raise StoreError(f"The store {self.place} could not be read: {first_line(error)}.") from error

    def read(self, ask: Callable[[Cursor], T]) -> T:
        """What several statements answer about one state of the store; none of them may change it."""
        try:
            with self._engine.reading() as cursor:
                cursor.begin()
                try:
                    return ask(cursor)
                finally:
                    with suppress(duckdb.Error):
                        cursor.rollback()
        except ENGINE_FAILURES as error:
            raise StoreError(f"The store {self.place} could not be read: {first_line(error)}.") from error

    def write(self, change: Callable[[Cursor], T], touches_answers: bool = True) -> T:
        """Run a change in the writer thread as one transaction; nothing of it stays if it raises.

        Args:
            change: run again if another process's change came first.
            touches_answers: false if no answer depends on it, so that `version` stays.

        Raises:
            StoreError: the engine refused (a full disk, a damaged file); the store is as before.
        """
        effect = Effect.ANSWERS if touches_answers else Effect.NOTES
        return self._writer.submit(self._transact, change, effect).result()

    def write_aside(self, change: Callable[[Cursor], None]) -> None:
        """Queue a change on which no answer depends, without waiting for it; `version` stays. A failure is logged."""

        def attempt() -> None:
            try:
                self._transact(change, Effect.NOTES)
            except Exception as error:  # nobody waits for it, so nobody else would hear of it
                log.warning("a note could not be stored: %s", first_line(error))

        with suppress(RuntimeError):  # the writer has been shut down: nothing is kept any more
            self._writer.submit(attempt)

    def write_beside(self, change: Callable[[Cursor], T]) -> T:
        """Run a change beside the writer thread, so that it need not wait for a long one; `version` and `commits` stay.

        Only for tables that no other change adds to: transactions that meet in a table may fail.

        Raises:
            StoreError: the engine refused; the store is as before.
        """
        return self._beside.submit(self._transact, change, Effect.BESIDE).result()

    def compact(self) -> dict[str, int]:
        """Tidy what many small writes left behind; no answer changes.

        Raises:
            StoreError: the engine refused; nothing is lost.
        """
        try:
            return self._writer.submit(self._engine.compact).result()
        except (*ENGINE_FAILURES, OSError) as error:
            raise StoreError(f"The store {self.place} could not be compacted: {first_line(error)}.") from error

    def _transact(self, change: Callable[[Cursor], T], effect: Effect) -> T:
        tries = 0
        while True:
            tries += 1
            try:
                with self._engine.transaction(effect) as cursor:
                    return change(cursor)
            except (*ENGINE_FAILURES, OSError) as error:
                if not isinstance(error, duckdb.TransactionException) or tries >= self._engine.most_tries:
                    raise StoreError(
                        f"The store could not be written, nothing was changed: {first_line(error)}. "
                        "Check the free space and the permissions of the data folder, then run the command again."
                    ) from error
            self._sleep(FIRST_PAUSE_SECS * 2**tries)

    def close(self) -> None:
        """Finish queued writes and let go of the place."""
        self._beside.shutdown(wait=True)
        self._writer.shutdown(wait=True)
        self._engine.close()


def _laid_out(engine: Engine) -> str:
    """Make what is missing and upgrade what is old; answers the layout reached."""
    digest = hashlib.sha256(engine.schema.encode()).hexdigest()[:16]
    with engine.reading() as cursor:
        held = _settings(cursor)
    found = held.get("schema_version", SCHEMA_VERSION)
    current = found == SCHEMA_VERSION
    if (current and held.get("schema_digest") == digest) or not (current or found in STEPS):
        return found
    with engine.transaction(Effect.ANSWERS) as cursor:
        cursor.execute(engine.schema)
        row = cursor.execute("SELECT value FROM meta WHERE name = 'schema_version'").fetchone()
        if row is None:
            cursor.execute("INSERT INTO meta VALUES ('schema_version', ?)", [SCHEMA_VERSION])
        reached = SCHEMA_VERSION if row is None else upgrade(cursor, row[0], engine.schema, derive)
        cursor.execute("DELETE FROM meta WHERE name = 'schema_digest'")
        cursor.execute("INSERT INTO meta VALUES ('schema_digest', ?)", [digest])
    return reached


def _settings(cursor: Cursor) -> dict[str, str]:
    """What `meta` holds, nothing where there is no such table yet."""
    try:
        return dict(cursor.execute("SELECT name, value FROM meta").fetchall())
    except duckdb.CatalogException:
        return {}
