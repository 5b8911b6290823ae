"""Threads, patience, views, forks and closing, with a sender in the place of the network."""

import gc
import math
import os
import subprocess
import sys
import threading
import time
import weakref
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from koalr_api import APIConnectionError, Koalr, PendingError, Priority, RateLimitError, workers
from koalr_api.answer import Answer
from koalr_api.job import Exchange
from koalr_api.request import Request
from koalr_api.shared import Question, Turn
from koalr_api.transport import Transport, utc_now

ROOT = Path(__file__).parents[3]
KEY = "klr_live_" + "k" * 40
FLOW = {"cycleTime": 2.4, "throughput": 18, "wipCount": 6, "flowEfficiency": 0.5}
Send = Callable[[Transport, Request, str | None], Exchange]


class Wire:
    """Takes the requests of every client of this test; answers when it is let."""

    def __init__(self) -> None:
        self.sent: list[Request] = []
        self.threads: set[str] = set()
        self.let = threading.Event()
        self.let.set()
        self.error: Exception | None = None
        self.body: dict[str, Any] = FLOW
        self.etag: str | None = None
        self.unchanged = False
        self._lock = threading.Lock()

    def send(self, _transport: Transport, request: Request, etag: str | None = None) -> Exchange:
        with self._lock:
            self.sent.append(request)
            self.threads.add(threading.current_thread().name)
        assert self.let.wait(10)
        if self.error is not None:
            return Exchange(utc_now(), error=self.error)
        answer = Answer(self.body, utc_now(), utc_now, etag=self.etag, size_bytes=100)
        return Exchange(utc_now(), answer=answer, unchanged=self.unchanged)


@pytest.fixture
def wire(monkeypatch: pytest.MonkeyPatch) -> Wire:
    found = Wire()
    monkeypatch.setattr(Transport, "send", lambda *given: found.send(*given))
    return found


class Clock:
    """The machine's, which a test may put forward."""

    def __init__(self) -> None:
        self.ahead = 0.0

    def __call__(self) -> float:
        return time.monotonic() + self.ahead

    def wall(self) -> datetime:
        return datetime.now(UTC) + timedelta(seconds=self.ahead)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def page(wire: Wire, clock: Clock) -> Iterator[Koalr]:
    with Koalr(KEY, patience_secs=2.0, max_age_secs=300.0, clock=clock, wall_clock=clock.wall) as found:
        yield found


@pytest.fixture
def script(wire: Wire, clock: Clock) -> Koalr:
    return Koalr(KEY, clock=clock, wall_clock=clock.wall)


