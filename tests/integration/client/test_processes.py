"""Processes that share a key through a real Redis: one request per question, one budget, whatever dies."""

import time

from tests.integration.client.conftest import Serve, Start
from tests.integration.client.redis_server import RedisServer

HOUR_SECS = 3600.0


def test_of_three_processes_with_many_threads_on_a_cold_question_one_asks(
    redis_server: RedisServer, serve: Serve, start: Start
) -> None:
    api = serve()
    api.latency_secs = 0.3
    processes = [start(api, redis_server) for _ in range(3)]
    for process in processes:
        process.does("log")  # it has started
    for process in processes:
        process.tell("ask", days=[7], threads=8)
    seen = [row for process in processes for row in process.hear()]
    assert [row[0] for row in seen] == [7] * 24
    assert api.days() == [7]


def test_cold_questions_of_three_processes_are_asked_once_each_and_never_over_the_limit(
    redis_server: RedisServer, serve: Serve, start: Start
) -> None:
    api = serve(15, 1.0)
    processes = [
        start(api, redis_server, clock_ahead_secs=ahead) for ahead in (0.0, 5 * HOUR_SECS, -40 * 24 * HOUR_SECS)
    ]
    days = list(range(1, 31))
    for number, process in enumerate(processes):
        process.tell("ask", days=days[number * 10 :] + days[: number * 10], threads=2)
    seen = [row for process in processes for row in process.hear()]
    assert sorted(row[0] for row in seen) == sorted(days * 6)
    assert sorted(api.days()) == days
    assert api.most_in_a_window() <= 15
    assert not api.refused


def test_what_never_stays_fresh_is_asked_by_all_within_the_limit_of_the_key(
    redis_server: RedisServer, serve: Serve, start: Start
) -> None:
    api = serve(20, 1.0)
    api.says_limit = False
    processes = [start(api, redis_server, ttl_secs=0.0, clock_ahead_secs=ahead) for ahead in (0.0, 300.0, -300.0)]
    for number, process in enumerate(processes):
        process.tell("hammer", days=list(range(10 * number + 1, 10 * number + 11)), secs=2.0, threads=4)
    assert [process.hear() for process in processes] == [[], [], []]
    assert api.most_in_a_window() <= 20
    assert not api.refused
    assert len(api.asked) > 0.6 * 20 * 2


def test_who_is_killed_while_asking_holds_the_others_up_no_longer_than_a_request_may_take(
    redis_server: RedisServer, serve: Serve, start: Start
) -> None:
    api = serve()
    api.latency_secs = 5.0
    first, second = start(api, redis_server), start(api, redis_server)
    first.does("log")
    first.tell("ask", days=[7])
    while not api.asked:
        time.sleep(0.01)
    first.kill()
    api.latency_secs = 0.0
    began = time.monotonic()
    assert second.does("ask", days=[7])[0][0] == 7
    assert 1.0 < time.monotonic() - began < 5.0
    assert api.days() == [7, 7]
