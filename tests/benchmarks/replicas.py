"""The shared store beside a single file, and what a request costs with one server on it and with two, each with one thread of the engine.

KOALR_REPLICA_PULL_REQUESTS is the size of the organisation (default 100000).
"""

import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path

from koalr_server.keys import new_key
from koalr_server.store.database import Database
from koalr_server.store.gateway import LocalAccess
from koalr_server.store.lake.address import Place, read_address
from tests.benchmarks.costs import cpu_secs
from tests.benchmarks.load import asked
from tests.benchmarks.organisation import NOW, fill
from tests.benchmarks.scale import LISTS, METRICS
from tests.integration.store.conftest import Postgres

SIZE = int(os.environ.get("KOALR_REPLICA_PULL_REQUESTS", "100000"))
SECS = 3.0
QUESTIONS = (*METRICS, *LISTS, "incidents", "teams")
MOST_RATIO, MOST_RISE = 8, 0.15

Row = tuple[str, str, str]


def measure() -> Sequence[Row]:
    """With a catalogue in PostgreSQL."""
    with tempfile.TemporaryDirectory() as folder:
        postgres = Postgres(Path(folder) / "lakes")
        try:
            return measured(Path(folder) / "file", postgres.new_store())
        finally:
            postgres.server.remove()


def measured(file: Path, url: str) -> list[Row]:
    """The same organisation in both."""
    key = new_key()
    for place in (file, read_address(url)):
        made(place, key)
    with served({"KOALR_DATA_DIR": str(file)}, 1) as single:
        theirs, theirs_kept = times(single, key, "no-cache"), times(single, key, "max-age=60")
    with served({"KOALR_STORE_URL": url}, 1) as alone:
        ours, ours_kept = times(alone, key, "no-cache"), times(alone, key, "max-age=60")
        one_ms = cost_ms(alone, key)
    with served({"KOALR_STORE_URL": url}, 2) as both:
        two_ms = cost_ms(both, key)
    ratios = [shared / file_ms for shared, file_ms in zip(ours, theirs, strict=True)]
    what = f"{len(QUESTIONS)} questions, {SIZE:,} pull requests, DuckLake on PostgreSQL beside a single file, one thread of the engine"
    return [
        (
            f"{what}: not from memory",
            f"median {statistics.median(ours):.1f} ms beside {statistics.median(theirs):.1f} ms: "
            f"{statistics.median(ratios):.1f} x, at most {max(ratios):.1f} x",
            f"at most {MOST_RATIO} x",
        ),
        (
            f"{what}: from memory",
            f"median {statistics.median(ours_kept):.2f} ms beside {statistics.median(theirs_kept):.2f} ms",
            "nothing",
        ),
        (
            "time of a core for a request not from memory, one server and two",
            f"{one_ms:.1f} and {two_ms:.1f} ms: {two_ms / one_ms - 1:+.0%}",
            f"at most {MOST_RISE:+.0%}",
        ),
    ]


def made(place: Place, key: str) -> None:
    """The organisation and a key in an empty store."""
    with closing(Database.open(place)) as database:
        fill(database, SIZE)
        arguments = {"key": key, "name": "bench", "scopes": ["read"], "teams": [], "limit": 10_000_000}
        LocalAccess(database).call("create_key", arguments)


Served = Sequence[tuple[str, "subprocess.Popen[str]"]]


@contextmanager
def served(place: dict[str, str], servers: int) -> Iterator[Served]:
    """Servers on one store."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("KOALR_")}
    environment = clean | {"KOALR_ENGINE_THREADS": "1", "KOALR_AS_OF": NOW} | place
    command = [sys.executable, "-m", "koalr_server", "serve", "--port", "0", "--no-access-log"]
    with ExitStack() as stack:
        running = []
        for _ in range(servers):
            process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment)
            stack.callback(process.wait)
            stack.callback(process.terminate)
            assert process.stdout is not None
            running.append((process.stdout.readline().split()[3].removesuffix("/api/v1/"), process))
        yield running


def times(servers: Served, key: str, cache_control: str) -> list[float]:
    """Milliseconds of each question, p50 of a connection."""
    headers = {"X-Koalr-Key": key, "Cache-Control": cache_control}
    url = servers[0][0]
    return [asked(url, [f"/api/v1/{name}"], headers, SECS / 2, connections=1).p50_ms for name in QUESTIONS]


def cost_ms(servers: Served, key: str) -> float:
    """Time of a core for a request, all servers being asked at the same time."""
    headers = {"X-Koalr-Key": key, "Cache-Control": "no-cache"}
    paths = [f"/api/v1/{name}" for name in QUESTIONS]

    def ask(server: tuple[str, "subprocess.Popen[str]"]) -> float:
        return asked(server[0], paths, headers, SECS, connections=1).per_second * SECS

    with ThreadPoolExecutor(len(servers)) as askers:
        list(askers.map(ask, servers))
        before = sum(cpu_secs(process) for _, process in servers)
        answers = sum(askers.map(ask, servers))
    return 1000 * (sum(cpu_secs(process) for _, process in servers) - before) / answers
