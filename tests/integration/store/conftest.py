"""Shared stores for tests: with a catalogue in a file always, and in PostgreSQL where there is one."""

from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from koalr_server.store.database import Database
from koalr_server.store.lake.address import read_address
from tests.postgres import PASSWORD, PostgresServer, binaries

NO_EXTENSIONS = "the packages of requirements-shared.txt are not installed"
NO_POSTGRES = "no PostgreSQL server here; `make test` as root installs Debian's"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Without the extensions nothing here can run."""
    if find_spec("duckdb_extension_ducklake") is None or find_spec("duckdb_extension_postgres_scanner") is None:
        here = Path(__file__).parent
        for item in items:
            if here in item.path.parents:
                item.add_marker(pytest.mark.skip(reason=NO_EXTENSIONS))


class Postgres:
    """A server with a laid out, empty store, of which each test gets a copy: laying one out takes seconds."""

    def __init__(self, data: Path) -> None:
        self.server = PostgresServer()
        self.server.start()
        self._data = data
        self._laid_out = self.server.new_database()
        Database.open(read_address(self._url(self._laid_out, data))).close()

    def _url(self, database: str, data: Path) -> str:
        password = quote(PASSWORD, safe="")
        return f"ducklake:postgres://koalr:{password}@127.0.0.1:{self.server.port}/{database}?data={data}"

    def empty_store(self, data: Path) -> str:
        """The URL of a database with nothing in it."""
        return self._url(self.server.new_database(), data)

    def new_store(self) -> str:
        """The URL of an empty store. All of them share a folder, in which no two files have one name."""
        return self._url(self.server.new_database(template=self._laid_out), self._data)


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Postgres]:
    """A server with room for many catalogues."""
    if binaries() is None:
        pytest.skip(NO_POSTGRES)
    found = Postgres(tmp_path_factory.mktemp("lakes"))
    yield found
    found.server.remove()


def file_url(folder: Path) -> str:
    """The URL of a catalogue in a file."""
    return f"ducklake:{folder}/catalogue.ducklake?data={folder}/data"


@pytest.fixture(params=["file", "postgres"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Any:
    """The URL of a new shared store of each kind."""
    if request.param == "file":
        return file_url(tmp_path / "lake")
    return request.getfixturevalue("postgres").new_store()


@pytest.fixture
def shared_url(postgres: Postgres) -> str:
    """The URL of a new store that many processes may use."""
    return postgres.new_store()