def together(count: int, ask: Callable[[], object]) -> list[object]:
    """The same call from so many threads at once; what each got or raised."""
    found: list[object] = []
    ready = threading.Barrier(count)

    def run() -> None:
        ready.wait()
        try:
            found.append(ask())
        except Exception as error:
            found.append(error)

    threads = [threading.Thread(target=run) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return found


def eventually(check: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 5
    while not check():
        assert time.monotonic() < deadline
        time.sleep(0.005)


class TestAScript:
    def test_fetches_in_its_own_thread_and_starts_no_other(self, script: Koalr, wire: Wire) -> None:
        others = set(threading.enumerate())  # such as those of clients that earlier tests left alive
        assert script.metrics.flow().wip_count == 6
        assert wire.threads == {"MainThread"}
        assert set(threading.enumerate()) <= others

    def test_of_64_threads_on_a_cold_question_makes_one_request(self, script: Koalr, wire: Wire) -> None:
        wire.let.clear()
        threading.Timer(0.1, wire.let.set).start()
        found = together(64, script.metrics.flow)
        assert len(wire.sent) == 1
        assert len({id(each) for each in found}) == 1

    def test_gives_up_a_request_that_is_interrupted_so_that_others_get_theirs(
        self, script: Koalr, wire: Wire, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def interrupted(*_given: object) -> Exchange:
            raise KeyboardInterrupt

        with monkeypatch.context() as patched:
            patched.setattr(Transport, "send", interrupted)
            with pytest.raises(KeyboardInterrupt):
                script.metrics.flow()
        # It may have arrived all the same.
        assert script.stats().requests_last_minute == 1
        assert script.metrics.flow().wip_count == 6
        assert script.stats().requests_last_minute == 2

    def test_gets_an_error_of_its_own_in_every_thread(self, script: Koalr, wire: Wire) -> None:
        wire.error = APIConnectionError("lost")
        found = together(8, script.metrics.flow)
        assert all(isinstance(each, APIConnectionError) and str(each) == "lost" for each in found)
        assert len({id(each) for each in found}) == 8

    def test_waits_for_its_turn_when_the_minute_is_spent(self, wire: Wire) -> None:
        slept: list[float] = []
        clock = Clock()

        def sleep(secs: float) -> None:
            slept.append(secs)
            clock.ahead += secs

        koalr = Koalr(KEY, clock=clock, wall_clock=clock.wall, sleep=sleep)
        for days in range(1, 62):
            koalr.metrics.flow(days=days)
        assert len(wire.sent) == 61
        assert 55 < sum(slept) < 61

    def test_shares_the_budget_of_a_key_with_other_clients_of_the_process(self, script: Koalr, clock: Clock) -> None:
        other = Koalr(KEY, clock=clock, wall_clock=clock.wall)
        stranger = Koalr("klr_live_" + "s" * 40, clock=clock, wall_clock=clock.wall)
        script.metrics.flow()
        other.metrics.flow()
        assert (script.stats().budget_left, stranger.stats().budget_left) == (58, 60)


class TestAPage:
    def test_with_endless_patience_waits_like_a_script(self, wire: Wire, clock: Clock) -> None:
        with Koalr(KEY, patience_secs=math.inf, clock=clock, wall_clock=clock.wall) as endless:
            assert endless.metrics.flow().wip_count == 6

    def test_of_64_viewers_on_a_cold_question_makes_one_request(self, page: Koalr, wire: Wire) -> None:
        wire.let.clear()
        threading.Timer(0.1, wire.let.set).start()
        assert len({id(each) for each in together(64, page.metrics.flow)}) == 1
        assert len(wire.sent) == 1

    def test_is_told_its_place_when_its_patience_ends(self, page: Koalr, wire: Wire) -> None:
        wire.let.clear()
        began = time.monotonic()
        with pytest.raises(PendingError) as caught:
            page.with_options(patience_secs=0.05).metrics.flow()
        assert time.monotonic() - began < 1
        assert caught.value.place == 1
        assert caught.value.expected_at.tzinfo is not None
        assert "/api/v1/flow is number 1 in the queue" in str(caught.value)
        wire.let.set()
        assert page.metrics.flow().wip_count == 6
        assert len(wire.sent) == 1

    def test_shows_an_old_value_at_once_and_the_new_one_soon(self, page: Koalr, wire: Wire, clock: Clock) -> None:
        old = page.metrics.flow()
        wire.body = FLOW | {"wipCount": 7}
        clock.ahead = 70
        wire.let.clear()
        assert page.metrics.flow() is old
        wire.let.set()
        eventually(lambda: page.metrics.flow().wip_count == 7)
        assert len(wire.sent) == 2

    def test_keeps_a_value_through_an_answer_that_does_not_fit(self, page: Koalr, wire: Wire, clock: Clock) -> None:
        page.metrics.flow()
        wire.body = FLOW | {"wipCount": "six"}
        clock.ahead = 70
        page.metrics.flow()
        eventually(lambda: page.metrics.flow().stale)
        found = page.metrics.flow()
        assert found.wip_count == 6
        assert "wipCount" in str(found.answer.stale_reason)

    def test_asks_anew_when_somebody_presses_the_button(self, page: Koalr, wire: Wire, clock: Clock) -> None:
        page.metrics.flow()
        page.refresh().metrics.flow()
        assert len(wire.sent) == 1
        clock.ahead = 6
        page.refresh().metrics.flow()
        assert len(wire.sent) == 2

    def test_warms_without_waiting(self, page: Koalr, wire: Wire) -> None:
        with pytest.raises(PendingError):
            page.with_options(priority=Priority.WARMING, patience_secs=0).metrics.flow()
        eventually(lambda: page.stats().entries == 1)

    def test_ends_its_threads_when_there_is_nothing_to_do(
        self, page: Koalr, wire: Wire, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(workers, "IDLE_SECS", 0.05)
        together(20, page.metrics.flow)
        eventually(lambda: not page._fetcher._workers)
        page.metrics.flow(days=7)
        assert len(wire.sent) == 2

    def test_never_has_more_threads_than_a_few(self, page: Koalr, wire: Wire) -> None:
        wire.let.clear()
        impatient = page.with_options(patience_secs=0.01)
        for days in range(1, 40):
            with pytest.raises(PendingError):
                impatient.metrics.flow(days=days)
        assert len(page._fetcher._workers) == workers.MOST_WORKERS
        wire.let.set()
        eventually(lambda: page.stats().entries == 39)


def test_a_client_nobody_uses_any_more_is_gone_with_its_threads(wire: Wire, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workers, "IDLE_SECS", 0.05)
    koalr = Koalr(KEY, patience_secs=2.0)
    koalr.metrics.flow()
    gone = weakref.ref(koalr._fetcher)
    del koalr

    def collected() -> bool:
        gc.collect()
        return gone() is None

    eventually(collected)


def test_views_share_answers_and_budget(page: Koalr, wire: Wire) -> None:
    found = page.metrics.flow()
    assert page.for_tv().metrics.flow() is found
    assert page.with_options(patience_secs=None).metrics.flow() is found
    assert len(wire.sent) == 1


def test_closing_ends_the_threads_and_the_client_can_still_be_used(page: Koalr, wire: Wire) -> None:
    page.metrics.flow()
    page.close()
    assert not page._fetcher._workers
    assert page.metrics.flow(days=7).wip_count == 6


@pytest.mark.filterwarnings("ignore:.*multi-threaded.*fork:DeprecationWarning")
def test_a_child_process_has_threads_and_locks_of_its_own(page: Koalr, wire: Wire, clock: Clock) -> None:
    page.metrics.flow()
    wire.let.clear()
    clock.ahead = 70
    page.metrics.flow()
    eventually(lambda: len(wire.sent) == 2)  # a worker is at it while we fork
    child = os.fork()
    if child == 0:
        wire.let = threading.Event()
        wire.let.set()
        wire._lock = threading.Lock()
        try:
            ok = page.metrics.flow(days=7).wip_count == 6
            eventually(lambda: page.metrics.flow().age < timedelta(seconds=60))
        except BaseException:
            ok = False
        os._exit(0 if ok else 1)
    _, status = os.waitpid(child, 0)
    assert status == 0
    wire.let.set()
    eventually(lambda: page.stats().in_flight == 0)


def test_threads_may_fork_at_the_same_time() -> None:
    script = (
        "import os, sys, threading, warnings\n"
        "from koalr_api import Koalr\n"
        "warnings.simplefilter('ignore')\n"
        "clients = [Koalr(f'klr_live_{number}') for number in range(20)]\n"
        "sys.setswitchinterval(1e-6)\n"
        "def fork():\n"
        "    for _ in range(25):\n"
        "        child = os.fork()\n"
        "        if child == 0:\n"
        "            os._exit(0 if clients[-1].stats().requests == 0 else 1)\n"
        "        assert os.waitpid(child, 0)[1] == 0\n"
        "threads = [threading.Thread(target=fork) for _ in range(4)]\n"
        "for thread in threads: thread.start()\n"
        "for thread in threads: thread.join()\n"
        "print(sum(client.stats().requests for client in clients))\n"
    )
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert (done.stdout, done.stderr) == ("0\n", "")


class Neighbours:
    """Other processes: their answers, what they are at, and how much of the budget they left."""

    def __init__(self) -> None:
        self.answers: dict[Request, Answer] = {}
        self.leased: set[Request] = set()
        self.ended: list[tuple[Request, Exchange | None]] = []
        self.waits: list[float] = []

    def ask(self, question: Question) -> Answer | Turn | float:
        found = self.answers.get(question.request) if question.accepts_secs else None
        if found is not None:
            return found
        if question.request in self.leased:
            return 0.02
        return self.waits.pop() if self.waits else Turn("t")

    def done(self, question: Question, turn: Turn, exchange: Exchange | None) -> None:
        self.ended.append((question.request, exchange))

    def forget(self) -> None:
        self.answers.clear()

    def after_fork(self) -> None:
        pass


def test_who_shares_nothing_counts_by_itself_also_after_a_client_that_shared(wire: Wire, clock: Clock) -> None:
    Koalr(KEY, cache_url="redis://127.0.0.1:1", clock=clock, wall_clock=clock.wall)
    wire.error = RateLimitError("slow down", status=429, retry_at=clock.wall() + timedelta(seconds=30))
    with Koalr(KEY, clock=clock, wall_clock=clock.wall) as alone:
        with pytest.raises(RateLimitError):
            alone.metrics.flow()
        with pytest.raises(PendingError):
            alone.with_options(patience_secs=0.2).metrics.flow(days=7)
    assert len(wire.sent) == 1


class TestNeighbours:
    QUESTION = Request("GET", "/api/v1/flow", (("days", 30),))

    def test_an_answer_of_theirs_costs_no_request(self, wire: Wire) -> None:
        shared = Neighbours()
        shared.answers[self.QUESTION] = Answer(FLOW, utc_now(), utc_now)
        assert Koalr(KEY, shared=shared).metrics.flow().wip_count == 6
        assert not wire.sent

    def test_what_they_are_at_is_waited_for(self, wire: Wire) -> None:
        shared = Neighbours()
        shared.leased.add(self.QUESTION)
        threading.Timer(0.1, lambda: shared.answers.update({self.QUESTION: Answer(FLOW, utc_now(), utc_now)})).start()
        assert Koalr(KEY, shared=shared).metrics.flow().wip_count == 6
        assert not wire.sent

    def test_their_budget_is_waited_for_and_our_answer_is_offered(self, wire: Wire) -> None:
        shared = Neighbours()
        shared.waits = [0.05]
        koalr = Koalr(KEY, shared=shared)
        found = koalr.metrics.flow()
        ((request, exchange),) = shared.ended
        assert (len(wire.sent), request) == (1, self.QUESTION)
        assert exchange is not None
        assert exchange.answer is found.answer

    def test_one_that_does_not_fit_is_asked_for(self, wire: Wire) -> None:
        shared = Neighbours()
        shared.answers[self.QUESTION] = Answer(FLOW | {"wipCount": "six"}, utc_now(), utc_now)
        assert Koalr(KEY, shared=shared).metrics.flow().wip_count == 6
        assert len(wire.sent) == 1

    def test_a_request_that_was_broken_off_is_handed_back(self, monkeypatch: pytest.MonkeyPatch) -> None:
        def interrupted(*_given: object) -> Exchange:
            raise KeyboardInterrupt

        monkeypatch.setattr(Transport, "send", interrupted)
        shared = Neighbours()
        with pytest.raises(KeyboardInterrupt):
            Koalr(KEY, shared=shared).metrics.flow()
        assert shared.ended == [(self.QUESTION, None)]

    def test_what_was_not_sent_counts_as_no_try(self, wire: Wire) -> None:
        shared = Neighbours()
        shared.waits = [0.01] * 5
        wire.error = APIConnectionError("lost")
        with pytest.raises(APIConnectionError):
            Koalr(KEY, shared=shared).metrics.flow()
        assert len(wire.sent) == 3

    def test_an_unchanged_answer_is_offered_anew_with_its_body(
        self, wire: Wire, clock: Clock, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        shared = Neighbours()
        koalr = Koalr(KEY, shared=shared, clock=clock, wall_clock=clock.wall)
        wire.etag = '"1"'
        koalr.metrics.flow()
        clock.ahead = 70
        monkeypatch.setattr(wire, "body", {})
        wire.unchanged = True
        assert koalr.metrics.flow().wip_count == 6
        exchange = shared.ended[-1][1]
        assert exchange is not None
        assert exchange.answer is not None
        assert dict(exchange.answer.raw) == FLOW
        assert exchange.answer.clock() - exchange.answer.fetched_at < timedelta(seconds=5)


def test_the_answers_survive_a_restart_with_their_age(wire: Wire, clock: Clock, tmp_path: Path) -> None:
    path = tmp_path / "answers"
    with Koalr(KEY, snapshot_path=path, clock=clock, wall_clock=clock.wall) as first:
        first.metrics.flow()
    clock.ahead = 100
    wire.let.clear()
    second = Koalr(KEY, snapshot_path=path, patience_secs=0.0, max_age_secs=300.0, clock=clock, wall_clock=clock.wall)
    found = second.metrics.flow()
    assert found.wip_count == 6
    assert 100 <= found.age.total_seconds() < 105
    wire.let.set()
    second.close()
