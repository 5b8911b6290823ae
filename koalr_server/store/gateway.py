"""Commands and the server share one data folder: a command opens the file, or hands its work to the server that has it.

The server listens on a Unix socket (mode 0600). A request is one JSON line naming an operation, its arguments and the
Parquet files that carry its tables; the answer is one JSON line. After a kill the file's lock is free and a stale
socket answers nobody, so the file always decides who is the owner.
"""

import contextlib
import hashlib
import json
import os
import socket
import socketserver
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, Protocol

import pyarrow as pa

from koalr_server import errors
from koalr_server.errors import ServerError, StoreError, StoreLockedError
from koalr_server.store.database import FILE_NAME, Database
from koalr_server.store.lake.address import Place
from koalr_server.store.operations import OPERATIONS

NO_TABLES: Mapping[str, pa.Table] = {}
# Unix socket paths are limited to about 108 bytes; deep data folders get a short name in the temporary folder.
LONGEST_SOCKET_PATH = 100
REPORTED = {cls.__name__: cls for cls in (errors.ConflictError, errors.InputError, StoreError, StoreLockedError)}


class Access(Protocol):
    """Runs store operations, here or in the server that owns the folder."""

    def call(
        self, operation: str, arguments: Mapping[str, Any], tables: Mapping[str, pa.Table] = NO_TABLES
    ) -> dict[str, Any]:
        """Run one operation of operations.OPERATIONS; raises ServerError with a sentence for a person."""


class LocalAccess:
    """Operations on a database this process has open."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def call(
        self, operation: str, arguments: Mapping[str, Any], tables: Mapping[str, pa.Table] = NO_TABLES
    ) -> dict[str, Any]:
        """Run one operation directly."""
        return OPERATIONS[operation](self._database, arguments, tables)


class RemoteAccess:
    """Operations in the server process that owns the folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def call(
        self, operation: str, arguments: Mapping[str, Any], tables: Mapping[str, pa.Table] = NO_TABLES
    ) -> dict[str, Any]:
        """Hand one operation over and wait for its answer."""
        # Imported here and below, because most commands would wait for it and not use it.
        import pyarrow.parquet as pq

        with tempfile.TemporaryDirectory(dir=self._folder, prefix="handover-") as scratch:
            files = {}
            for name, table in tables.items():
                files[name] = str(Path(scratch) / f"{name}.parquet")
                pq.write_table(table, files[name])
            answer = self._ask({"operation": operation, "arguments": dict(arguments), "tables": files})
        if "error" in answer:
            raise REPORTED.get(answer["error"]["type"], ServerError)(answer["error"]["message"])
        result: dict[str, Any] = answer["result"]
        return result

    def _ask(self, request: Mapping[str, Any]) -> dict[str, Any]:
        path = socket_path(self._folder)
        # In the temporary folder anybody may have put one there, to be told new keys.
        if path.stat().st_uid not in (os.getuid(), self._folder.stat().st_uid):
            raise StoreError(
                f"The socket {path} is somebody else's; remove it, or choose a --data folder with a shorter path."
            )
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
            connection.connect(str(path))
            connection.sendall(json.dumps(request).encode() + b"\n")
            with connection.makefile("rb") as stream:
                line = stream.readline()
        if not line:
            raise StoreError("The server stopped before it finished; start it again and repeat the command.")
        answer: dict[str, Any] = json.loads(line)
        return answer


def socket_path(folder: Path) -> Path:
    """Where the server of a data folder listens."""
    path = folder.resolve() / "koalr.sock"
    if len(os.fsencode(path)) <= LONGEST_SOCKET_PATH:
        return path
    digest = hashlib.sha256(os.fsencode(path)).hexdigest()[:16]
    return Path(tempfile.gettempdir()) / f"koalr-{os.getuid()}-{digest}.sock"


