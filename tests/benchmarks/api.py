"""Latency of the endpoints on the sample over loopback, beside an endpoint that does nothing."""

import statistics
import tempfile
import time
from collections.abc import Sequence

import requests

from koalr_server.commands.sampling import load_into
from koalr_server.http.app import create_server
from koalr_server.http.service import Service
from koalr_server.keys import new_key
from koalr_server.store.database import Database
from koalr_server.store.gateway import LocalAccess
from tests.benchmarks.load import asked, process
from tests.running import running

PATHS = ("metrics/dora", "flow", "value-stream", "review-metrics", "deployments", "pull-requests", "incidents", "teams")
ROUNDS = 40
CACHED_SECS = 3.0
CACHED_ROUNDS = 5


def measure() -> Sequence[tuple[str, str, str]]:
    """p50 per endpoint and its ratio to /healthz."""
    database = Database.in_memory()
    access = LocalAccess(database)
    load_into(access, shifted=True)
    key = new_key()
    access.call("create_key", {"key": key, "name": "bench", "scopes": ["read"], "teams": [], "limit": 1_000_000})
    with running(create_server(Service(database))) as url, requests.Session() as session:
        session.headers.update({"X-Koalr-Key": key, "Cache-Control": "no-cache"})
        floor = p50_ms(session, f"{url}/api/healthz")
        rows = [("GET /api/healthz (floor)", f"{floor:.1f} ms", "")]
        for path in PATHS:
            found = p50_ms(session, f"{url}/api/v1/{path}?days=90")
            rows.append((f"GET /api/v1/{path}, 90 days", f"{found:.1f} ms, {found / floor:.1f} ×", ""))
    database.close()
    return rows


def measure_cached() -> Sequence[tuple[str, str, str]]:
    """Requests a second of a remembered answer, beside a constant body of the same framework, in turns."""
    key = new_key()
    headers = {"X-Koalr-Key": key}
    with tempfile.TemporaryDirectory() as folder, process("tests.benchmarks.served", folder, "10000", key) as url:
        pairs = [
            (
                asked(url, ["/constant/body"], {}, CACHED_SECS).per_second,
                asked(url, ["/api/v1/metrics/dora"], headers, CACHED_SECS).per_second,
            )
            for _ in range(CACHED_ROUNDS)
        ]
    constant, remembered = (statistics.median(column) for column in zip(*pairs, strict=True))
    return [
        (
            "GET /api/v1/metrics/dora from memory, 8 connections",
            f"{remembered:.0f}/s; a constant body {constant:.0f}/s; {remembered / constant:.2f} ×",
            "at least 0.5 ×",
        )
    ]


def p50_ms(session: requests.Session, url: str) -> float:
    """Median of some requests on one connection."""
    times = []
    for _ in range(ROUNDS):
        started = time.perf_counter()
        assert session.get(url, timeout=10).status_code == 200
        times.append((time.perf_counter() - started) * 1000)
    return statistics.median(times)
