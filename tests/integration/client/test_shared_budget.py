"""The budget that Redis counts for all: its rules are those of one process, and the server's word reaches everybody.

The scripts run in a real Redis on the clock of the test, so a machine that stops for a while changes nothing. Leases go by
Redis's own.
"""

import time
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from koalr_api import redis_link
from koalr_api.answer import RateLimit
from koalr_api.budget import Budget
from koalr_api.errors import RateLimitError
from koalr_api.job import Exchange
from koalr_api.redis_link import LONGEST_ANSWER_SECS, Link
from koalr_api.redis_shared import RedisShared
from koalr_api.request import Request
from koalr_api.secret import Secret
from koalr_api.shared import Question, Turn
from tests.integration.client.process import ANSWER_SECS
from tests.integration.client.redis_server import RedisServer

LIMIT, WINDOW_SECS, FLIGHT_SECS = 10, 0.5, 0.4
COUNTED_SECS = WINDOW_SECS + 0.25
NOW = datetime(2026, 3, 14, tzinfo=UTC)
SILENT = Exchange(NOW)


class Clock:
    """Seconds that pass when the test says so."""

    def __init__(self) -> None:
        self.now = 1e6

    def __call__(self) -> float:
        return self.now

    def passes(self, secs: float) -> None:
        self.now += secs


class TimedLink(Link):
    """Tells Redis the time of the test."""

    def __init__(self, url: str, clock: Clock, answer_secs: float) -> None:
        super().__init__(Secret(url), clock, answer_secs)
        self._test_clock = clock

    def run(self, script: str, keys: Sequence[str], told: Mapping[str, Any], *blobs: bytes) -> Any:
        timed = script.replace("redis.call('TIME')", "{told.test_clock, 0}")
        return super().run(timed, keys, {**told, "test_clock": self._test_clock()}, *blobs)


class Ours:
    """One process's end of it."""

    def __init__(self, url: str, clock: Clock, answer_secs: float = ANSWER_SECS) -> None:
        self.budget = Budget(LIMIT, WINDOW_SECS)
        link = TimedLink(url, clock, answer_secs)
        self._shared = RedisShared(link, "f1", self.budget, FLIGHT_SECS, 60.0, clock, lambda: NOW)

    def ask(self, name: str, waiting: bool = True) -> Turn | float:
        found = self._shared.ask(question(name, waiting))
        assert isinstance(found, Turn | float)
        return found

    def takes(self, name: str, waiting: bool = True) -> Turn:
        found = self.ask(name, waiting)
        assert isinstance(found, Turn)
        return found

    def waits(self, name: str, waiting: bool = True) -> float:
        found = self.ask(name, waiting)
        assert isinstance(found, float)
        return found

    def ends(self, name: str, turn: Turn, exchange: Exchange | None = SILENT) -> None:
        self._shared.done(question(name), turn, exchange)

    def uses(self, count: int, exchange: Exchange | None = SILENT) -> None:
        for number in range(count):
            self.ends(f"used {number}", self.takes(f"used {number}"), exchange)


def question(name: str, waiting: bool = True) -> Question:
    return Question(Request("GET", f"/{name}"), 0.0, waiting)


def told(remaining: int, limit: int = LIMIT, reset_secs: float | None = None) -> Exchange:
    reset_at = None if reset_secs is None else NOW + timedelta(seconds=reset_secs)
    return Exchange(NOW, rate_limit=RateLimit(limit, remaining, reset_at))


def refusal(retry_secs: float | None = None) -> Exchange:
    retry_at = None if retry_secs is None else NOW + timedelta(seconds=retry_secs)
    error = RateLimitError("429", message=None, status=429, code=None, param=None, request_id=None, retry_at=retry_at)
    return Exchange(NOW, error=error)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def make(redis_server: RedisServer, clock: Clock) -> Callable[[], Ours]:
    return lambda: Ours(redis_server.url, clock)


@pytest.fixture
def one(make: Callable[[], Ours]) -> Ours:
    return make()


@pytest.fixture
def other(make: Callable[[], Ours]) -> Ours:
    return make()


def test_what_one_spends_the_other_has_not(one: Ours, other: Ours, clock: Clock) -> None:
    one.uses(6)
    other.uses(4)
    assert 0 < one.waits("a") <= COUNTED_SECS / LIMIT
    assert 0 < other.waits("a") <= COUNTED_SECS / LIMIT
    clock.passes(COUNTED_SECS)
    one.uses(LIMIT)


def test_the_last_tenth_is_for_people_of_any_process(one: Ours, other: Ours) -> None:
    one.uses(9)
    assert other.waits("a", waiting=False) > 0
    assert other.takes("a")


def test_background_work_of_all_is_spread_evenly(one: Ours, other: Ours, clock: Clock) -> None:
    one.uses(5)
    one.ends("a", one.takes("a", waiting=False))
    wait_secs = other.waits("b", waiting=False)
    assert 0 < wait_secs <= COUNTED_SECS / (LIMIT - 1)
    clock.passes(wait_secs + 0.001)
    assert other.takes("b", waiting=False)


def test_a_request_counts_until_a_window_after_its_answer(one: Ours, other: Ours, clock: Clock) -> None:
    turn = one.takes("a")
    clock.passes(0.3)
    one.ends("a", turn)
    one.uses(LIMIT - 1)
    clock.passes(COUNTED_SECS - 0.25)
    assert isinstance(other.ask("b"), float)


