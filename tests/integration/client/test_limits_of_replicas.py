"""The rate limit of replicas that count in one Redis, against the limit of one process."""

import asyncio
import random
from collections.abc import Iterator

import pytest

from koalr_server.errors import InputError
from koalr_server.http.limits import OwnLimits
from koalr_server.http.shared_limits import PROBE_SECS, SharedLimits
from koalr_server.limiter import SlidingLimit
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


@pytest.fixture
def loop() -> Iterator[asyncio.AbstractEventLoop]:
    """One for a test, because connections belong to a loop."""
    with asyncio.Runner() as runner:
        yield runner.get_loop()


def replica(server: RedisServer, clock: Time, ahead_secs: float = 0.0) -> SharedLimits:
    """One whose own clock may go wrong, while all count by one."""
    own = Time(clock.now)
    here = lambda: clock() + ahead_secs  # noqa: E731
    return SharedLimits(server.url, OwnLimits(own), here, clock, clock)


@pytest.mark.parametrize("seed", range(12))
def test_replicas_together_decide_as_one_process_would(
    redis_server: RedisServer, clock: Time, loop: asyncio.AbstractEventLoop, seed: int
) -> None:
    chance = random.Random(seed)
    limit = chance.choice([1, 2, 5, 20])
    one = SlidingLimit(limit)
    replicas = [replica(redis_server, clock, ahead) for ahead in (0.0, 0.0, 40.0)]
    for _ in range(400):
        clock.now += chance.choice([0, 0, 0.25, 0.5, 30, 60, 90] if chance.random() < 0.1 else [0, 0.25, 0.5])
        asked = chance.choice(replicas)
        ours, theirs = loop.run_until_complete(asked.admit("key key_1", limit)), one.admit(clock.now)
        assert (ours.admitted, ours.remaining) == (theirs.admitted, theirs.remaining)
        assert abs(ours.retry_after_secs(asked._clock()) - theirs.retry_after_secs(clock.now)) <= 1
    for each in replicas:
        loop.run_until_complete(each.close())


def test_callers_and_limits_have_budgets_of_their_own(
    redis_server: RedisServer, clock: Time, loop: asyncio.AbstractEventLoop
) -> None:
    limits = replica(redis_server, clock)

    def admitted(caller: str, limit: int) -> list[bool]:
        return [loop.run_until_complete(limits.admit(caller, limit)).admitted for _ in range(3)]

    assert admitted("key a", 1) == [True, True, False]
    assert admitted("key b", 1) == [True, True, False]
    assert admitted("key a", 2) == [True, True, True]
    loop.run_until_complete(limits.close())


def test_what_is_kept_names_nobody_and_goes_by_itself(
    redis_server: RedisServer, clock: Time, loop: asyncio.AbstractEventLoop
) -> None:
    limits = replica(redis_server, clock)
    loop.run_until_complete(limits.admit("address 203.0.113.7", 60))
    with redis_server.opened() as looking:
        keys = looking.keys()
        assert len(keys) == 2
        assert not any(b"203" in key for key in keys)
        assert all(0 < looking.ttl(key) <= 180 for key in keys)
    loop.run_until_complete(limits.close())


@pytest.mark.parametrize("back_secs", [5.0, 86_400.0])
def test_a_clock_that_is_put_back_keeps_nobody_out(
    redis_server: RedisServer, clock: Time, loop: asyncio.AbstractEventLoop, back_secs: float
) -> None:
    limits = replica(redis_server, clock)
    assert not all(loop.run_until_complete(limits.admit("key a", 1)).admitted for _ in range(3))
    clock.now -= back_secs
    assert loop.run_until_complete(limits.admit("key a", 1)).admitted
    loop.run_until_complete(limits.close())


def test_while_redis_is_gone_each_counts_for_itself_and_comes_back(
    mortal_redis: RedisServer, clock: Time, loop: asyncio.AbstractEventLoop, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO", "koalr_server.http")
    limits = replica(mortal_redis, clock)

    def admitted(times: int) -> int:
        return sum(loop.run_until_complete(limits.admit("key a", 1)).admitted for _ in range(times))

    assert admitted(5) == 2
    mortal_redis.stop()
    assert admitted(5) == 2
    mortal_redis.start()
    assert admitted(1) == 0, "it is not tried again at once"
    clock.now += PROBE_SECS
    assert admitted(1) == 1, "a Redis that was restarted is empty"
    assert [record.getMessage().split(" ", 1)[1] for record in caplog.records] == [
        "is gone (ConnectionError): each replica counts requests for itself.",
        "is back: replicas count requests together again.",
    ]
    loop.run_until_complete(limits.close())


def test_a_redis_that_hangs_costs_a_request_a_quarter_of_a_second_once(
    mortal_redis: RedisServer, clock: Time, loop: asyncio.AbstractEventLoop
) -> None:
    limits = replica(mortal_redis, clock)
    loop.run_until_complete(limits.admit("key a", 1))
    mortal_redis.freeze()
    try:
        assert loop.run_until_complete(limits.admit("key a", 1)).admitted
    finally:
        mortal_redis.thaw()
    loop.run_until_complete(limits.close())


@pytest.mark.parametrize("url", ["", "http://127.0.0.1", "redis://", "secret"])
def test_an_address_of_something_else_is_said_without_repeating_it(url: str) -> None:
    with pytest.raises(InputError, match="KOALR_CACHE_URL should be an address") as raised:
        SharedLimits(url, OwnLimits())
    assert "secret" not in str(raised.value)
