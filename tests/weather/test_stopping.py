"""A server that is told to stop in the middle of its work: it ends soon, in order, and has what it acknowledged."""

import signal
import time
from pathlib import Path

from koalr_server.sources.rules import Rules
from koalr_server.store.database import FILE_NAME, Database
from koalr_server.store.settling import settle
from tests.contents import contents
from tests.deliveries import deliveries
from tests.killing import Senders, serving, undisturbed

STOPS = 3
LONGEST_STOP_SECS = 30


def test_stopped_while_deliveries_arrive_it_keeps_what_it_acknowledged_and_leaves_a_closed_file(tmp_path: Path) -> None:
    sent = deliveries(60)
    senders = Senders(sent)
    for stop in range(STOPS):
        with serving(tmp_path) as (url, process):
            senders.aim(url)
            deadline = time.monotonic() + 60
            while len(senders.acknowledged) < (stop + 1) * len(sent) // (STOPS + 1):
                assert time.monotonic() < deadline
                time.sleep(0.005)
            process.send_signal(signal.SIGTERM)
            process.wait(timeout=LONGEST_STOP_SECS)
            acknowledged = set(senders.acknowledged)
        assert not (tmp_path / f"{FILE_NAME}.wal").exists(), "the log is in the file"
        assert not (tmp_path / "koalr.sock").exists()
        database = Database.open(tmp_path)
        keys = {row["key"].removeprefix("github:") for row in database.rows("SELECT key FROM deliveries")}
        database.close()
        assert acknowledged <= keys
    with serving(tmp_path) as (url, process):
        senders.aim(url)
        deadline = time.monotonic() + 60
        while not senders.done:
            assert time.monotonic() < deadline
            time.sleep(0.01)
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=LONGEST_STOP_SECS)
    database = Database.open(tmp_path)
    while settle(database, Rules()):
        pass
    expected = undisturbed(sent)
    assert contents(database) == contents(expected)
    database.close()
    expected.close()
