"""What five hundred viewers cost a key with 60 requests a minute, what they see, and what a call costs."""

import os
import statistics
import sys
import threading
import time
from collections.abc import Callable, Sequence

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from koalr_api import Koalr, KoalrError, PendingError
from koalr_server.commands.sampling import load_into
from koalr_server.http.app import create_server
from koalr_server.http.service import Service
from koalr_server.keys import new_key
from koalr_server.store.database import Database
from koalr_server.store.gateway import LocalAccess
from tests.benchmarks import processes
from tests.benchmarks.requests_cache_office import RequestsCacheOffice, on_clock
from tests.policies import TtlOffice, lock_per_question, one_lock
from tests.running import running
from tests.virtual import DeskOffice, Server, Time, crowd

Rows = Sequence[tuple[str, str, str]]
Office = DeskOffice | TtlOffice | RequestsCacheOffice
VIEWERS, DISTINCT, MINUTES = 500, 120, 30
LOOPBACK_SECS = 75.0
LOOPBACK_VIEWERS = 24
CALLS = 20_000


def measure() -> Rows:
    """The simulated half hour of each, the loopback run, and the costs of a call and of importing."""
    return [*simulated(), loopback(), *processes.measure(), cached_call(), cold_question(), importing()]


def simulated() -> Rows:
    """Half an hour of the desk and of three other caches, on the same virtual clock with the same viewers."""
    offices: dict[str, Callable[[Time, Server], Office]] = {
        "koalr_api": DeskOffice,
        "TTLCache with a lock": lambda time, server: TtlOffice(time, server, one_lock),
        "st.cache_data (its policy)": lambda time, server: TtlOffice(time, server, lock_per_question),
        "requests-cache": RequestsCacheOffice,
    }
    what = f"{VIEWERS} viewers × 8 panels, {DISTINCT} questions, {MINUTES} min, 60 requests a minute"
    bar = "≤ 60 a minute, no 429, no error, median wait 0, none over 2 s, none older than 300 s"
    return [(f"{what}: {name}", half_hour(make), bar if name == "koalr_api" else "") for name, make in offices.items()]


def half_hour(make: Callable[[Time, Server], Office]) -> str:
    """What came of it, in words. What viewers saw counts after the first fill."""
    now = Time()
    server = Server(now)
    office = make(now, server)
    with on_clock(now):
        crowd(now, office.ask, VIEWERS, DISTINCT, MINUTES * 60)
        now.run(MINUTES * 60)
    filled = {}
    for at, request in server.answered:
        filled.setdefault(request, at)
    fill_secs = max(filled.values())
    seen = office.seen.since(fill_secs + server.latency_secs)
    waits = [waited for _, waited, _ in seen.values]
    ages = [age for _, _, age in seen.values]
    return (
        f"first fill {len(filled)} in {fill_secs:.0f} s; at most {server.most_in_a_minute()} requests in 60 s, "
        f"{len(server.refused):,} × 429, {len(seen.misses):,} of {len(seen.misses) + len(waits):,} panels without a value; "
        f"wait median {statistics.median(waits):.1f} s, longest {max(waits):.1f} s; oldest value {max(ages):.0f} s"
    )


class Counted:
    """An application, and when which status was answered."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self.answers: list[tuple[float, int]] = []

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hand on, and note the status."""
        began = time.monotonic()

        async def noting(message: Message) -> None:
            if message["type"] == "http.response.start":
                self.answers.append((began, message["status"]))
            await send(message)

        await self._app(scope, receive, noting)

    def most_in_a_minute(self) -> int:
        """Requests in the busiest 60 s."""
        times = sorted(at for at, _ in self.answers)
        return max(sum(1 for other in times if at - 60 < other <= at) for at in times)


def served(limit: int) -> tuple[Database, Counted, str]:
    """The sample, served to a key with a limit."""
    database = Database.in_memory()
    access = LocalAccess(database)
    load_into(access, shifted=True)
    key = new_key()
    access.call("create_key", {"key": key, "name": "bench", "scopes": ["read"], "teams": [], "limit": limit})
    return database, Counted(create_server(Service(database))), key


