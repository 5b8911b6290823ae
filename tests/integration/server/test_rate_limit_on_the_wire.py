"""The rate limit under a real load over loopback: what is let through is counted here again, from outside."""

import math
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime

import pytest
import requests

from koalr_server.clock import Calendar
from koalr_server.http.app import create_server
from koalr_server.http.service import Service
from koalr_server.store.database import Database
from koalr_server.store.gateway import LocalAccess
from tests.integration.server.conftest import Api
from tests.integration.server.refusals import refused
from tests.running import running

LIMIT = 60
THREADS = 8


@dataclass(frozen=True)
class Shot:
    """One request: when it left, when its answer was there, and the answer."""

    sent_at: float
    received_at: float
    answer: requests.Response

    def header(self, name: str) -> int:
        """A number of the rate limit."""
        return int(self.answer.headers[name])


@dataclass
class Limited:
    """A server of its own, whose clock can be put forward."""

    api: Api
    ahead_secs: float = 0.0

    def now(self) -> float:
        """The server's clock."""
        return time.time() + self.ahead_secs

    def fire(self, number: int, key: str | None) -> list[Shot]:
        """So many requests at once, from several threads with a connection each."""
        start = threading.Barrier(THREADS)

        def fire(_thread: int) -> list[Shot]:
            with requests.Session() as session:
                session.headers.update({"X-Koalr-Key": key} if key else {})
                start.wait()
                return [self.shoot(session) for _ in range(number // THREADS)]

        with ThreadPoolExecutor(THREADS) as pool:
            return [shot for shots in pool.map(fire, range(THREADS)) for shot in shots]

    def shoot(self, session: requests.Session) -> Shot:
        """One request."""
        sent_at = self.now()
        answer = session.get(f"{self.api.base_url}/api/v1/teams", timeout=20)
        return Shot(sent_at, self.now(), answer)


@pytest.fixture
def server() -> Iterator[Limited]:
    database = Database.in_memory()
    found = Limited(Api("", LocalAccess(database), ""))
    service = Service(database, Calendar(as_of=datetime(2025, 3, 31, tzinfo=UTC)))
    with running(create_server(service, clock=found.now)) as base_url:
        found.api.base_url = base_url
        yield found
    database.close()


def admitted(shots: list[Shot], status: int = 200) -> list[Shot]:
    return [shot for shot in shots if shot.answer.status_code == status]


def within(earliest: float, value: int, latest: float) -> bool:
    """Whether a header in whole seconds lies between two moments of this side."""
    return math.floor(earliest) <= value <= math.ceil(latest)


def test_of_200_at_once_exactly_the_limit_and_its_burst_pass(server: Limited) -> None:
    shots = server.fire(200, server.api.new_key(limit=LIMIT))
    passed, stopped = admitted(shots), admitted(shots, 429)
    assert (len(passed), len(stopped)) == (2 * LIMIT, 200 - 2 * LIMIT)
    assert sorted(shot.header("X-RateLimit-Remaining") for shot in passed) == [0] * (LIMIT + 1) + list(range(1, LIMIT))
    assert {shot.header("X-RateLimit-Limit") for shot in shots} == {LIMIT}
    # A request is sure to pass when fewer than the limit are in the last minute: when the 61st admitted has left it.
    sent, received = (sorted(getattr(shot, side) for shot in passed) for side in ("sent_at", "received_at"))
    for shot in stopped:
        refused(shot.answer, 429)
        assert within(sent[LIMIT] + 60, shot.header("X-RateLimit-Reset"), received[LIMIT] + 60)
        wait = shot.header("Retry-After")
        assert (
            shot.header("X-RateLimit-Reset") - shot.received_at
            <= wait
            <= shot.header("X-RateLimit-Reset") - shot.sent_at + 1
        )
    for shot in passed:
        if shot.header("X-RateLimit-Remaining"):
            assert within(shot.sent_at, shot.header("X-RateLimit-Reset"), shot.received_at)


def test_what_was_refused_does_not_count(server: Limited) -> None:
    key = server.api.new_key(limit=LIMIT)
    for _ in range(3):
        server.fire(200, key)
    server.ahead_secs += 61
    shots = server.fire(40, key)
    assert len(admitted(shots)) == 40
    assert min(shot.header("X-RateLimit-Remaining") for shot in shots) == LIMIT - 40


def test_a_request_at_the_reset_passes(server: Limited) -> None:
    key = server.api.new_key(limit=LIMIT)
    reset_at = admitted(server.fire(200, key), 429)[-1].header("X-RateLimit-Reset")
    server.ahead_secs += reset_at - server.now()
    assert server.fire(8, key)[0].answer.status_code == 200


def test_after_a_burst_the_plain_limit_holds_for_a_minute(server: Limited) -> None:
    key = server.api.new_key(limit=LIMIT)
    assert len(admitted(server.fire(200, key))) == 2 * LIMIT
    server.ahead_secs += 61  # the burst ended after 30 s, and the next may start 60 s after that
    assert len(admitted(server.fire(200, key))) == LIMIT
    server.ahead_secs += 61
    assert len(admitted(server.fire(200, key))) == 2 * LIMIT


def test_refusals_without_a_key_count_for_the_address_and_not_for_a_key(server: Limited) -> None:
    key = server.api.new_key(limit=LIMIT)
    shots = server.fire(200, None)
    assert (len(admitted(shots, 401)), len(admitted(shots, 429))) == (2 * LIMIT, 200 - 2 * LIMIT)
    assert len(admitted(server.fire(40, key))) == 40
    assert {shot.answer.status_code for shot in server.fire(16, "klr_live_wrong")} == {429}


def test_a_noisy_key_takes_nothing_from_another(server: Limited) -> None:
    noisy, quiet = server.api.new_key(limit=1), server.api.new_key(limit=1_000)
    done = threading.Event()
    refusals = [0] * 4

    def hammer(thread: int) -> None:
        with requests.Session() as session:
            session.headers["X-Koalr-Key"] = noisy
            while not done.is_set():
                refusals[thread] += server.shoot(session).answer.status_code == 429

    threads = [threading.Thread(target=hammer, args=(number,)) for number in range(len(refusals))]
    for thread in threads:
        thread.start()
    with requests.Session() as session:
        session.headers["X-Koalr-Key"] = quiet
        shots = [server.shoot(session) for _ in range(200)]
    done.set()
    for thread in threads:
        thread.join()
    assert len(admitted(shots)) == len(shots)
    assert sum(refusals) > 100
