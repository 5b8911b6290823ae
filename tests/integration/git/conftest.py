"""Repositories and a store to read them into."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from koalr_server.commands.ingesting import load
from koalr_server.ingest.git import GitHistory, read_repository
from koalr_server.store.database import Database
from koalr_server.store.gateway import LocalAccess
from tests.integration.git.builder import Repository


class Ingest:
    """Reads repositories into one store, as the command does."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.access = LocalAccess(database)
        self.history: GitHistory | None = None

    def __call__(self, path: Path, patterns: list[str] | None = None, team: str | None = None) -> dict[str, Any]:
        self.history = read_repository(
            path, repo="acme/api", known_heads=lambda repo: self.access.call("known_heads", {"repo": repo})["heads"]
        )
        return load(self.access, self.history, patterns, team)

    def rows(self, sql: str) -> list[dict[str, Any]]:
        """Rows of the store."""
        return self.database.rows(sql)

    def pull_requests(self) -> dict[int, dict[str, Any]]:
        """Pull requests by number."""
        return {
            row["number"]: row for row in self.rows("SELECT * FROM pull_requests WHERE source = 'git' ORDER BY number")
        }


@pytest.fixture
def ingest() -> Iterator[Ingest]:
    database = Database.in_memory()
    yield Ingest(database)
    database.close()


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    return Repository(tmp_path / "origin")


@pytest.fixture
def new_repository(tmp_path: Path) -> Callable[[str], Repository]:
    return lambda name: Repository(tmp_path / name)