def loopback() -> tuple[str, str, str]:
    """Real threads, sockets and server: viewers look every two seconds at values that live for two."""
    database, app, key = served(60)
    values, pending, errors, waits = [], [], [], []
    with running(app) as url, Koalr(key, base_url=url, cache_ttl_secs=2, patience_secs=2, max_age_secs=300) as koalr:
        until = time.monotonic() + LOOPBACK_SECS

        def look(viewer: int) -> None:
            while time.monotonic() < until:
                for days in range(1, 9):
                    began = time.monotonic()
                    try:
                        found = koalr.metrics.flow(days=days + 8 * (viewer % 9))
                        values.append(found.age.total_seconds())
                        waits.append(time.monotonic() - began)
                    except PendingError:
                        pending.append(1)
                    except KoalrError as error:
                        errors.append(str(error))
                time.sleep(2)

        threads = [threading.Thread(target=look, args=(viewer,)) for viewer in range(LOOPBACK_VIEWERS)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    database.close()
    refused = sum(status == 429 for _, status in app.answers)
    return (
        f"{LOOPBACK_VIEWERS} viewers on loopback in threads, 72 questions, every 2 s for {LOOPBACK_SECS:.0f} s",
        f"{len(values):,} panels from {len(app.answers)} requests, at most {app.most_in_a_minute()} in 60 s; {refused} × 429, "
        f"{len(errors)} errors, {len(pending)} pending; wait median {statistics.median(waits) * 1e3:.2f} ms, "
        f"longest {max(waits):.1f} s; oldest value {max(values):.0f} s",
        "≤ 60 a minute, no 429, no error",
    )


def cached_call() -> tuple[str, str, str]:
    """A call answered from memory, by the public API."""
    database, app, key = served(1_000_000)
    with running(app) as url, Koalr(key, base_url=url, cache_ttl_secs=3600) as koalr:
        koalr.metrics.dora(days=30)
        rounds = []
        for _ in range(5):
            began = time.perf_counter()
            for _ in range(CALLS):
                koalr.metrics.dora(days=30)
            rounds.append((time.perf_counter() - began) / CALLS * 1e6)
    database.close()
    return "koalr.metrics.dora(days=30) from memory", f"{min(rounds):.1f} µs", "under 20 µs"


def cold_question() -> tuple[str, str, str]:
    """Many threads, one question nobody asked before."""
    database, app, key = served(1_000_000)
    with running(app) as url:
        counts = []
        for _ in range(10):
            with Koalr(key, base_url=url) as koalr:
                before, ready = len(app.answers), threading.Barrier(64)

                def ask(koalr: Koalr = koalr, ready: threading.Barrier = ready) -> None:
                    ready.wait()
                    koalr.metrics.dora(days=30)

                threads = [threading.Thread(target=ask) for _ in range(64)]
                for thread in threads:
                    thread.start()
                for thread in threads:
                    thread.join()
                counts.append(len(app.answers) - before)
    database.close()
    return "64 threads on one cold question, 10 times", f"{max(counts)} request each", "1 request"


def importing() -> tuple[str, str, str]:
    """Importing the client beside importing what it is built on, by processor time of new interpreters, in turns."""
    ours, theirs = [], []
    for _ in range(9):
        theirs.append(interpreter_secs("import requests, cachetools"))
        ours.append(interpreter_secs("import koalr_api"))
    ratio = min(ours) / min(theirs)
    return (
        "import koalr_api, beside requests and cachetools",
        f"{min(ours) * 1e3:.0f} ms and {min(theirs) * 1e3:.0f} ms, {ratio:.2f} ×",
        "under 1.3 ×",
    )


def interpreter_secs(code: str) -> float:
    """Processor seconds of a new interpreter that runs some code."""
    child = os.posix_spawn(sys.executable, [sys.executable, "-c", code], dict(os.environ))
    _, status, used = os.wait4(child, 0)
    assert status == 0
    return used.ru_utime + used.ru_stime
