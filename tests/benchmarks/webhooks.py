"""Deliveries at a steady rate: how soon they are acknowledged, whether any fails, and how soon the tables have caught up."""

import http.client
import os
import statistics
import tempfile
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import urlsplit

from koalr_server.keys import new_key
from koalr_server.store.gateway import open_access
from tests.deliveries import Sent, deliveries
from tests.killing import serving

RATE = int(os.environ.get("WEBHOOK_RATE", "300"))
SECS = int(os.environ.get("WEBHOOK_SECS", "60"))
SENDERS = 16
# What GitHub sends of a pull request is some 20 kB.
PADDING = 20_000
POLL_SECS = 0.1
LONGEST_CATCH_UP_SECS = 300.0


def measure() -> Sequence[tuple[str, str, str]]:
    """The server alone, with senders in this process."""
    sent = deliveries(-(-RATE * SECS // 6), padding=PADDING)[: RATE * SECS]
    with tempfile.TemporaryDirectory() as folder:
        key = new_key()
        with open_access(Path(folder)) as store:
            arguments = {"key": key, "name": "bench", "scopes": ["read"], "teams": [], "limit": 1_000_000}
            store.call("create_key", arguments)
        with serving(Path(folder)) as (url, _process):
            taken, failed = send(url, sent, RATE)
            ended = time.monotonic()
            while unread(url, key) and time.monotonic() - ended < LONGEST_CATCH_UP_SECS:
                time.sleep(POLL_SECS)
            caught_up_secs = time.monotonic() - ended
        with open_access(Path(folder)) as store:
            content = store.call("content", {})
    assert content["content"] == "real"
    taken_ms = sorted(1000 * secs for secs in taken)
    return [
        (
            f"{RATE} deliveries a second of {PADDING // 1000} kB for {SECS} s: acknowledged, failed",
            f"{len(taken):,} of {len(sent):,}, {failed} failed",
            "none failed",
        ),
        (
            "time until one is acknowledged: p50, p99",
            f"{statistics.median(taken_ms):.1f}, {taken_ms[int(0.99 * len(taken_ms))]:.1f} ms",
            "p50 under 50 ms",
        ),
        ("tables caught up after the last one", f"{caught_up_secs:.1f} s", "within 5 s"),
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
