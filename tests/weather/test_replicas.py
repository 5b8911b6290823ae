"""Three servers and two dashboards behind nginx, as deploy/ has them: one limit, one set of keys, restarts that nobody notices."""

import queue
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import pytest
import requests

from scripts import replicas
from scripts.replicas import ROOT, Topology, topology
from tests.deliveries import SECRET, Sent, deliveries

pytestmark = [
    pytest.mark.skipif(bool(replicas.missing()), reason=f"needs {', '.join(replicas.missing())}"),
    pytest.mark.filterwarnings("ignore:Unverified HTTPS request"),
]


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Topology]:
    pytest.importorskip("duckdb_extension_ducklake", reason="needs the packages of requirements-shared.txt")
    with topology(tmp_path_factory.mktemp("replicas"), secret=SECRET) as found:
        yield found


def koalr(found: Topology, *arguments: str) -> str:
    """What a command prints."""
    command = [sys.executable, "-m", "koalr_server", *arguments]
    return subprocess.run(
        command, cwd=ROOT, env=found.environment, capture_output=True, text=True, check=True
    ).stdout.strip()


def ask(url: str, key: str, path: str = "/api/v1/metrics/dora") -> requests.Response:
    return requests.get(url + path, headers={"X-Koalr-Key": key}, timeout=60, verify=False)


def test_a_limit_is_one_for_all_servers(running: Topology) -> None:
    key = koalr(running, "keys", "create", "--name", "calm", "--limit", "20").split()[-1]
    time.sleep(1)
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: ask(running.url, key), range(90)))
    # Twenty, and as many again in a burst.
    assert sorted({answer.status_code for answer in answers}) == [200, 429]
    assert sum(answer.status_code == 200 for answer in answers) == 40, running.logs()
    assert all(answer.headers["Retry-After"] for answer in answers if answer.status_code == 429)
    served = {line.split()[0] for line in running.log.read_text().splitlines() if "/api/v1/metrics/dora" in line}
    assert len(served) == replicas.SERVERS, "all had a part in it"


def eventually(running: Topology, key: str, status: int) -> None:
    """Every server answers a key with this; each looks four times a second at what the others did."""
    deadline = time.monotonic() + 60
    while {ask(url, key).status_code for url in running.server_urls()} != {status}:
        assert time.monotonic() < deadline
        time.sleep(0.25)


def test_a_key_that_is_revoked_is_refused_by_all(running: Topology) -> None:
    key = koalr(running, "keys", "create", "--name", "leaving").split()[-1]
    eventually(running, key, 200)
    key_id = next(line.split()[0] for line in koalr(running, "keys", "list").splitlines() if "leaving" in line)
    koalr(running, "keys", "revoke", key_id)
    eventually(running, key, 401)


class Callers:
    """Two who send deliveries, once each, and one who asks all the time; what was not answered well is kept."""

    def __init__(self, running: Topology, sent: Sequence[Sent]) -> None:
        self.accepted: set[str] = set()
        self.asked: list[int] = []
        self.unwell: list[str] = []
        self._running = running
        self._waiting: queue.SimpleQueue[Sent] = queue.SimpleQueue()
        for each in sent:
            self._waiting.put(each)
        self._over = threading.Event()
        self._senders = [threading.Thread(target=self._send) for _ in range(2)]
        self._asker = threading.Thread(target=self._ask)
        for thread in (*self._senders, self._asker):
            thread.start()

    def end(self) -> None:
        """Once everything is sent."""
        for thread in self._senders:
            thread.join(120)
        self._over.set()
        self._asker.join(120)

    def _send(self) -> None:
        session = requests.Session()
        with suppress(queue.Empty):
            while True:
                each = self._waiting.get_nowait()
                answer = session.post(
                    f"{self._running.url}/api/ingest/github",
                    data=each.body,
                    headers=dict(each.headers),
                    timeout=60,
                    verify=False,
                )
                if answer.status_code == 202:
                    self.accepted.add(each.key)
                else:
                    self.unwell.append(f"{answer.status_code} {answer.text}")
                self._over.wait(0.05)

    def _ask(self) -> None:
        while not self._over.wait(0.02):
            answer = ask(self._running.url, self._running.key)
            self.asked.append(answer.status_code)
            if answer.status_code != 200:
                self.unwell.append(answer.text)


def test_a_rolling_restart_drops_no_question_and_no_delivery(running: Topology) -> None:
    sent = deliveries(15)
    callers = Callers(running, sent)
    for number in range(1, replicas.SERVERS + 1):
        running.stop(f"api{number}", signal.SIGTERM)
        running.run(f"api{number}")
        running.wait(f"api{number}")
    callers.end()
    assert callers.unwell == []
    assert callers.accepted == {each.key for each in sent}
    assert len(callers.asked) > 10
    deadline = time.monotonic() + 60
    while "not read yet" in koalr(running, "doctor"):
        assert time.monotonic() < deadline
    assert "github: 90 kept" in koalr(running, "doctor")


def test_a_killed_server_is_passed_by(running: Topology) -> None:
    running.stop("api2", signal.SIGKILL)
    try:
        assert [ask(running.url, running.key).status_code for _ in range(20)] == [200] * 20
    finally:
        running.run("api2")
        running.wait("api2")


def test_a_viewer_stays_with_one_dashboard_and_goes_on_with_the_other_when_it_is_gone(running: Topology) -> None:
    session = requests.Session()
    before = len(running.log.read_text().splitlines())
    for _ in range(6):
        assert session.get(f"{running.url}/healthz", timeout=60, verify=False).json()["status"] == "ok"
    assert "koalr_place" in session.cookies
    lines = running.log.read_text().splitlines()[before:]
    (place,) = {line.split()[0] for line in lines}
    name = next(each for each in ("dashboard1", "dashboard2") if place.endswith(f":{running.port_of(each)}"))
    running.stop(name, signal.SIGKILL)
    try:
        assert session.get(f"{running.url}/healthz", timeout=60, verify=False).json()["status"] == "ok"
    finally:
        running.run(name)
        running.wait(name)