@contextlib.contextmanager
def open_access(place: Place, create: bool = True) -> Iterator[Access]:
    """Open a store, or reach the server that has its folder open.

    Args:
        create: whether a store is made where there is none; what only looks finds nothing then, and leaves no trace.

    Raises:
        StoreLockedError: a process without a socket (another command) holds the folder.
        StoreError: the place cannot be used.
    """
    folder = folder_of(place)
    try:
        database = Database.in_memory() if not create and _is_empty(place) else Database.open(place)
    except StoreLockedError:
        if folder is None:
            raise
        remote = RemoteAccess(folder)
        try:
            remote.call("content", {})
        except OSError:
            raise StoreLockedError(
                f"The data folder {folder} is in use by another command; wait for it to end or choose another --data."
            ) from None
        yield remote
        return
    try:
        yield LocalAccess(database)
    finally:
        database.close()


def folder_of(place: Place) -> Path | None:
    """The folder that one process at a time may have open, None where every process opens the store itself."""
    return place if isinstance(place, Path) else place.folder


def _is_empty(place: Place) -> bool:
    """Whether there is no store yet; of a server of catalogues nobody knows before asking it."""
    if isinstance(place, Path):
        return not place.exists() or (place.is_dir() and not (place / FILE_NAME).exists())
    return isinstance(place.catalogue, Path) and not place.catalogue.exists()


def open_owned(
    place: Place,
    threads: int | None = None,
    patience_secs: float = 10.0,
    sleep: Callable[[float], None] = time.sleep,
) -> Database:
    """Open the store for a server, waiting a while for a command that is still at work; `threads` as of Database.open.

    Raises:
        StoreLockedError: the folder stayed locked; the text says whether a server has it.
    """
    waited_secs = 0.0
    while True:
        try:
            return Database.open(place, threads=threads)
        except StoreLockedError:
            folder = folder_of(place)
            if folder is not None and _server_answers(folder):
                raise StoreLockedError(
                    f"A server already runs on the data folder {folder}; stop it or choose another --data."
                ) from None
            if waited_secs >= patience_secs:
                raise
        sleep(0.25)
        waited_secs += 0.25


def _server_answers(folder: Path) -> bool:
    try:
        RemoteAccess(folder).call("content", {})
    except (OSError, ServerError):
        return False
    return True


class _Handler(socketserver.StreamRequestHandler):
    """One request, one answer."""

    def handle(self) -> None:
        import pyarrow.parquet as pq

        server = self.server
        assert isinstance(server, Gateway)
        try:
            request = json.loads(self.rfile.readline())
            tables = {name: pq.read_table(path) for name, path in request["tables"].items()}
            answer = {"result": server.access.call(request["operation"], request["arguments"], tables)}
        except ServerError as error:
            answer = {"error": {"type": type(error).__name__, "message": str(error)}}
        except (KeyError, ValueError, OSError, pa.ArrowException) as error:
            answer = {
                "error": {
                    "type": "ServerError",
                    "message": f"The server could not read the request: {type(error).__name__}.",
                }
            }
        self.wfile.write(json.dumps(answer).encode() + b"\n")


class Gateway(socketserver.ThreadingUnixStreamServer):
    """Serves operations to commands while a server owns the folder."""

    daemon_threads = True

    def __init__(self, folder: Path, database: Database) -> None:
        self.access = LocalAccess(database)
        self._path = socket_path(folder)
        # We hold the file's lock, so whatever lies here is left over from a process that was killed.
        self._path.unlink(missing_ok=True)
        previous = os.umask(0o177)
        try:
            super().__init__(str(self._path), _Handler)
        finally:
            os.umask(previous)
        self._thread = threading.Thread(target=self.serve_forever, name="koalr-gateway", daemon=True)

    def start(self) -> None:
        """Answer requests in a thread of its own."""
        self._thread.start()

    def stop(self) -> None:
        """Stop answering and remove the socket."""
        self.shutdown()
        self.server_close()
        self._path.unlink(missing_ok=True)


class NoGateway:
    """A store that every command opens itself needs none."""

    def start(self) -> None:
        """Nobody will ask."""

    def stop(self) -> None:
        """Nobody has asked."""


def gateway_of(place: Place, database: Database) -> Gateway | NoGateway:
    """What lets commands in while this process has the store open; not started yet."""
    folder = folder_of(place)
    return NoGateway() if folder is None else Gateway(folder, database)
