"""Every GET, uncached and with `previous` and `trend`, at three sizes, beside the same questions put to SQLite.

KOALR_BENCH_SIZES names the sizes (default 10000,1000000,10000000); the largest takes some minutes to make.
"""

import os
import tempfile
from collections.abc import Sequence
from datetime import datetime
from itertools import pairwise
from pathlib import Path

from koalr_server.keys import new_key
from koalr_server.metrics.windows import Window
from tests.benchmarks import sqlite_peer
from tests.benchmarks.load import asked, process
from tests.benchmarks.organisation import opened

SIZES = tuple(map(int, os.environ.get("KOALR_BENCH_SIZES", "10000,1000000,10000000").split(",")))
LARGE = 10_000_000
SECONDS = 1.5
BARS_MS = {"metric": (20, 150), "first pages": (10, 150), "last page": (300, 300)}
METRICS = ("metrics/dora", "flow", "review-metrics", "value-stream", "copilot")
OTHERS = ("incidents", "teams", "custom-metrics", "custom-metrics/p95-cycle-time/query", "forecast/backlog")
FORECAST = "forecast/delivery?items=20"
LISTS = ("deployments", "pull-requests")

Row = tuple[str, str, str]


def measure() -> Sequence[Row]:
    """p50 per endpoint and size, growth from size to size, SQLite's time for the same."""
    found: dict[str, list[float]] = {}
    peers: dict[str, list[float]] = {}
    with tempfile.TemporaryDirectory(dir=os.environ.get("KOALR_BENCH_FOLDER")) as scratch:
        folder = Path(os.environ.get("KOALR_BENCH_FOLDER") or scratch)
        for size in SIZES:
            database = opened(folder, size)
            for name, milliseconds in sqlite_peer.measure(database, Path(scratch)).items():
                peers.setdefault(name, []).append(milliseconds)
            database.close()
            for name, milliseconds in served(folder, size).items():
                found.setdefault(name, []).append(milliseconds)
    return [row(name, times, peers.get(name)) for name, times in found.items()]


def served(folder: Path, size: int) -> dict[str, float]:
    """p50 in ms of each question to a server on the store of one size, one connection, nothing from memory."""
    key = new_key()
    headers = {"X-Koalr-Key": key, "Cache-Control": "no-cache"}
    last = max(1, Window.rolling(datetime(2025, 3, 30), 30).days * size // 730 // 25)
    questions = {name: [f"/api/v1/{name}"] for name in (*METRICS, *OTHERS, FORECAST)}
    questions |= {
        f"{name}, first 100 pages": [f"/api/v1/{name}?page={page}" for page in range(1, 101)] for name in LISTS
    }
    questions |= (
        {f"{name}, page {last}": [f"/api/v1/{name}?page={last}"] for name in LISTS} if size == SIZES[-1] else {}
    )
    with process("tests.benchmarks.served", str(folder), str(size), key) as url:
        for paths in questions.values():
            asked(url, paths[:1], headers, 0.3, connections=1)
        rates = {name: asked(url, paths, headers, SECONDS, connections=1) for name, paths in questions.items()}
    assert not any(rate.failures for rate in rates.values()), rates
    return {name: rate.p50_ms for name, rate in rates.items()}


def row(name: str, times: Sequence[float], peer: Sequence[float] | None) -> Row:
    """One line of the table."""
    sizes = SIZES[-len(times) :]
    shown = " / ".join(f"{milliseconds:.1f}" for milliseconds in times) + " ms"
    growth = " / ".join(f"× {later / earlier:.1f}" for earlier, later in pairwise(times))
    beside = f"; SQLite {' / '.join(f'{milliseconds:.1f}' for milliseconds in peer)} ms" if peer else ""
    return (
        f"GET {name}, {' / '.join(f'{size:,}' for size in sizes)} pull requests",
        shown + (f", {growth}" if growth else "") + beside,
        bar(name),
    )


def bar(name: str) -> str:
    """What the time is held to, at a million and at ten."""
    kind = "first pages" if "first" in name else "last page" if "page" in name else "metric"
    million, ten_million = BARS_MS[kind]
    return f"1 M: under {million} ms; 10 M: under {ten_million} ms"
