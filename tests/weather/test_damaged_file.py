"""A store file that is not as its server left it: one sentence that says what to do, and nothing is touched."""

import random
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from koalr_server.errors import StoreError
from koalr_server.store.database import FILE_NAME, Database
from tests.killing import serving
from tests.weather.test_full_disk import small_disk


def cut(path: Path) -> None:
    """A copy that broke off."""
    with path.open("r+b") as file:
        file.truncate(path.stat().st_size // 2)


def scramble(path: Path) -> None:
    """A disk that does not give back what was written."""
    with path.open("r+b") as file:
        file.seek(20_000)
        file.write(random.Random(0).randbytes(path.stat().st_size - 40_000))


def replace(path: Path) -> None:
    """Another file under its name."""
    path.write_text("hello\n" * 5000)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    database = Database.open(tmp_path)
    database.write(
        lambda cursor: cursor.execute(
            "INSERT INTO teams (team_id, name) SELECT 'team_' || i, 'Team ' || i FROM range(200000) t(i)"
        )
    )
    database.close()
    return tmp_path


@pytest.mark.parametrize("damage", [cut, scramble, replace])
def test_a_damaged_file_is_said_with_what_to_do_and_stays_as_it_is(
    folder: Path, damage: Callable[[Path], None]
) -> None:
    damage(folder / FILE_NAME)
    content = (folder / FILE_NAME).read_bytes()
    with pytest.raises(StoreError, match="damaged: put the last backup in its place"):
        Database.open(folder)
    told = subprocess.run(
        [sys.executable, "-m", "koalr_server", "serve", "--port", "0", "--data", str(folder)],
        capture_output=True,
        text=True,
    )
    assert told.returncode == 1
    assert told.stderr.startswith("error: Cannot open the store")
    assert "Traceback" not in told.stderr
    assert (folder / FILE_NAME).read_bytes() == content


def test_a_disk_that_is_read_only_is_said(tmp_path: Path) -> None:
    with small_disk(tmp_path, mib=300):
        Database.open(tmp_path / "data").close()
        subprocess.run(["mount", "-o", "remount,ro", str(tmp_path)], check=True)
        with pytest.raises(StoreError, match="Read-only file system"):
            Database.open(tmp_path / "data")
        with pytest.raises(StoreError, match="Read-only file system"):
            Database.open(tmp_path / "other")
        assert len(list((tmp_path / "data").iterdir())) == 1


def test_a_file_that_was_never_begun_is_made_anew(tmp_path: Path) -> None:
    (tmp_path / FILE_NAME).touch()
    Database.open(tmp_path).close()
    assert (tmp_path / FILE_NAME).stat().st_size > 0


def test_a_log_that_broke_off_in_the_middle_of_a_commit_loses_that_commit_alone(tmp_path: Path) -> None:
    with serving(tmp_path) as (_url, process):
        process.kill()
        process.wait()
    database = Database.open(tmp_path)
    database.close()
    whole = tmp_path / f"{FILE_NAME}.wal"
    assert not whole.exists(), "closing folds the log into the file"
    code = (
        "import os, sys; from pathlib import Path; from koalr_server.store.database import Database\n"
        "store = Database.open(Path(sys.argv[1]))\n"
        "for name in ('one', 'two'):\n"
        "    store.write(lambda cursor: cursor.execute('INSERT INTO teams (team_id, name) VALUES (?, ?)', [name, name]))\n"
        "    print(os.path.getsize(sys.argv[1] + '/koalr.duckdb.wal'), flush=True)\n"
        "os.kill(os.getpid(), 9)"
    )
    told = subprocess.run([sys.executable, "-c", code, str(tmp_path)], capture_output=True, text=True)
    after_one, after_two = map(int, told.stdout.split())
    with whole.open("r+b") as file:
        file.truncate((after_one + after_two) // 2)
    database = Database.open(tmp_path)
    assert [row["name"] for row in database.rows("SELECT name FROM teams")] == ["one"]
    database.close()
