"""A replica that is killed at random moments while deliveries arrive: what it acknowledged is there, once, and read."""

import signal
import subprocess
import time
from collections.abc import Callable
from contextlib import ExitStack, closing

import pytest

from koalr_server.sources.rules import Rules
from koalr_server.store.database import Database
from koalr_server.store.lake.address import read_address
from koalr_server.store.settling import reprocess, settle
from tests.confinement import confined
from tests.contents import contents
from tests.deliveries import deliveries
from tests.killing import (
    PULL_REQUESTS,
    Senders,
    assert_reopened,
    killed_again_and_again,
    serving,
    undisturbed,
)

# Each kill takes seconds here, so that there are fewer deliveries to one.
DELIVERED = PULL_REQUESTS // 4
MORE_BYTES = 4 * 2**20


def test_nothing_acknowledged_is_lost_and_nothing_is_there_twice(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KOALR_STORE_URL", url)
    senders = Senders(deliveries(DELIVERED))
    restarts = killed_again_and_again(None, senders)
    _compare(url, senders, len(senders.sent))
    assert_reopened(restarts)


def kill(dying: "subprocess.Popen[str]") -> None:
    """By a signal."""
    dying.send_signal(signal.SIGKILL)


def leave_without_memory(dying: "subprocess.Popen[str]") -> None:
    """By the kernel, while it takes more deliveries."""
    with confined(dying, MORE_BYTES) as kills:
        dying.wait(timeout=60)
        assert (dying.returncode, kills()) == (-signal.SIGKILL, 1)


@pytest.mark.parametrize("end", [kill, leave_without_memory])
def test_one_of_two_replicas_dies_and_the_other_takes_everything(
    shared_url: str, monkeypatch: pytest.MonkeyPatch, end: Callable[["subprocess.Popen[str]"], None]
) -> None:
    monkeypatch.setenv("KOALR_STORE_URL", shared_url)
    sent = deliveries(30)
    senders = Senders(sent)
    with ExitStack() as replicas:
        (first, dying), (second, living) = (replicas.enter_context(serving(None)) for _ in range(2))
        senders.aim(first)
        while len(senders.acknowledged) < len(sent) // 3:
            time.sleep(0.005)
        end(dying)
        senders.aim(second)
        senders.wait()
        living.send_signal(signal.SIGTERM)
        living.wait(timeout=60)
    _compare(shared_url, senders, len(sent))


def _compare(url: str, senders: Senders, count: int) -> None:
    with closing(Database.open(read_address(url))) as database:
        keys = [row["key"].removeprefix("github:") for row in database.rows("SELECT key FROM deliveries")]
        assert senders.acknowledged <= set(keys)
        assert len(keys) == len(set(keys)) == count
        while settle(database, Rules()):
            pass
        with closing(undisturbed(senders.sent)) as expected:
            assert contents(database) == contents(expected)
            assert reprocess(database, Rules()) == count
            assert contents(database) == contents(expected)
