"""A disk that fills up under the store: nothing acknowledged is lost, and all works again once there is room."""

import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb
import pytest
import requests

from koalr_server.errors import StoreError
from koalr_server.store.database import Database
from koalr_server.store.operations import set_meta
from koalr_server.store.single_file import LEAST_FREE_BYTES, SETTINGS, SingleFile
from tests.deliveries import SECRET, deliveries


class Disk:
    """Says how much room there is."""

    def __init__(self) -> None:
        self.free_bytes = 10 * LEAST_FREE_BYTES

    def free(self) -> int:
        return self.free_bytes


@pytest.fixture
def disk() -> Disk:
    return Disk()


class Opened:
    """Opens a file, and keeps what it opened, so that a test can make an engine give up."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.times = 0
        self.refused = False

    def __call__(self) -> duckdb.DuckDBPyConnection:
        if self.refused:
            raise StoreError("Cannot open the store: no space left.")
        self.times += 1
        return duckdb.connect(str(self.path), config=SETTINGS)


@pytest.fixture
def opened(tmp_path: Path) -> Opened:
    return Opened(tmp_path / "koalr.duckdb")


@pytest.fixture
def database(opened: Opened, disk: Disk) -> Iterator[Database]:
    found = Database.on(SingleFile(opened, "a file", disk.free))
    yield found
    found.close()


def note(value: str) -> Callable[[duckdb.DuckDBPyConnection], None]:
    def change(cursor: duckdb.DuckDBPyConnection) -> None:
        set_meta(cursor, "note", value)

    return change


def noted(database: Database) -> list[str]:
    return [row["value"] for row in database.rows("SELECT value FROM meta WHERE name = 'note'")]


def give_up(_cursor: duckdb.DuckDBPyConnection) -> None:
    """What the engine does when it cannot fold its log into the file."""
    raise duckdb.FatalException("FATAL Error: Failed to create checkpoint: No space left on device")


def test_nothing_is_written_to_the_last_of_a_disk_and_all_can_be_read(database: Database, disk: Disk) -> None:
    database.write(note("before"))
    disk.free_bytes = LEAST_FREE_BYTES - 1
    with pytest.raises(StoreError, match="127 MiB left, and 128 MiB stay free"):
        database.write(note("after"))
    assert noted(database) == ["before"]
    disk.free_bytes = LEAST_FREE_BYTES
    database.write(note("after"))
    assert noted(database) == ["after"]


def test_a_store_whose_engine_gave_up_is_opened_anew_with_what_was_committed(
    database: Database, opened: Opened
) -> None:
    database.write(note("before"))
    version, commits = database.version, database.commits
    with pytest.raises(StoreError, match="No space left"):
        database.write(give_up)
    assert noted(database) == ["before"]
    database.write(note("after"))
    assert noted(database) == ["after"]
    assert opened.times == 2
    # Nobody knows what became of the last commit, so answers of before are not given any more.
    assert database.version > version + 1
    assert database.commits > commits + 1


def test_while_it_cannot_be_opened_it_says_so_and_is_tried_again(database: Database, opened: Opened) -> None:
    database.write(note("before"))
    opened.refused = True
    with pytest.raises(StoreError, match="No space left"):
        database.write(give_up)
    for _ in range(2):
        with pytest.raises(StoreError, match="no space left"):
            noted(database)
        with pytest.raises(StoreError, match="no space left"):
            database.write(note("after"))
    opened.refused = False
    assert noted(database) == ["before"]


def test_it_is_opened_anew_only_after_the_last_reader_has_left(database: Database, opened: Opened) -> None:
    reading, leave = threading.Event(), threading.Event()
    engine = database._engine

    def read() -> None:
        with engine.reading() as cursor:
            reading.set()
            leave.wait(10)
            cursor.execute("SELECT 1")

    reader = threading.Thread(target=read)
    reader.start()
    reading.wait(10)
    with pytest.raises(StoreError):
        database.write(give_up)
    found: list[list[str]] = []
    following = threading.Thread(target=lambda: found.append(noted(database)))
    following.start()
    following.join(0.1)
    assert opened.times == 1
    leave.set()
    for thread in (reader, following):
        thread.join(10)
    assert opened.times == 2
    assert found == [[]]


# To the last byte, because what a store does that keeps some room is shown above.
SERVE = """import sys
from koalr_server.store import single_file
single_file.LEAST_FREE_BYTES = 0
single_file.SETTINGS["checkpoint_threshold"] = "8MB"
from koalr_server.commands.line import main
sys.exit(main(sys.argv[1:]))"""
# The engine folds its log into the file at 8 MB, for which the disk then has no room.
DISK_MIB = 11
BODY_BYTES = 2**18


@contextmanager
def small_disk(folder: Path, mib: int = DISK_MIB) -> Iterator[None]:
    """A disk of its own on a folder."""
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={mib}m", "tmpfs", str(folder)], capture_output=True, check=False
    )
    if mounted.returncode != 0:
        pytest.skip("a disk can only be made by root")
    try:
        yield
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


@contextmanager
def served(folder: Path, log: Path) -> Iterator[str]:
    """A server on a folder."""
    with log.open("w") as errors:
        process = subprocess.Popen(
            [sys.executable, "-c", SERVE, "serve", "--port", "0", "--data", str(folder), "--no-access-log"],
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
            env=os.environ | {"KOALR_GITHUB_WEBHOOK_SECRET": SECRET},
        )
    try:
        assert process.stdout is not None
        yield process.stdout.readline().split()[3].removesuffix("/api/v1/")
    finally:
        process.terminate()
        process.communicate()


def test_a_server_goes_on_by_itself_once_there_is_room_and_has_all_that_it_acknowledged(
    tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    log = tmp_path_factory.mktemp("log") / "server.log"
    sent = deliveries(14, padding=BODY_BYTES)
    acknowledged: set[str] = set()
    with small_disk(tmp_path):
        with served(tmp_path, log) as url:
            statuses = []
            for each in sent:
                answer = requests.post(
                    f"{url}/api/ingest/github", data=each.body, headers=dict(each.headers), timeout=30
                )
                statuses.append(answer.status_code)
                if answer.status_code == 202:
                    acknowledged.add(each.key)
                else:
                    assert int(answer.headers["Retry-After"]) > 0
            assert set(statuses) == {202, 503}
            subprocess.run(["mount", "-o", f"remount,size={10 * DISK_MIB}m", str(tmp_path)], check=True)
            for each in sent:
                if each.key not in acknowledged:
                    answer = requests.post(
                        f"{url}/api/ingest/github", data=each.body, headers=dict(each.headers), timeout=30
                    )
                    assert answer.status_code == 202
        database = Database.open(tmp_path)
        keys = [row["key"].removeprefix("github:") for row in database.rows("SELECT key FROM deliveries")]
        database.close()
    assert sorted(keys) == sorted(each.key for each in sent)
    assert "the store was opened anew" in log.read_text(), "the engine gave up"
