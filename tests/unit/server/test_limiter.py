"""The rate limit against a second, slow reading of its rule."""

import math
import random

import pytest

from koalr_server.limiter import SlidingLimit


class BruteForce:
    """The rule word by word: keeps every admission for ever and counts anew each time."""

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self.admitted: list[float] = []
        self.bursts: list[float] = []

    def admit(self, now: float) -> bool:
        recent = sum(1 for moment in self.admitted if moment > now - 60)
        if recent < self.limit:
            self.admitted.append(now)
            return True
        if recent >= 2 * self.limit:
            return False
        if not self.bursts or now >= self.bursts[-1] + 30 + 60:
            self.bursts.append(now)
        inside = now < self.bursts[-1] + 30
        if inside:
            self.admitted.append(now)
        return inside


@pytest.mark.parametrize("seed", range(40))
def test_agrees_with_brute_force_on_random_arrivals(seed: int) -> None:
    source = random.Random(seed)
    limit = source.choice([1, 2, 5, 60])
    fast, slow = SlidingLimit(limit), BruteForce(limit)
    now = 1_000_000.0
    for _ in range(1500):
        now += source.choice(
            [0, 0, 0.25, 0.5, 1, source.random() * 60 / limit, 30, 60, 90] if source.random() < 0.1 else [0, 0.1, 0.4]
        )
        assert fast.admit(now).admitted == slow.admit(now)


def test_a_calm_caller_sees_remaining_fall_and_reset_at_now() -> None:
    limit = SlidingLimit(3)
    assert [limit.admit(100.0).remaining for _ in range(3)] == [2, 1, 0]


def test_reset_is_when_the_oldest_of_a_full_minute_leaves() -> None:
    limit = SlidingLimit(2)
    limit.admit(100.0)
    assert limit.admit(110.0).reset_at == 160


def test_a_request_at_the_reset_time_passes() -> None:
    limit = SlidingLimit(2)
    for moment in (0.0, 0.2, 0.4, 0.6):
        limit.admit(moment)
    refused = limit.admit(1.0)
    assert not refused.admitted
    assert limit.admit(float(refused.reset_at)).admitted


def test_a_burst_doubles_the_limit_for_thirty_seconds_and_not_again_within_ninety() -> None:
    limit = SlidingLimit(60)
    admitted = sum(limit.admit(moment / 10).admitted for moment in range(300))
    assert admitted == 120
    assert sum(limit.admit(62 + moment / 10).admitted for moment in range(250)) <= 60


def test_refused_requests_do_not_count() -> None:
    limit = SlidingLimit(1)
    limit.admit(0.0)
    limit.admit(1.0)
    for moment in range(2, 50):
        assert not limit.admit(float(moment)).admitted
    assert limit.admit(61.0).admitted


def test_retry_after_is_a_whole_second_at_least() -> None:
    limit = SlidingLimit(1)
    for _ in range(3):
        verdict = limit.admit(10.0)
    assert verdict.retry_after_secs(10.0) == 60
    assert verdict.retry_after_secs(1e9) == 1
    assert math.isfinite(verdict.reset_at)


@pytest.mark.parametrize("back_secs", [0.5, 3600.0, 1e9])
def test_a_clock_that_is_put_back_keeps_nobody_out_and_lets_nobody_in_twice(back_secs: float) -> None:
    put_back, undisturbed = SlidingLimit(5), SlidingLimit(5)
    for number in range(200):
        now = 2e9 + number / 4
        shifted = now - back_secs if number >= 60 else now
        ours, theirs = put_back.admit(shifted), undisturbed.admit(now - (0.25 if number >= 60 else 0))
        assert ours.admitted == theirs.admitted
        assert ours.retry_after_secs(shifted) <= 61
