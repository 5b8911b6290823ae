"""A client on a fake web and a clock that stands still unless told."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
import responses

from koalr_api import Koalr

KEY = "klr_live_" + "s3cr3tK3y" * 5
BASE = "https://koalr.test"
NOW = datetime(2026, 3, 14, 12, tzinfo=UTC)


class Clock:
    """Seconds that pass only when someone sleeps or says so."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        return self.seconds

    def wall(self) -> datetime:
        return NOW + timedelta(seconds=self.seconds)

    def sleep(self, seconds: float) -> None:
        self.seconds += seconds


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def koalr(clock: Clock) -> Koalr:
    return Koalr(KEY, base_url=BASE, clock=clock, wall_clock=clock.wall, sleep=clock.sleep)


@pytest.fixture
def web() -> Iterator[responses.RequestsMock]:
    with responses.RequestsMock(assert_all_requests_are_fired=False) as mock:
        yield mock
