"""Redis gone at the start, later, frozen, and back without its memory: local behaviour, one warning, never an error."""

import logging
import threading
import time

import pytest

from koalr_api import View, redis_link
from koalr_api.redis_link import LONGEST_ANSWER_SECS
from tests.integration.client.conftest import Connect, Serve
from tests.integration.client.limited import Limited
from tests.integration.client.process import hammer
from tests.integration.client.redis_server import RedisServer

LIMIT, WINDOW_SECS = 30, 1.0


@pytest.fixture
def _probed_in_proportion(monkeypatch: pytest.MonkeyPatch) -> None:
    """A window is a sixtieth of the real one; whoever lost Redis is back long before the others share the whole again."""
    monkeypatch.setattr(redis_link, "PROBE_SECS", redis_link.PROBE_SECS / 60)


@pytest.fixture
def api(serve: Serve) -> Limited:
    """Its headers say nothing, so that nothing but our own counting keeps to the limit."""
    found = serve(LIMIT, WINDOW_SECS)
    found.says_limit = False
    return found


@pytest.fixture
def clients(connect: Connect, api: Limited, mortal_redis: RedisServer) -> list[View]:
    found = [connect(api, mortal_redis.url, limit=LIMIT, window_secs=WINDOW_SECS, ttl_secs=0.0) for _ in range(3)]
    for each in [*found, *found]:  # once more, so that the first hears of the others
        each.metrics.flow(days=1)
    return found


def at_once(clients: list[View], secs: float) -> list[str]:
    """All ask over and over for so long, each its own questions; the errors."""
    errors: list[str] = []

    def look(number: int, koalr: View) -> None:
        errors.extend(hammer(koalr, [10 * number + 1, 10 * number + 2], secs, threads=4))

    threads = [threading.Thread(target=look, args=given) for given in enumerate(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return errors


def warnings(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [record.getMessage() for record in caplog.records if record.levelno == logging.WARNING]


def test_while_it_is_gone_each_keeps_to_its_part_and_says_so_once(
    api: Limited, clients: list[View], mortal_redis: RedisServer, caplog: pytest.LogCaptureFixture
) -> None:
    mortal_redis.stop()
    assert at_once(clients, 2.0) == []
    assert not api.refused
    assert LIMIT / 2 < api.most_in_a_window() <= LIMIT
    assert len(warnings(caplog)) == 3
    assert f"redis://127.0.0.1:{mortal_redis.port} is gone" in warnings(caplog)[0]


@pytest.mark.usefixtures("_probed_in_proportion")
def test_a_restart_that_empties_it_in_the_middle_of_everything_breaks_no_limit(
    api: Limited, clients: list[View], mortal_redis: RedisServer
) -> None:
    restarting = threading.Timer(0.6, lambda: (mortal_redis.stop(), mortal_redis.start()))
    restarting.start()
    assert at_once(clients, 2.5) == []
    restarting.join()
    assert not api.refused
    assert api.most_in_a_window() <= LIMIT


def test_back_again_it_is_shared_again_within_seconds(
    connect: Connect, api: Limited, mortal_redis: RedisServer, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    one, other = (connect(api, mortal_redis.url) for _ in range(2))
    mortal_redis.stop()
    one.metrics.flow(days=1)
    other.metrics.flow(days=1)
    assert api.days() == [1, 1]
    mortal_redis.start()
    time.sleep(2.1)
    one.metrics.flow(days=2)
    other.metrics.flow(days=2)
    assert api.days() == [1, 1, 2]
    assert [record.getMessage().rpartition(" is ")[2] for record in caplog.records if record.levelname == "INFO"] == [
        "back."
    ] * 2


def test_frozen_it_costs_a_quarter_of_a_second_and_then_nothing(
    connect: Connect, api: Limited, mortal_redis: RedisServer, caplog: pytest.LogCaptureFixture
) -> None:
    koalr = connect(api, mortal_redis.url, answer_secs=LONGEST_ANSWER_SECS)
    koalr.metrics.flow(days=1)
    mortal_redis.freeze()
    waits = []
    for days in (2, 3, 4):
        began = time.monotonic()
        koalr.metrics.flow(days=days)
        waits.append(time.monotonic() - began)
    mortal_redis.thaw()
    assert waits[0] > 0.2
    assert min(waits[1:]) < 0.2  # the quicker of two: the machine may have been busy with something else in one
    assert len(warnings(caplog)) == 1


def test_gone_from_the_start_a_quarter_of_the_limit_is_used(
    connect: Connect, api: Limited, mortal_redis: RedisServer, caplog: pytest.LogCaptureFixture
) -> None:
    mortal_redis.stop()
    koalr = connect(api, mortal_redis.url, limit=LIMIT, window_secs=WINDOW_SECS, ttl_secs=0.0)
    assert at_once([koalr], 1.5) == []
    assert api.most_in_a_window() <= LIMIT // 4
    assert len(warnings(caplog)) == 1
