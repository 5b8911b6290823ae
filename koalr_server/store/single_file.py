"""The engine of one DuckDB file, or of memory: one process at a time."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from koalr_server.errors import StoreError, StoreLockedError
from koalr_server.store.engine import Cursor, Effect, first_line, transacting

FILE_NAME = "koalr.duckdb"
SCHEMA = (Path(__file__).parent / "schema.sql").read_text(encoding="utf-8")

# The file is the only thing the engine may touch: no other files, no extensions, no later change of these settings.
SETTINGS: dict[str, str | bool | int | float | list[str]] = {
    "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false",
    "enable_external_access": "false",
    "lock_configuration": "true",
}


class SingleFile:
    """Tables in one file. Whoever writes is a thread of this process, so commits are counted here."""

    kind = "single file"
    schema = SCHEMA
    most_tries = 1

    def __init__(self, connection: duckdb.DuckDBPyConnection, place: str) -> None:
        self.place = place
        self._connection = connection
        self._version = 0
        self._commits = 0
        self._lock = threading.Lock()

    @classmethod
    def open(cls, folder: Path) -> "SingleFile":
        """Open or create the file in a folder.

        Raises:
            StoreLockedError: another process has the file open.
            StoreError: the folder or file cannot be used; the text says why.
        """
        path = folder / FILE_NAME
        try:
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            return cls(duckdb.connect(str(path), config=SETTINGS), str(path))
        except duckdb.IOException as error:
            if "lock" in str(error).lower():
                raise StoreLockedError(
                    f"The data folder {folder} is in use by another process; wait for it to end or choose another --data."
                ) from error
            raise StoreError(f"Cannot open the store {path}: {first_line(error)}") from error
        except (duckdb.Error, OSError) as error:
            raise StoreError(f"Cannot open the store {path}: {first_line(error)}") from error

    @classmethod
    def in_memory(cls) -> "SingleFile":
        """Tables that live and die with the process."""
        return cls(duckdb.connect(":memory:", config=SETTINGS), ":memory:")

    @property
    def version(self) -> int:
        """Commits of this process that answers may depend on."""
        return self._version

    @property
    def commits(self) -> int:
        """Commits of this process but those made beside."""
        return self._commits

    @contextmanager
    def reading(self) -> Iterator[Cursor]:
        """A connection shared between threads returns rows of the wrong query, so every read takes its own cursor."""
        cursor = self._connection.cursor()
        try:
            yield cursor
        finally:
            cursor.close()

    @contextmanager
    def transaction(self, effect: Effect) -> Iterator[Cursor]:
        """See Engine.transaction; the caller has a thread per kind."""
        with self.reading() as cursor, transacting(cursor):
            yield cursor
        with self._lock:
            self._version += effect is Effect.ANSWERS
            self._commits += effect is not Effect.BESIDE

    def compact(self) -> dict[str, int]:
        """Put what was written lately into the file itself."""
        with self.reading() as cursor:
            cursor.execute("CHECKPOINT")
        return {"checkpoints": 1}

    def close(self) -> None:
        """Let go of the file."""
        self._connection.close()