def test_a_request_nobody_hears_of_again_stops_counting(one: Ours, other: Ours, clock: Clock) -> None:
    for number in range(LIMIT):
        one.takes(f"{number}")
    assert other.waits("a") > 0
    clock.passes(FLIGHT_SECS + COUNTED_SECS + 0.05)
    assert other.takes("a").spent == 1


def test_who_asks_first_is_waited_for_until_it_ends_or_takes_too_long(one: Ours, other: Ours) -> None:
    turn = one.takes("a")
    assert other.waits("a") >= 0.1
    assert other.takes("b")
    one.ends("a", turn, None)
    other.takes("a")
    time.sleep(FLIGHT_SECS + 0.05)
    assert one.takes("a")


def test_who_took_too_long_does_not_end_the_turn_of_the_next(one: Ours, other: Ours) -> None:
    late = one.takes("a")
    time.sleep(FLIGHT_SECS + 0.05)
    other.takes("a")
    one.ends("a", late)
    assert one.waits("a") > 0


def test_the_limit_the_server_says_holds_for_all(one: Ours, other: Ours) -> None:
    one.uses(1, told(1, limit=2))
    other.uses(1)
    assert other.waits("a") > 0


def test_what_strangers_spent_is_taken_off_for_all_and_fades(one: Ours, other: Ours, clock: Clock) -> None:
    one.uses(1, told(1))
    other.uses(1)
    assert other.waits("a") > 0
    clock.passes(COUNTED_SECS)
    other.uses(6)


def test_a_budget_that_strangers_used_up_is_closed_until_the_server_says(one: Ours, other: Ours) -> None:
    one.uses(1, told(0, reset_secs=0.3))
    assert 0.2 < other.waits("a") <= 0.3


def test_a_refusal_closes_the_budget_of_all_for_as_long_as_it_says(one: Ours, other: Ours) -> None:
    one.uses(1, refusal(0.4))
    assert 0.3 < other.waits("a") <= 0.4


def test_refusals_in_a_row_close_it_longer_each_time_until_an_answer(one: Ours, other: Ours, clock: Clock) -> None:
    one.uses(1, refusal())
    assert 0.15 < other.waits("a") <= 0.25
    clock.passes(0.26)
    other.uses(1, refusal())
    assert 0.4 < one.waits("a") <= 0.5
    clock.passes(0.51)
    one.uses(1)
    other.uses(1, refusal())
    assert 0.15 < one.waits("a") <= 0.25


def test_refusals_of_what_was_under_way_together_count_once(one: Ours, other: Ours) -> None:
    turns = [(ours, name, ours.takes(name)) for ours, name in ((one, "a"), (other, "b"), (one, "c"))]
    for ours, name, turn in turns:
        ours.ends(name, turn, refusal())
    assert other.waits("d") <= 0.25


def test_an_answer_to_what_was_under_way_before_a_refusal_does_not_end_the_row(
    one: Ours, other: Ours, clock: Clock
) -> None:
    before = other.takes("a")
    one.uses(1, refusal())
    other.ends("a", before)
    clock.passes(0.26)
    one.uses(1, refusal())
    assert other.waits("b") > 0.25


def test_a_redis_that_lost_its_memory_is_told_what_still_counts(
    one: Ours, other: Ours, redis_server: RedisServer
) -> None:
    one.uses(4)
    other.uses(2)
    with redis_server.opened() as looking:
        looking.flushall()
    one.ask("a")
    other.ask("b")
    one.ask("a")
    with redis_server.opened() as looking:
        assert looking.zcard("koalr:1:f1:spends") >= 6


def test_after_redis_lost_its_memory_each_keeps_to_its_part_for_a_window(
    one: Ours, other: Ours, redis_server: RedisServer, clock: Clock
) -> None:
    one.uses(1)
    other.uses(1)
    with redis_server.opened() as looking:
        looking.flushall()
    other.takes("a")
    now = clock()
    assert [isinstance(other.budget.take(now, True), float) for _ in range(6)] == [False] * 5 + [True]


def test_when_it_goes_what_was_taken_beyond_the_part_is_not_sent(mortal_redis: RedisServer, clock: Clock) -> None:
    ours = Ours(mortal_redis.url, clock)
    mortal_redis.stop()
    for _ in range(3):  # of a budget of ten, a quarter of which is two
        ours.budget.take(clock(), True)
    assert ours.waits("a") > 0
    assert Ours(mortal_redis.url, clock).takes("a")


def test_what_was_sent_while_it_was_gone_is_counted_when_it_is_back(
    mortal_redis: RedisServer, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(redis_link, "PROBE_SECS", 0.3)  # within the window of these tests
    ours = Ours(mortal_redis.url, clock, answer_secs=LONGEST_ANSWER_SECS)
    ours.uses(1)
    mortal_redis.freeze()
    alone = [ours.takes(name) for name in "ab"]
    mortal_redis.thaw()
    clock.passes(0.3)
    ours.takes("c")
    with mortal_redis.opened() as looking:
        held = {name.decode() for name in looking.zrange("koalr:1:f1:spends", 0, -1)}
    assert {turn.ticket for turn in alone} <= held


def test_when_it_goes_what_others_spent_before_is_left_to_them(mortal_redis: RedisServer, clock: Clock) -> None:
    one, other = (Ours(mortal_redis.url, clock) for _ in range(2))
    one.uses(7)
    other.uses(1)
    mortal_redis.stop()
    other.takes("a")
    now = clock()
    # One was its own, and of the two that were left half is.
    assert [isinstance(other.budget.take(now, True), float) for _ in range(3)] == [False, False, True]
