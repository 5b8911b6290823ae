"""A server that is killed at random moments while deliveries arrive, on a store of any kind, and what has to be in the store after."""

import os
import queue
import random
import signal
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import requests

from koalr_server.sources.observation import Delivery
from koalr_server.sources.rules import Rules
from koalr_server.store.database import Database
from koalr_server.store.deliveries import add_deliveries, table_of
from koalr_server.store.settling import settle
from tests.deliveries import BEGAN, SECRET, Sent

KILLS = int(os.environ.get("KILLS", "5"))
PULL_REQUESTS = int(os.environ.get("KILLED_PULL_REQUESTS", "334"))
# How soon a killed store has to be open again; a busy machine is asked for nothing.
REOPENED_SECS = float(os.environ.get("KILLED_REOPENED_SECS", "inf"))
LONGEST_START_SECS = 120
LONGEST_SENDING_SECS = 300
SENDERS = 4


@dataclass(frozen=True)
class Started:
    """A server of its own process that answers.

    Attributes:
        opening_secs: what opening the store took, by its own account.
        ready_secs: from the start of the process, its imports and all, to the first answer out of the store.
    """

    url: str
    process: "subprocess.Popen[str]"
    opening_secs: float
    ready_secs: float


@contextmanager
def started(folder: Path | None) -> Iterator[Started]:
    """A server on a data folder, None for the store of the environment; killed at the end, if it still lives."""
    environment = os.environ | {"KOALR_GITHUB_WEBHOOK_SECRET": SECRET}
    command = [sys.executable, "-m", "koalr_server", "serve", "--port", "0", "--no-access-log"]
    command += [] if folder is None else ["--data", str(folder)]
    began = time.monotonic()
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env=environment)
    try:
        assert process.stdout is not None
        words = process.stdout.readline().split()
        url = words[3].removesuffix("/api/v1/")
        assert requests.get(f"{url}/api/readyz", timeout=LONGEST_START_SECS).status_code == 200
        yield Started(url, process, float(words[-2]), time.monotonic() - began)
    finally:
        process.kill()
        process.communicate()


@contextmanager
def serving(folder: Path | None) -> Iterator[tuple[str, "subprocess.Popen[str]"]]:
    """The same, as its address and its process."""
    with started(folder) as server:
        yield server.url, server.process


class Senders:
    """Send deliveries as a tool does: each again until it is acknowledged."""

    def __init__(self, sent: list[Sent]) -> None:
        self.url = ""
        self.sent = sent
        self.acknowledged: set[str] = set()
        self._waiting: queue.SimpleQueue[Sent] = queue.SimpleQueue()
        self._count = len(sent)
        self._up = threading.Event()
        for each in sent:
            self._waiting.put(each)
        self._threads = [threading.Thread(target=self._run, daemon=True) for _ in range(SENDERS)]
        for thread in self._threads:
            thread.start()

    def aim(self, url: str) -> None:
        """Send there from now on."""
        self.url = url
        self._up.set()

    def pause(self) -> None:
        """Send no more."""
        self._up.clear()

    @property
    def done(self) -> bool:
        """Whether everything is acknowledged."""
        return len(self.acknowledged) == self._count

    def wait(self) -> None:
        """Until everything is acknowledged."""
        deadline = time.monotonic() + LONGEST_SENDING_SECS
        while not self.done:
            assert time.monotonic() < deadline, f"{len(self.acknowledged)} of {self._count} acknowledged"
            time.sleep(0.05)

    def _run(self) -> None:
        session = requests.Session()
        while not self.done:
            self._up.wait(0.2)
            try:
                each = self._waiting.get(timeout=0.1)
            except queue.Empty:
                continue
            try:
                answer = session.post(f"{self.url}/api/ingest/github", data=each.body, headers=each.headers, timeout=10)
            except requests.RequestException:
                self._waiting.put(each)
                time.sleep(0.05)
                continue
            if answer.status_code == 202:
                self.acknowledged.add(each.key)
            else:
                self._waiting.put(each)


def killed_again_and_again(folder: Path | None, senders: Senders) -> list[Started]:
    """Kill servers while they take deliveries, then let one take the rest; what each start after a kill took."""
    chance = random.Random(len(senders.sent))
    step = len(senders.sent) // (KILLS + 1)
    restarts = []
    for kill in range(KILLS):
        with started(folder) as server:
            restarts.append(server)
            senders.aim(server.url)
            deadline = time.monotonic() + LONGEST_START_SECS
            # At least so many more, so that the kills are spread; then at any moment.
            while len(senders.acknowledged) < min(len(senders.sent) - 1, step * kill + 1):
                assert time.monotonic() < deadline, f"nothing acknowledged after kill {kill}"
                time.sleep(0.005)
            time.sleep(chance.uniform(0, 0.5))
            senders.pause() if chance.random() < 0.2 else None
            server.process.send_signal(signal.SIGKILL)
            server.process.wait()
    with started(folder) as server:
        restarts.append(server)
        senders.aim(server.url)
        senders.wait()
        server.process.send_signal(signal.SIGTERM)
        server.process.wait(timeout=60)
    # The first one made the store.
    return restarts[1:]


def assert_reopened(restarts: Sequence[Started]) -> None:
    """Say what opening the stores took, and that none took too long."""
    opening, ready = ([getattr(each, name) for each in restarts] for name in ("opening_secs", "ready_secs"))
    print(
        f"{len(restarts)} starts after a kill: store open in {statistics.median(opening):.2f} s (median), "
        f"{max(opening):.2f} s (most); with imports {statistics.median(ready):.1f} s, {max(ready):.1f} s"
    )
    assert max(opening) < REOPENED_SECS, f"a store took {max(opening):.2f} s to open after a kill"


def undisturbed(sent: list[Sent]) -> Database:
    """What the same deliveries make where nothing happens."""
    database = Database.in_memory()
    table = table_of(Delivery("github", each.event, each.key, each.body) for each in sent)
    database.write_beside(lambda cursor: add_deliveries(cursor, table, BEGAN))
    while settle(database, Rules()):
        pass
    return database
