"""Deliveries at a steady rate: how soon they are acknowledged, whether any fails, and how soon the tables have caught up."""

import http.client
import os
import statistics
import tempfile
import threading
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from urllib.parse import urlsplit

from koalr_server.keys import new_key
from koalr_server.store.gateway import open_access
from tests.benchmarks.pages import serving as dashboards
from tests.benchmarks.sessions import Session
from tests.deliveries import Sent, deliveries
from tests.killing import serving

RATE = int(os.environ.get("WEBHOOK_RATE", "300"))
SECS = int(os.environ.get("WEBHOOK_SECS", "60"))
SENDERS = 16
# With a dashboard in use: how many look at it, and how often.
IN_USE_RATE = 100
VIEWERS, THINKING_SECS = 10, 5.0
PAGES = ("", "dora", "flow", "reviews", "deployments")
# What GitHub sends of a pull request is some 20 kB.
PADDING = 20_000
POLL_SECS = 0.1
LONGEST_CATCH_UP_SECS = 300.0


def measure() -> Sequence[tuple[str, str, str]]:
    """The server alone, then a third of the rate with a dashboard in use, with senders in this process."""
    with ExitStack() as stack:
        url, key = _server(stack)
        alone = _rows(RATE, _sent(url, key, RATE), "none failed", "p50 under 50 ms", "within 5 s")
    with ExitStack() as stack:
        url, key = _server(stack)
        dashboard, _ = stack.enter_context(
            dashboards("app.py", KOALR_API_URL=url, KOALR_API_KEY=key, KOALR_CACHE_DIR="")
        )
        visitors = stack.enter_context(ThreadPoolExecutor(VIEWERS))
        looking = [visitors.submit(_look, dashboard, number) for number in range(VIEWERS)]
        beside = _rows(IN_USE_RATE, _sent(url, key, IN_USE_RATE), "none failed", "", "within 5 s")
        run_secs = sorted(secs for each in looking for secs in each.result())
    what = f"pages of a dashboard on that server meanwhile, {VIEWERS} viewers who click every {THINKING_SECS:.0f} s"
    p50, p99 = statistics.median(run_secs), run_secs[int(0.99 * len(run_secs))]
    return [*alone, *beside, (f"{what}: p50, p99", f"{p50:.2f}, {p99:.2f} s of {len(run_secs)}", "p99 under 3 s")]


def _server(stack: ExitStack) -> tuple[str, str]:
    """A server on an empty store until the stack ends; its address and a key."""
    folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
    key = new_key()
    with open_access(folder) as store:
        arguments = {"key": key, "name": "bench", "scopes": ["read"], "teams": [], "limit": 1_000_000}
        store.call("create_key", arguments)
    url, _ = stack.enter_context(serving(folder))
    return url, key


def _look(url: str, number: int) -> list[float]:
    """Click through the pages for as long as deliveries come; seconds of each run."""
    ends = time.monotonic() + SECS
    taken = []
    time.sleep(THINKING_SECS * number / VIEWERS)
    with Session(url) as session:
        session.open()
        while time.monotonic() < ends:
            time.sleep(THINKING_SECS)
            taken.append(session.open(PAGES[len(taken) % len(PAGES)]))
    return taken


def _sent(url: str, key: str, rate: int) -> tuple[list[float], int, float]:
    """Seconds until each was acknowledged, how many failed, and seconds until the tables had caught up."""
    sent = deliveries(-(-rate * SECS // 6), padding=PADDING)[: rate * SECS]
    taken, failed = send(url, sent, rate)
    ended = time.monotonic()
    while unread(url, key) and time.monotonic() - ended < LONGEST_CATCH_UP_SECS:
        time.sleep(POLL_SECS)
    return taken, failed, time.monotonic() - ended


def _rows(rate: int, found: tuple[list[float], int, float], *bars: str) -> list[tuple[str, str, str]]:
    taken, failed, caught_up_secs = found
    taken_ms = sorted(1000 * secs for secs in taken)
    return [
        (
            f"{rate} deliveries a second of {PADDING // 1000} kB for {SECS} s: acknowledged, failed",
            f"{len(taken):,} of {rate * SECS:,}, {failed} failed",
            bars[0],
        ),
        (
            "time until one is acknowledged: p50, p99",
            f"{statistics.median(taken_ms):.1f}, {taken_ms[int(0.99 * len(taken_ms))]:.1f} ms",
            bars[1],
        ),
        ("tables caught up after the last one", f"{caught_up_secs:.1f} s", bars[2]),
    ]


def send(url: str, sent: Sequence[Sent], rate: int) -> tuple[list[float], int]:
    """Send each at its time, late ones at once; seconds each took, from its time on, and how many failed."""
    host = urlsplit(url)
    prepared = [(each.body, dict(each.headers)) for each in sent]
    taken: list[float] = []
    failures: list[int] = []
    began = time.monotonic() + 0.5
    places = iter(range(len(sent)))
    lock = threading.Lock()

    def run() -> None:
        connection = http.client.HTTPConnection(str(host.hostname), host.port or 80, timeout=30)
        while True:
            with lock:
                place = next(places, None)
            if place is None:
                return
            due = began + place / rate
            time.sleep(max(0.0, due - time.monotonic()))
            body, headers = prepared[place]
            try:
                connection.request("POST", "/api/ingest/github", body, headers)
                answer = connection.getresponse()
                answer.read()
                if answer.status == 202:
                    taken.append(time.monotonic() - due)
                else:
                    failures.append(answer.status)
            except OSError:
                failures.append(0)
                connection.close()

    threads = [threading.Thread(target=run) for _ in range(SENDERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return taken, len(failures)


def unread(url: str, key: str) -> int:
    """How many deliveries are not in the tables yet."""
    host = urlsplit(url)
    connection = http.client.HTTPConnection(str(host.hostname), host.port or 80, timeout=30)
    connection.request("GET", "/api/metrics", headers={"X-Koalr-Key": key})
    text = connection.getresponse().read().decode()
    connection.close()
    return next(int(float(line.split()[1])) for line in text.splitlines() if line.startswith("koalr_inbox_unread "))
