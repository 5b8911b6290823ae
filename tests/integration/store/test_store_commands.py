"""Backup, restore, migrate, compact and doctor as a person runs them, on each kind of store."""

import re
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from koalr_server.commands.sampling import load_into
from koalr_server.errors import ConflictError, InputError, StoreError
from koalr_server.store import moving
from koalr_server.store.database import Database
from koalr_server.store.gateway import LocalAccess
from koalr_server.store.keeping import LIST, restore
from koalr_server.store.lake.address import Place, read_address
from koalr_server.store.moving import copy
from tests.integration.server.loaded import import_rows
from tests.integration.server.test_command_line import koalr, serving
from tests.integration.store.answers import answers
from tests.integration.store.conftest import file_url
from tests.killing import serving as replica
from tests.oracle.organisations import NOWS, random_organisation

SEED = 3
NOW = NOWS[SEED % len(NOWS)]


def filled(place: Place) -> Database:
    """A store with a small organisation."""
    database = Database.open(place)
    import_rows(database, random_organisation(SEED))
    return database


def place_of(url: str) -> Place:
    return read_address(url)


def hold_the_same(one: Database, other: Database) -> bool:
    def marks(database: Database) -> dict[str, moving.Mark]:
        return database.read(lambda cursor: {table: moving.mark(cursor, table) for table in moving.tables(cursor)})

    return marks(one) == marks(other)


def test_a_single_file_store_moves_to_a_shared_one_and_back(url: str, tmp_path: Path) -> None:
    filled(tmp_path / "here").close()
    there = koalr("migrate", "--data", str(tmp_path / "here"), "--to", KOALR_STORE_URL=url)
    assert there.returncode == 0, there.stderr
    assert re.search(r"pull_requests +\d+ +copied and compared", there.stdout)
    again = koalr("migrate", "--data", str(tmp_path / "here"), "--to", KOALR_STORE_URL=url)
    assert again.returncode == 1
    assert "holds data already" in again.stderr
    back = koalr("migrate", "--data", str(tmp_path / "back"), "--from", KOALR_STORE_URL=url)
    assert back.returncode == 0, back.stderr
    with closing(Database.open(tmp_path / "here")) as here, closing(Database.open(tmp_path / "back")) as returned:
        assert hold_the_same(here, returned)
        assert answers(here, NOW) == answers(returned, NOW)
    for told in (there, again, back):
        assert "sesame" not in told.stdout + told.stderr


def test_an_interrupted_move_goes_on_where_it_ended(shared_url: str, tmp_path: Path) -> None:
    with closing(filled(tmp_path)) as source:
        with closing(Database.open(place_of(shared_url))) as target:
            done: list[str] = []

            def stop_at_repos(table: str, _rows: int, _there: bool) -> None:
                done.append(table)
                if table == "repos":
                    raise KeyboardInterrupt

            with pytest.raises(KeyboardInterrupt):
                copy(source, target, stop_at_repos)
        with pytest.raises(StoreError, match="run that command again"):
            Database.open(place_of(shared_url))
        with closing(Database.open(place_of(shared_url), unfinished=True)) as target:
            told: dict[str, bool] = {}
            copy(source, target, lambda table, _rows, there: told.update({table: there}))
            assert all(told[table] for table in done)
            assert not told["reviews"]
            assert hold_the_same(source, target)
        Database.open(place_of(shared_url)).close()


def test_a_source_that_is_written_to_meanwhile_is_a_sentence(tmp_path: Path) -> None:
    with closing(filled(tmp_path)) as source, closing(Database.in_memory()) as target:

        def write(_table: str, _rows: int, _there: bool) -> None:
            source.write(lambda cursor: cursor.execute("INSERT INTO repos VALUES ('new/one')") and None)

        with pytest.raises(StoreError, match="written to meanwhile"):
            copy(source, target, write)
        copy(source, target, lambda *_: None)
        assert hold_the_same(source, target)


