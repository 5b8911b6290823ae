"""A server that is killed at random moments while deliveries arrive: what it acknowledged is there, once, and read."""

import os
import queue
import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import requests

from koalr_server.sources.observation import Delivery
from koalr_server.sources.rules import Rules
from koalr_server.store.database import Database
from koalr_server.store.deliveries import add_deliveries, table_of
from koalr_server.store.settling import reprocess, settle
from tests.deliveries import BEGAN, SECRET, Sent, deliveries

KILLS = int(os.environ.get("KILLS", "5"))
PULL_REQUESTS = int(os.environ.get("KILLED_PULL_REQUESTS", "334"))
SENDERS = 4
TABLES = ("pull_requests", "reviews", "deployments", "pull_request_facts", "deployment_facts", "changes", "flow_items")


@contextmanager
def serving(folder: Path | None) -> Iterator[tuple[str, "subprocess.Popen[str]"]]:
    """A server of its own process on a data folder, None for the store of the environment; killed at the end, if it still lives."""
    environment = os.environ | {"KOALR_GITHUB_WEBHOOK_SECRET": SECRET}
    command = [sys.executable, "-m", "koalr_server", "serve", "--port", "0", "--no-access-log"]
    command += [] if folder is None else ["--data", str(folder)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env=environment)
    try:
        assert process.stdout is not None
        line = process.stdout.readline()
        yield line.split()[3].removesuffix("/api/v1/"), process
    finally:
        process.kill()
        process.communicate()


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


def undisturbed(sent: list[Sent]) -> Database:
    """What the same deliveries make where nothing happens."""
    database = Database.in_memory()
    table = table_of(Delivery("github", each.event, each.key, each.body) for each in sent)
    database.write_beside(lambda cursor: add_deliveries(cursor, table, BEGAN))
    while settle(database, Rules()):
        pass
    return database


def tables(database: Database) -> dict[str, list[str]]:
    return {name: sorted(map(repr, database.rows(f"SELECT * FROM {name}"))) for name in TABLES}


def test_nothing_acknowledged_is_lost_and_nothing_is_there_twice(tmp_path: Path) -> None:
    sent = deliveries(PULL_REQUESTS)
    chance = random.Random(len(sent))
    senders = Senders(sent)
    step = len(sent) // (KILLS + 1)
    for kill in range(KILLS):
        with serving(tmp_path) as (url, process):
            senders.aim(url)
            deadline = time.monotonic() + 60
            # At least so many more, so that the kills are spread; then at any moment.
            while len(senders.acknowledged) < min(len(sent) - 1, step * kill + 1) and time.monotonic() < deadline:
                time.sleep(0.005)
            time.sleep(chance.uniform(0, 0.5))
            senders.pause() if chance.random() < 0.2 else None
            process.send_signal(signal.SIGKILL)
            process.wait()
    with serving(tmp_path) as (url, process):
        senders.aim(url)
        deadline = time.monotonic() + 120
        while not senders.done:
            assert time.monotonic() < deadline, f"{len(senders.acknowledged)} of {len(sent)}"
            time.sleep(0.05)
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=30)
    database = Database.open(tmp_path)
    keys = [row["key"].removeprefix("github:") for row in database.rows("SELECT key FROM deliveries")]
    assert senders.acknowledged <= set(keys)
    assert len(keys) == len(set(keys)) == len(sent)
    while settle(database, Rules()):
        pass
    expected = undisturbed(sent)
    assert tables(database) == tables(expected)
    assert reprocess(database, Rules()) == len(sent)
    assert tables(database) == tables(expected)
    database.close()
    expected.close()


@pytest.mark.parametrize("seed", range(3))
def test_any_order_and_repetition_gives_the_same_tables(seed: int) -> None:
    sent = deliveries(12)
    chance = random.Random(seed)
    shuffled = chance.sample(sent * 2, len(sent) * 2)
    database = Database.in_memory()
    while shuffled:
        batch, shuffled = shuffled[: (size := chance.randint(1, 30))], shuffled[size:]
        table = table_of(Delivery("github", each.event, f"{each.key}-{chance.random()}", each.body) for each in batch)
        database.write_beside(lambda cursor, table=table: add_deliveries(cursor, table, BEGAN))
        if chance.random() < 0.7:
            settle(database, Rules())
    while settle(database, Rules()):
        pass
    expected = undisturbed(sent)
    assert tables(database) == tables(expected)
    assert len(database.rows("SELECT 1 FROM pull_request_facts WHERE merged_at IS NOT NULL")) == 12
    database.close()
    expected.close()
