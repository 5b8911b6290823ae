"""The sample organisation behind the real HTTP API, with keys of several kinds."""

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pytest
import requests

from koalr_server.clock import Calendar
from koalr_server.commands.sampling import load_into
from koalr_server.http.app import create_server
from koalr_server.http.service import Service
from koalr_server.keys import new_key
from koalr_server.store.database import Database
from koalr_server.store.gateway import LocalAccess
from tests.integration.server.github_world import Serving, world
from tests.running import running

NOW = datetime(2025, 3, 31, 23, 59, 59, tzinfo=UTC)


@dataclass
class Api:
    """A running server with the sample, as of the end of March 2025."""

    base_url: str
    access: LocalAccess
    key: str

    def new_key(self, **limits: Any) -> str:
        """Create and return a key."""
        key = new_key()
        arguments = {"key": key, "name": "test", "scopes": ["read"], "teams": [], "limit": 100_000}
        self.access.call("create_key", arguments | limits)
        return key

    def get(self, path: str, key: str | None = None, **params: Any) -> requests.Response:
        """GET below /api/v1 with the given key (default: one that may see everything)."""
        headers = {"X-Koalr-Key": self.key if key is None else key}
        return requests.get(f"{self.base_url}/api/v1{path}", params=params, headers=headers, timeout=10)

    def team(self, name: str) -> str:
        """A team's id."""
        return next(row["id"] for row in self.get("/teams").json()["data"] if row["name"] == name)


@pytest.fixture(scope="session")
def api() -> Iterator[Api]:
    database = Database.in_memory()
    access = LocalAccess(database)
    load_into(access, shifted=False)
    with running(create_server(Service(database, Calendar(as_of=NOW)))) as base_url:
        found = Api(base_url, access, "")
        found.key = found.new_key()
        yield found
    database.close()


@pytest.fixture
def serving() -> Iterator[Serving]:
    """Serves a fake GitHub until the test ends: how far it was read is remembered by the address of the API."""
    with ExitStack() as stack:
        yield lambda *names: stack.enter_context(world(*names).running())