@pytest.mark.parametrize("kind", ["single", "shared"])
def test_a_backup_restored_into_an_empty_place_answers_the_same(
    kind: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    place: Place = tmp_path / "here" if kind == "single" else place_of(request.getfixturevalue("shared_url"))
    with closing(filled(place)) as original:
        LocalAccess(original).call("backup", {"folder": str(tmp_path / "backup")})
        expected = answers(original, NOW)
        for other in (tmp_path / "restored", place_of(request.getfixturevalue("postgres").new_store())):
            with closing(Database.open(other, unfinished=True)) as restored:
                restore(restored, tmp_path / "backup")
                assert hold_the_same(original, restored)
                assert answers(restored, NOW) == expected
    assert (tmp_path / "backup").stat().st_mode & 0o077 == 0


def test_a_backup_of_a_running_server_by_command(tmp_path: Path) -> None:
    with closing(Database.open(tmp_path / "data")) as database:
        load_into(LocalAccess(database), shifted=False)
    with serving(tmp_path / "data"):
        told = koalr("backup", str(tmp_path / "backup"), "--data", str(tmp_path / "data"))
        compacted = koalr("store", "compact", "--data", str(tmp_path / "data"))
    assert told.returncode == 0, told.stderr
    assert compacted.stdout == "single file: checkpoints 1\n"
    again = koalr("backup", str(tmp_path / "backup"), "--data", str(tmp_path / "data"))
    assert again.stderr == f"error: {tmp_path / 'backup'} is not empty; name a new folder for the backup.\n"
    restored = koalr("restore", str(tmp_path / "backup"), "--data", str(tmp_path / "new"))
    assert restored.returncode == 0, restored.stderr
    now = datetime(2025, 3, 31, 23, 59, 59, tzinfo=UTC)
    with closing(Database.open(tmp_path / "data")) as one, closing(Database.open(tmp_path / "new")) as other:
        assert answers(one, now) == answers(other, now)


def test_a_damaged_backup_and_a_store_with_data_are_refused(tmp_path: Path) -> None:
    with closing(filled(tmp_path / "here")) as original:
        LocalAccess(original).call("backup", {"folder": str(tmp_path / "backup")})
        with pytest.raises(ConflictError, match="holds data already"):
            restore(original, tmp_path / "backup")
    with closing(Database.in_memory()) as empty:
        with pytest.raises(InputError, match="is no backup"):
            restore(empty, tmp_path)
        file = tmp_path / "backup" / "reviews.parquet"
        file.write_bytes(file.read_bytes()[:-1])
        with pytest.raises(InputError, match="missing or damaged"):
            restore(empty, tmp_path / "backup")
        text = (tmp_path / "backup" / LIST).read_text()
        (tmp_path / "backup" / LIST).write_text(text.replace('"layout": "', '"layout": "1'))
        with pytest.raises(InputError, match="has layout"):
            restore(empty, tmp_path / "backup")
        assert empty.rows("SELECT * FROM repos") == []


def test_commands_reach_the_server_that_has_a_catalogue_in_a_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KOALR_STORE_URL", file_url(tmp_path))
    with replica(None):
        created = koalr("keys", "create", "--name", "test")
        compacted = koalr("store", "compact")
        second = koalr("serve", "--port", "0")
    assert created.returncode == 0, created.stderr
    assert re.match(r"shared \(DuckLake\): rows flushed [1-9]", compacted.stdout), compacted
    assert second.stderr.startswith(f"error: A server already runs on the data folder {tmp_path}")


def test_doctor_names_the_kind_of_store_and_a_catalogue_that_is_gone(shared_url: str) -> None:
    filled(place_of(shared_url)).close()
    told = koalr("doctor", KOALR_STORE_URL=shared_url)
    assert "store: shared (DuckLake)" in told.stdout.splitlines()
    gone = koalr("doctor", KOALR_STORE_URL=re.sub(r"127\.0\.0\.1:\d+", "127.0.0.1:9", shared_url))
    assert gone.returncode == 1
    assert gone.stderr.startswith("error: The catalogue postgres://koalr@127.0.0.1:9/lake")
    assert "Connection refused" in gone.stderr
    assert "KOALR_STORE_URL" in gone.stderr
    assert "sesame" not in gone.stderr
