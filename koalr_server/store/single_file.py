"""The engine of one DuckDB file, or of memory: one process at a time."""

import logging
import shutil
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path

import duckdb

from koalr_server.errors import StoreError, StoreLockedError
from koalr_server.store.engine import Cursor, Effect, Settings, first_line, transacting, with_threads
from koalr_server.store.modes import keep_to_owner

log = logging.getLogger("koalr_server.store")

FILE_NAME = "koalr.duckdb"
SCHEMA = (Path(__file__).parent / "schema.sql").read_text(encoding="utf-8")

# The file is the only thing the engine may touch: no other files, no extensions, no later change of these settings.
SETTINGS: Settings = {
    "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false",
    "enable_external_access": "false",
    "lock_configuration": "true",
    # Raw deliveries fill the log quickly, and folding it into the file makes their senders wait. A log of this length is read
    # within a second at the next start.
    "checkpoint_threshold": "64MB",
}
# A disk that is quite full takes the engine down with it, and then nothing can be read either.
LEAST_FREE_BYTES = 128 * 2**20
# The engine's words for a file that another process has open, and for one that is not as it left it.
LOCKED = "Could not set lock on file"
DAMAGED = ("not a valid DuckDB database file", "checksum", "Could not read enough bytes", "Corrupt", "deserialize")
AFTER_DAMAGE = " The file is damaged: put the last backup in its place, or move it away to begin with an empty store."
# Those who were reading when the engine gave up hear of it at once; none of them takes so long.
LONGEST_WAIT_SECS = 30.0


class SingleFile:
    """Tables in one file. Whoever writes is a thread of this process, so commits are counted here.

    An engine that gave up, as it does when the disk is full in the middle of folding its log into the file, refuses everything
    from then on. The file is opened anew then: what was committed is in its log.

    Args:
        connect: opens the file.
        free_bytes: the room on its disk.
    """

    kind = "single file"
    schema = SCHEMA
    most_tries = 1
    # A commit takes some milliseconds, whatever is in it.
    gather_secs = 0.02

    def __init__(
        self,
        connect: Callable[[], duckdb.DuckDBPyConnection],
        place: str,
        free_bytes: Callable[[], int] = lambda: LEAST_FREE_BYTES,
    ) -> None:
        self.place = place
        self._connect = connect
        self._free_bytes = free_bytes
        self._connection = connect()
        self._version = 0
        self._commits = 0
        self._lock = threading.Lock()
        self._users = 0
        self._gave_up = False
        self._change = threading.Condition()

    @classmethod
    def open(cls, folder: Path, threads: int | None = None) -> "SingleFile":
        """Open or create the file in a folder; `threads` as of Database.open.

        Raises:
            StoreLockedError: another process has the file open.
            StoreError: the folder or file cannot be used; the text says why.
        """
        path = folder / FILE_NAME
        keep_to_owner()
        try:
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        except OSError as error:
            raise StoreError(f"Cannot open the store {path}: {first_line(error)}") from error
        return cls(lambda: _connection(path, threads), str(path), lambda: shutil.disk_usage(folder).free)

    @classmethod
    def in_memory(cls) -> "SingleFile":
        """Tables that live and die with the process."""
        return cls(lambda: duckdb.connect(":memory:", config=SETTINGS), ":memory:")

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
        """A connection shared between threads returns rows of the wrong query, so every read takes its own cursor.

        Raises:
            StoreError: the engine gave up, and the file cannot be opened anew.
        """
        with self._in_use():
            cursor = self._connection.cursor()
            try:
                yield cursor
            except duckdb.FatalException:
                self._gave_up = True
                raise
            finally:
                cursor.close()

    @contextmanager
    def transaction(self, effect: Effect) -> Iterator[Cursor]:
        """See Engine.transaction; the caller has a thread per kind.

        Raises:
            StoreError: the disk is nearly full.
        """
        free = self._free_bytes()
        if free < LEAST_FREE_BYTES:
            raise StoreError(
                f"The store {self.place} could not be written, nothing was changed: its disk has {free // 2**20} MiB left, and "
                f"{LEAST_FREE_BYTES // 2**20} MiB stay free so that it can be read. Make room, then try again."
            )
        with self.reading() as cursor, transacting(cursor):
            yield cursor
        with self._lock:
            self._version += effect is Effect.ANSWERS
            self._commits += effect is not Effect.BESIDE

    @contextmanager
    def _in_use(self) -> Iterator[None]:
        with self._change:
            if self._gave_up:
                self._reopen()
            self._users += 1
        try:
            yield
        finally:
            with self._change:
                self._users -= 1
                self._change.notify_all()

    def _reopen(self) -> None:
        """Open the file anew, once nobody uses the engine that gave up."""
        self._change.wait_for(lambda: not self._users or not self._gave_up, LONGEST_WAIT_SECS)
        if not self._gave_up:
            return
        self._connection.close()
        self._connection = self._connect()
        self._gave_up = False
        # What the last commit came to is in the file alone.
        self._version += 1
        self._commits += 1
        log.warning("the engine gave up, and the store was opened anew")

    def reader(self) -> AbstractContextManager[bool]:
        """No other process has the file."""
        return nullcontext(True)

    def compact(self) -> dict[str, int]:
        """Put what was written lately into the file itself."""
        with self.reading() as cursor:
            cursor.execute("CHECKPOINT")
        return {"checkpoints": 1}

    def close(self) -> None:
        """Let go of the file."""
        self._connection.close()


def _connection(path: Path, threads: int | None) -> duckdb.DuckDBPyConnection:
    try:
        if path.exists() and path.stat().st_size == 0:
            # A process that was killed in the moment of making it; there is nothing in it to lose.
            path.unlink()
        return duckdb.connect(str(path), config=with_threads(SETTINGS, threads))
    except (duckdb.Error, OSError) as error:
        reason = first_line(error)
        if LOCKED in reason:
            raise StoreLockedError(
                f"The data folder {path.parent} is in use by another process; wait for it to end or choose another --data."
            ) from error
        damaged = any(words in str(error) for words in DAMAGED)
        raise StoreError(f"Cannot open the store {path}: {reason}.{AFTER_DAMAGE if damaged else ''}") from error
