"""One DuckDB file: a cursor per read, one thread for all writes, every write a transaction."""

import logging
import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import Any, TypeVar

import duckdb

from koalr_server.errors import StoreError, StoreLockedError
from koalr_server.store.deriving import derive
from koalr_server.store.modes import keep_to_owner
from koalr_server.store.upgrading import upgrade

log = logging.getLogger("koalr_server.store")

FILE_NAME = "koalr.duckdb"
SCHEMA_VERSION = "5"
SCHEMA = (Path(__file__).parent / "schema.sql").read_text(encoding="utf-8")

Row = dict[str, Any]
T = TypeVar("T")

# The file is the only thing the engine may touch: no other files, no extensions, no later change of these settings.
SETTINGS: dict[str, str | bool | int | float | list[str]] = {
    "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false",
    "enable_external_access": "false",
    "lock_configuration": "true",
}


# What the engine raises for reasons outside the statement: no space, no memory, a damaged file.
ENGINE_FAILURES = (duckdb.IOException, duckdb.OutOfMemoryException, duckdb.FatalException, duckdb.TransactionException)


class Database:
    """An open store file. Reads may come from any thread; writes queue up in one.

    A connection shared between threads returns rows of the wrong query, so every read takes its own cursor.
    """

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self._connection = connection
        self._writer = ThreadPoolExecutor(max_workers=1, thread_name_prefix="koalr-writer")
        self._beside = ThreadPoolExecutor(max_workers=1, thread_name_prefix="koalr-writer-beside")
        self._version = 0
        self._commits = 0
        self._version_lock = threading.Lock()

    @classmethod
    def open(cls, folder: Path) -> "Database":
        """Open or create the store in a folder.

        Raises:
            StoreLockedError: another process has the file open.
            StoreError: the folder or file cannot be used; the text says why.
        """
        path = folder / FILE_NAME
        keep_to_owner()
        try:
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            connection = duckdb.connect(str(path), config=SETTINGS)
        except duckdb.IOException as error:
            if "lock" in str(error).lower():
                raise StoreLockedError(
                    f"The data folder {folder} is in use by another process; wait for it to end or choose another --data."
                ) from error
            raise StoreError(f"Cannot open the store {path}: {_first_line(error)}") from error
        except (duckdb.Error, OSError) as error:
            raise StoreError(f"Cannot open the store {path}: {_first_line(error)}") from error
        return cls._prepared(connection, path)

    @classmethod
    def in_memory(cls) -> "Database":
        """A store that lives and dies with the process."""
        return cls._prepared(duckdb.connect(":memory:", config=SETTINGS), Path(":memory:"))

    @classmethod
    def _prepared(cls, connection: duckdb.DuckDBPyConnection, path: Path) -> "Database":
        try:
            connection.begin()
            connection.execute(SCHEMA)
            row = connection.execute("SELECT value FROM meta WHERE name = 'schema_version'").fetchone()
            if row is None:
                connection.execute("INSERT INTO meta VALUES ('schema_version', ?)", [SCHEMA_VERSION])
            reached = SCHEMA_VERSION if row is None else upgrade(connection, row[0], SCHEMA, derive)
            connection.commit()
        except duckdb.Error as error:
            connection.close()
            raise StoreError(f"Cannot prepare the store {path}: {_first_line(error)}") from error
        if reached != SCHEMA_VERSION:
            connection.close()
            raise StoreError(
                f"The store {path} has layout {reached}, this version reads layout {SCHEMA_VERSION}; "
                "a newer version wrote it: update this one, or choose another --data folder."
            )
        return cls(connection)

    @property
    def version(self) -> int:
        """Counts committed writes of this process; changes whenever an answer might."""
        return self._version

    @property
    def commits(self) -> int:
        """Counts every committed write of this process, those on which no answer depends too."""
        return self._commits

    def rows(self, sql: str, parameters: Mapping[str, object] | Sequence[object] = ()) -> list[Row]:
        """All rows of a query, each a dict by column name."""
        cursor = self._connection.cursor()
        try:
            cursor.execute(sql, parameters or None)
            names = [column[0] for column in cursor.description or ()]
            return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
        finally:
            cursor.close()

    def write(self, change: Callable[[duckdb.DuckDBPyConnection], T], touches_answers: bool = True) -> T:
        """Run a change in the writer thread as one transaction; nothing of it stays if it raises.

        Args:
            touches_answers: false if no answer depends on it, so that `version` stays.

        Raises:
            StoreError: the engine refused (a full disk, a damaged file); the store is as before.
        """
        return self._writer.submit(self._transact, change, touches_answers).result()

    def write_aside(self, change: Callable[[duckdb.DuckDBPyConnection], None]) -> None:
        """Queue a change on which no answer depends, without waiting for it; `version` stays. A failure is logged."""

        def attempt() -> None:
            try:
                self._transact(change, touches_answers=False)
            except Exception as error:  # nobody waits for it, so nobody else would hear of it
                log.warning("a note could not be stored: %s", _first_line(error))

        with suppress(RuntimeError):  # the writer has been shut down: nothing is kept any more
            self._writer.submit(attempt)

    def write_beside(self, change: Callable[[duckdb.DuckDBPyConnection], T]) -> T:
        """Run a change beside the writer thread, so that it need not wait for a long one; `version` and `commits` stay.

        Only for tables that no other change adds to: transactions that meet in a table may fail.

        Raises:
            StoreError: the engine refused; the store is as before.
        """
        return self._beside.submit(self._transact, change, touches_answers=False, counted=False).result()

    def _transact(
        self, change: Callable[[duckdb.DuckDBPyConnection], T], touches_answers: bool = True, counted: bool = True
    ) -> T:
        cursor = self._connection.cursor()
        try:
            cursor.begin()
            try:
                result = change(cursor)
                cursor.commit()
            except BaseException:
                # A commit that failed has ended the transaction already.
                with suppress(duckdb.Error):
                    cursor.rollback()
                raise
        except (*ENGINE_FAILURES, OSError) as error:
            raise StoreError(
                f"The store could not be written, nothing was changed: {_first_line(error)}. "
                "Check the free space and the permissions of the data folder, then run the command again."
            ) from error
        finally:
            cursor.close()
        with self._version_lock:
            self._commits += counted
            self._version += touches_answers
        return result

    def close(self) -> None:
        """Finish queued writes and let go of the file."""
        self._beside.shutdown(wait=True)
        self._writer.shutdown(wait=True)
        self._connection.close()


def _first_line(error: BaseException) -> str:
    return str(error).strip().splitlines()[0].rstrip(".") if str(error).strip() else type(error).__name__
