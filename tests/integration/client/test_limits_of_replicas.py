"""The rate limit of replicas that count in one Redis, against the limit of one process."""

import asyncio
import random
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest

from koalr_server.errors import InputError
from koalr_server.http.shared_limits import PROBE_SECS, SharedLimits
from koalr_server.limiter import SlidingLimit, Verdict
from tests.integration.client.redis_server import RedisServer


class Time:
    """A clock that stands until it is moved."""

    def __init__(self, now: float) -> None:
        self.now = now

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Time:
    return Time(2_000_000_000.0)


class Replica:
    """One whose own clock may go wrong, while all count by one."""

    def __init__(
        self, loop: asyncio.AbstractEventLoop, server: RedisServer, clock: Time, ahead_secs: float = 0.0
    ) -> None:
        self._loop = loop
        self.now = lambda: clock() + ahead_secs
        self._limits = SharedLimits(server.url, self.now, clock, clock)

    def ask(self, caller: str, limit: int) -> Verdict | None:
        return asyncio.run_coroutine_threadsafe(self._limits.admit(caller, limit), self._loop).result(30)

    def admits(self, caller: str, limit: int) -> bool:
        verdict = self.ask(caller, limit)
        assert verdict is not None
        return verdict.admitted

    def close(self) -> None:
        asyncio.run_coroutine_threadsafe(self._limits.close(), self._loop).result(30)


Connect = Callable[..., Replica]


@pytest.fixture
def connect(clock: Time) -> Iterator[Connect]:
    # Connections belong to a loop; a thread has one, whatever else runs in this process.
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    with ExitStack() as stack:

        def connect_(server: RedisServer, ahead_secs: float = 0.0) -> Replica:
            found = Replica(loop, server, clock, ahead_secs)
            stack.callback(found.close)
            return found

        yield connect_
    loop.call_soon_threadsafe(loop.stop)
    thread.join()
    loop.close()


@pytest.mark.parametrize("seed", range(12))
def test_replicas_together_decide_as_one_process_would(
    connect: Connect, redis_server: RedisServer, clock: Time, seed: int
) -> None:
    chance = random.Random(seed)
    limit = chance.choice([1, 2, 5, 20])
    one = SlidingLimit(limit)
    replicas = [connect(redis_server, ahead) for ahead in (0.0, 0.0, 40.0)]
    for _ in range(400):
        clock.now += chance.choice([0, 0, 0.25, 0.5, 30, 60, 90] if chance.random() < 0.1 else [0, 0.25, 0.5])
        asked = chance.choice(replicas)
        ours, theirs = asked.ask("key key_1", limit), one.admit(clock.now)
        assert ours is not None
        assert (ours.admitted, ours.remaining) == (theirs.admitted, theirs.remaining)
        assert abs(ours.retry_after_secs(asked.now()) - theirs.retry_after_secs(clock.now)) <= 1


def test_callers_and_limits_have_budgets_of_their_own(connect: Connect, redis_server: RedisServer) -> None:
    replica = connect(redis_server)
    assert [replica.admits("key a", 1) for _ in range(3)] == [True, True, False]
    assert [replica.admits("key b", 1) for _ in range(3)] == [True, True, False]
    assert [replica.admits("key a", 2) for _ in range(3)] == [True, True, True]


def test_what_is_kept_names_nobody_and_goes_by_itself(connect: Connect, redis_server: RedisServer) -> None:
    connect(redis_server).ask("address 203.0.113.7", 60)
    with redis_server.opened() as looking:
        keys = looking.keys()
        assert len(keys) == 2
        assert not any(b"203" in key for key in keys)
        assert all(0 < looking.ttl(key) <= 180 for key in keys)


@pytest.mark.parametrize("back_secs", [5.0, 86_400.0])
def test_a_clock_that_is_put_back_keeps_nobody_out(
    connect: Connect, redis_server: RedisServer, clock: Time, back_secs: float
) -> None:
    replica = connect(redis_server)
    assert not all(replica.admits("key a", 1) for _ in range(3))
    clock.now -= back_secs
    assert replica.admits("key a", 1)


def test_without_redis_there_is_no_verdict_until_it_is_back(
    connect: Connect, mortal_redis: RedisServer, clock: Time, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO", "koalr_server.http")
    replica = connect(mortal_redis)
    assert [replica.admits("key a", 1) for _ in range(3)] == [True, True, False]
    mortal_redis.stop()
    assert [replica.ask("key a", 1) for _ in range(3)] == [None] * 3
    mortal_redis.start()
    assert replica.ask("key a", 1) is None, "it is not tried again at once"
    clock.now += PROBE_SECS
    assert replica.admits("key a", 1), "a Redis that was restarted is empty"
    assert [record.getMessage().split(" ", 1)[1] for record in caplog.records] == [
        "is gone (ConnectionError): each replica counts requests for itself.",
        "is back: replicas count requests together again.",
    ]


def test_a_redis_that_hangs_is_given_up(connect: Connect, mortal_redis: RedisServer) -> None:
    replica = connect(mortal_redis)
    replica.ask("key a", 1)
    mortal_redis.freeze()
    try:
        assert replica.ask("key a", 1) is None
    finally:
        mortal_redis.thaw()


@pytest.mark.parametrize(
    "url",
    ["", "http://127.0.0.1", "redis://", "secret", "redis://h:secret", "redis://[secret", "redis://h/0?db=secret"],
)
def test_an_address_of_something_else_is_said_without_repeating_it(url: str) -> None:
    with pytest.raises(InputError, match="KOALR_CACHE_URL should be an address") as raised:
        SharedLimits(url)
    assert "secret" not in str(raised.value)
