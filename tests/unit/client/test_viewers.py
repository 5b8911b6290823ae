"""Crowds of viewers on a virtual clock: what the server counts and what people see, in good times and bad."""

import statistics
from collections.abc import Callable

import pytest

from koalr_api.errors import APIConnectionError, APITimeoutError, ConfigError
from koalr_api.workers import MOST_WORKERS
from tests.virtual import PAGE, DeskOffice, Server, Time, between, crowd, failed, now_and_then, requests

MINUTE = 60.0
LOST = APIConnectionError("lost")


def played(
    minutes: float,
    viewers: int = 60,
    distinct: int = 120,
    latency_secs: float = 0.2,
    fault: Callable[[float], Exception | None] = lambda _now: None,
) -> DeskOffice:
    time = Time()
    office = DeskOffice(time, Server(time, latency_secs=latency_secs, fault=fault))
    crowd(time, office.ask, viewers, distinct, minutes * MINUTE)
    time.run(minutes * MINUTE)
    return office


@pytest.fixture(scope="module")
def quarter_hour() -> DeskOffice:
    """Fifteen minutes of a sound server, twice as many questions as it answers in a minute."""
    return played(15)


class TestASoundServer:
    def test_counts_no_minute_with_more_than_its_limit(self, quarter_hour: DeskOffice) -> None:
        assert quarter_hour.server.most_in_a_minute() <= 60
        assert not quarter_hour.server.refused
        assert len(quarter_hour.server.arrived) > 12 * 50

    def test_fills_every_panel_in_a_little_over_two_minutes(self, quarter_hour: DeskOffice) -> None:
        assert {kind for _, kind in quarter_hour.seen.misses} == {"pending"}
        assert max(at for at, _ in quarter_hour.seen.misses) < 2.2 * MINUTE

    def test_lets_nobody_wait_for_a_value_there_is(self, quarter_hour: DeskOffice) -> None:
        waits = [waited for _, waited, _ in quarter_hour.seen.since(2.2 * MINUTE).values]
        assert statistics.median(waits) == max(waits) == 0

    def test_shows_nothing_older_than_five_minutes(self, quarter_hour: DeskOffice) -> None:
        assert max(age for _, _, age in quarter_hour.seen.values) < 5 * MINUTE

    def test_renews_each_of_120_about_every_two_minutes(self, quarter_hour: DeskOffice) -> None:
        times: dict[object, list[float]] = {}
        for at, request in quarter_hour.server.answered:
            times.setdefault(request, []).append(at)
        assert len(times) == 120
        assert all(5 <= len(each) <= 8 for each in times.values())


def test_a_person_gets_a_new_panel_at_once_while_everything_else_is_refreshed() -> None:
    time = Time()
    office = DeskOffice(time, Server(time))
    crowd(time, office.ask, 60, 112, 10 * MINUTE)
    seen: list[int] = []
    for step in range(6):
        time.after(300 + 70 * step, lambda step=step: office.ask(requests(120)[112 + step], PAGE, lambda: None))  # type: ignore[misc]
        time.run(300 + 70 * step + 2.5)
        seen.append(len(office.seen.since(300).misses))
    assert seen == [0] * 6


BAD_TIMES = {
    "the server is down": between(600, 1200, LOST),
    "a timeout for every request": between(600, 1200, APITimeoutError("slow")),
    "500 half the time": now_and_then(0.5, failed()),
    "503 half the time": now_and_then(0.5, failed(503)),
    "no JSON for ten minutes": between(600, 1200, ConfigError("no JSON")),
    "connections reset at random": now_and_then(0.2, LOST),
}


@pytest.mark.parametrize("name", BAD_TIMES)
def test_in_bad_times_values_stay_and_say_their_age(name: str) -> None:
    office = played(28, viewers=40, distinct=40, fault=BAD_TIMES[name])
    late = office.seen.since(3 * MINUTE)
    assert not late.misses
    assert max(waited for _, waited, _ in late.values) <= 2.0
    assert office.server.most_in_a_minute() <= 60
    assert not office.server.refused
    assert max(age for _, _, age in late.values) < 13 * MINUTE
    assert max(age for _, _, age in office.seen.since(1200 + 2 * MINUTE).values) < 5 * MINUTE


def test_after_an_outage_the_first_answer_comes_within_one_refresh_and_the_rest_at_once() -> None:
    office = played(24, viewers=40, distinct=40, fault=between(600, 1200, LOST))
    after = [at for at, _ in office.server.answered if at >= 1200]
    assert after[0] < 1200 + MINUTE / 2 + 1
    assert len([at for at in after if at < 1200 + 1.5 * MINUTE]) >= 40


def test_answers_of_eight_seconds_are_no_outage() -> None:
    office = played(20, viewers=40, distinct=40, latency_secs=8.0)
    late = office.seen.since(4 * MINUTE)
    assert not late.misses
    assert max(age for _, _, age in late.values) < 5 * MINUTE
    assert office.server.most_in_a_minute() <= 60
    assert MOST_WORKERS * 60 / 8 == 60


def test_the_state_does_not_grow_with_time() -> None:
    office = played(12, viewers=20, distinct=40, fault=now_and_then(0.5, failed()))
    assert len(office.desk.queue) <= 40
    assert len(office.desk._failures) <= 40
    assert office.desk.budget.spent(office.time.now) <= 60
    assert not office._waiting
