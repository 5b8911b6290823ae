"""The API on a shared store: what others commit shows, and what callers see while the catalogue is gone."""

import time
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime

import requests

from koalr_server.clock import Calendar
from koalr_server.commands.sampling import load_into
from koalr_server.http.app import create_server
from koalr_server.http.service import Service
from koalr_server.keys import new_key
from koalr_server.store.database import Database
from koalr_server.store.gateway import LocalAccess
from koalr_server.store.lake.address import read_address
from tests.integration.store.conftest import Postgres
from tests.running import running

NOW = datetime(2025, 3, 31, 23, 59, 59, tzinfo=UTC)
ASKED = "/api/v1/metrics/dora"


def test_what_another_replica_loads_shows_and_an_outage_is_a_503_that_ends(shared_url: str, postgres: Postgres) -> None:
    address = read_address(shared_url)
    with closing(Database.open(address)) as writing, closing(Database.open(address)) as serving:
        key = new_key()
        arguments = {"key": key, "name": "test", "scopes": ["read"], "teams": [], "limit": 100_000}
        LocalAccess(writing).call("create_key", arguments)
        with running(create_server(Service(serving, Calendar(as_of=NOW)))) as base_url:

            def ask(path: str = ASKED, **headers: str) -> requests.Response:
                return requests.get(f"{base_url}{path}", headers={"X-Koalr-Key": key, **headers}, timeout=60)

            _until(lambda: ask().status_code == 200)
            empty = ask()
            assert empty.json()["deployFrequency"] is None
            load_into(LocalAccess(writing), shifted=False)
            _until(lambda: ask().json()["deployFrequency"] is not None)
            full = ask()
            assert full.headers["ETag"] != empty.headers["ETag"]
            postgres.server.stop()
            try:
                assert ask().json() == full.json()
                gone = ask(**{"Cache-Control": "no-cache"})
                assert (gone.status_code, gone.headers["Retry-After"]) == (503, "5")
                assert gone.json()["error"]["code"] == "unavailable"
                assert "sesame" not in gone.text
                assert ask("/api/readyz").status_code == 503
                assert ask("/api/healthz").status_code == 200
            finally:
                postgres.server.start()
            _until(lambda: ask("/api/readyz").status_code == 200)
            assert ask(**{"Cache-Control": "no-cache"}).json() == full.json()


def _until(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.05)
