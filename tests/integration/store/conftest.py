"""Shared stores for tests: with a catalogue in a file always, and in PostgreSQL where there is one."""

from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import quote

import pytest

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


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    """A server with room for many catalogues."""
    if binaries() is None:
        pytest.skip(NO_POSTGRES)
    server = PostgresServer()
    try:
        server.start()
        yield server
    finally:
        server.remove()


def postgres_url(server: PostgresServer, data: Path) -> str:
    """A new catalogue's URL."""
    password = quote(PASSWORD, safe="")
    return f"ducklake:postgres://koalr:{password}@127.0.0.1:{server.port}/{server.new_database()}?data={data}"


def file_url(folder: Path) -> str:
    """The URL of a catalogue in a file."""
    return f"ducklake:{folder}/catalogue.ducklake?data={folder}/data"


@pytest.fixture(params=["file", "postgres"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of a new shared store of each kind."""
    if request.param == "file":
        return file_url(tmp_path / "lake")
    return postgres_url(request.getfixturevalue("postgres"), tmp_path / "lake" / "data")


@pytest.fixture
def shared_url(postgres: PostgresServer, tmp_path: Path) -> str:
    """The URL of a new store that many processes may use."""
    return postgres_url(postgres, tmp_path / "lake" / "data")
