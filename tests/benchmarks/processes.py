"""Three processes with one key of 60 requests a minute, sharing in Redis and not; and what a shared answer costs.

Run as a module it is one of the processes.
"""

import json
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from koalr_api import Koalr, KoalrError, PendingError
from tests.integration.client.limited import Limited, limited
from tests.integration.client.redis_server import RedisServer

ROOT = Path(__file__).parents[2]
KEY = "klr_live_" + "k" * 40
PROCESSES, VIEWERS, PANELS, SECS = 3, 8, 8, 75.0
LOOKS_EVERY_SECS = 2.0
SHARED_CALLS = 500


def measure() -> Sequence[tuple[str, str, str]]:
    """The processes with and without Redis, at the same time, and the cost of an answer that another one fetched."""
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        server = RedisServer(Path(folder))
        server.start()
        stack.callback(server.stop)
        together, apart = (stack.enter_context(limited(60, 60.0)) for _ in range(2))
        running = [(together, crowd(together, server.url)), (apart, crowd(apart, ""))]
        heard = [(api, [json.loads(child.communicate()[0]) for child in children]) for api, children in running]
        what = f"{PROCESSES} processes × {VIEWERS} viewers, {VIEWERS * PANELS} questions, every {LOOKS_EVERY_SECS:.0f} s for {SECS:.0f} s"
        return [
            (f"{what}: sharing in Redis", told(*heard[0]), "≤ 60 in 60 s, no 429, no error"),
            (f"{what}: each for itself", told(*heard[1]), ""),
            shared_hit(server),
        ]


def crowd(api: Limited, cache_url: str) -> list["subprocess.Popen[str]"]:
    """The processes, at work."""
    command = [sys.executable, "-m", "tests.benchmarks.processes", api.url, cache_url]
    return [subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) for _ in range(PROCESSES)]


def told(api: Limited, seen: list[dict[str, Any]]) -> str:
    """What came of it, in words."""
    waits = [wait for each in seen for wait in each["waits"]]
    errors, pending = (sum(each[name] for each in seen) for name in ("errors", "pending"))
    return (
        f"{len(waits):,} panels from {len(api.asked)} requests, at most {api.most_in_a_window()} in 60 s; "
        f"{len(api.refused)} × 429, {errors} errors, {pending} pending; wait median {statistics.median(waits) * 1e3:.2f} ms, "
        f"longest {max(waits):.1f} s; oldest value {max(each['oldest'] for each in seen):.0f} s"
    )


def shared_hit(server: RedisServer) -> tuple[str, str, str]:
    """A call answered with what another process fetched, beside the least that Redis can be asked."""
    with limited(1_000_000) as api, server.opened() as plain:
        with (
            Koalr(KEY, base_url=api.url, cache_url=server.url, cache_ttl_secs=3600) as first,
            Koalr(KEY, base_url=api.url, cache_url=server.url, cache_ttl_secs=3600) as second,
        ):
            first_secs, second_secs = ([timed_flow(koalr, days) for days in calls()] for koalr in (first, second))
        plain_secs = [timed(lambda: plain.get("nothing")) for _ in calls()]
        assert len(api.asked) == SHARED_CALLS
    shared, asked, floor = (statistics.median(each) * 1e6 for each in (second_secs, first_secs, plain_secs))
    return (
        "an answer that another process fetched, once per process and life",
        f"{shared:.0f} µs, {shared / floor:.1f} × a GET of Redis; asking this API on loopback {asked:.0f} µs",
        "under 2 ms",
    )


def calls() -> range:
    """Questions, each asked once."""
    return range(1, SHARED_CALLS + 1)


def timed_flow(koalr: Koalr, days: int) -> float:
    """Seconds that a call takes."""
    return timed(lambda: koalr.metrics.flow(days=days))


def timed(work: Any) -> float:
    """Seconds that something takes."""
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def look(url: str, cache_url: str) -> dict[str, Any]:
    """One process: viewers that look every two seconds at values that live for two."""
    waits: list[float] = []
    ages: list[float] = []
    failures = {"errors": 0, "pending": 0}
    cache = cache_url or None
    with Koalr(KEY, base_url=url, cache_url=cache, cache_ttl_secs=2, patience_secs=2, max_age_secs=300) as koalr:
        until = time.monotonic() + SECS

        def view(number: int) -> None:
            while time.monotonic() < until:
                for panel in range(PANELS):
                    began = time.monotonic()
                    try:
                        ages.append(koalr.metrics.flow(days=1 + number * PANELS + panel).age.total_seconds())
                        waits.append(time.monotonic() - began)
                    except PendingError:
                        failures["pending"] += 1
                    except KoalrError:
                        failures["errors"] += 1
                time.sleep(LOOKS_EVERY_SECS)

        viewers = [threading.Thread(target=view, args=(number,)) for number in range(VIEWERS)]
        for viewer in viewers:
            viewer.start()
        for viewer in viewers:
            viewer.join()
    return {"waits": waits, "oldest": max(ages, default=0.0), **failures}


if __name__ == "__main__":
    print(json.dumps(look(sys.argv[1], sys.argv[2])))
