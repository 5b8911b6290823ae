"""One gate before the tool."""

import threading
from datetime import UTC, datetime, timedelta

import pytest

from koalr_server.sync.gate import Gate, Stopped
from tests.integration.server.github_server import VirtualTime

NOW = datetime(2025, 3, 1, 12, tzinfo=UTC)


def test_everybody_waits_until_it_opens_and_is_told_once() -> None:
    time, said = VirtualTime(NOW), list[str]()
    gate = Gate(time.clock, time.sleep, said.append)
    gate.close(90, "A limit")
    gate.close(30, "A shorter one")
    gate.wait()
    gate.wait()
    assert time.slept == [90]
    assert said == ["A limit; waiting until 2025-03-01 12:01:30 UTC"]


def test_a_longer_wait_takes_the_place_of_a_shorter_one() -> None:
    time, said = VirtualTime(NOW), list[str]()
    gate = Gate(time.clock, time.sleep, said.append)
    gate.close(30, "A limit")
    gate.close(90, "Another")
    gate.wait()
    assert sum(time.slept) == 90
    assert len(said) == 2


def test_one_after_the_other_passes_also_after_a_limit() -> None:
    time = VirtualTime(NOW)
    gate = Gate(time.clock, time.sleep, lambda _: None, timedelta(seconds=2))
    passed = []
    for number in range(6):
        if number == 3:
            gate.close(60, "A limit")
        gate.wait()
        passed.append((time.clock() - NOW).total_seconds())
    assert passed == [0, 2, 4, 64, 66, 68]


def test_several_that_ask_at_once_pass_one_after_the_other() -> None:
    time = VirtualTime(NOW)
    gate = Gate(time.clock, time.sleep, lambda _: None, timedelta(seconds=2))
    threads = [threading.Thread(target=gate.wait) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=10)
    assert time.clock() >= NOW + timedelta(seconds=14)


def test_who_waits_gives_up_when_the_run_is_called_off() -> None:
    off = threading.Event()
    gate = Gate(lambda: NOW, off.wait, lambda _: None)
    gate.close(3600, "A limit")
    gave_up: list[bool] = []

    def wait() -> None:
        with pytest.raises(Stopped):
            gate.wait()
        gave_up.append(True)

    waiting = threading.Thread(target=wait)
    waiting.start()
    gate.stop()
    off.set()
    waiting.join(timeout=10)
    assert gave_up == [True]
