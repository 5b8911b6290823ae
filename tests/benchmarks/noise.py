"""How much slower one key is answered while another, long over its limit, keeps asking."""

import threading
from collections.abc import Sequence

import requests

from koalr_server.http.app import create_server
from koalr_server.http.service import Service
from koalr_server.keys import new_key
from koalr_server.store.database import Database
from koalr_server.store.gateway import LocalAccess
from tests.benchmarks.api import p50_ms
from tests.running import running

NOISY_THREADS = 4


def measure() -> Sequence[tuple[str, str, str]]:
    """p50 alone and beside the noise; the noise is made in this process, so its own cost is in the figure."""
    database = Database.in_memory()
    access = LocalAccess(database)
    noisy, quiet = new_key(), new_key()
    for key, limit in ((noisy, 1), (quiet, 1_000_000)):
        access.call("create_key", {"key": key, "name": "bench", "scopes": ["read"], "teams": [], "limit": limit})
    with running(create_server(Service(database))) as base_url, requests.Session() as session:
        url = f"{base_url}/api/v1/teams"
        session.headers["X-Koalr-Key"] = quiet
        alone_ms = p50_ms(session, url)
        done = threading.Event()
        threads = [threading.Thread(target=hammer, args=(url, noisy, done)) for _ in range(NOISY_THREADS)]
        for thread in threads:
            thread.start()
        beside_ms = p50_ms(session, url)
        done.set()
        for thread in threads:
            thread.join()
    database.close()
    what = f"GET /api/v1/teams beside {NOISY_THREADS} threads on a spent key"
    return [(what, f"{beside_ms:.1f} ms, {beside_ms / alone_ms:.1f} × alone", "")]


def hammer(url: str, key: str, done: threading.Event) -> None:
    """Ask until told to stop."""
    with requests.Session() as session:
        session.headers["X-Koalr-Key"] = key
        while not done.is_set():
            session.get(url, timeout=10)
