"""What a soak goes by: a network that is as bad as it says, senders that give nothing up, and judges that see what is wrong."""

import random
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
import requests
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from koalr_server.store.database import Database
from tests.deliveries import deliveries
from tests.running import running
from tests.soak import relay
from tests.soak import senders as senders_of
from tests.soak.oracle import differing_answers, differing_tables, keys_of, oracle
from tests.soak.relay import Relay
from tests.soak.senders import FAULTS, Senders
from tests.soak.watch import complaints, growth, unwell


class Counting:
    """A server that keeps the ids of what it is sent, and how often."""

    def __init__(self) -> None:
        self.kept: list[str] = []

    def app(self) -> Starlette:
        """What to serve."""

        async def take(request: Request) -> Response:
            await request.body()
            self.kept.append(request.headers.get("X-GitHub-Delivery", ""))
            return JSONResponse({}, 202)

        return Starlette(routes=[Route("/{path:path}", take, methods=["GET", "POST"])])


@pytest.fixture
def bad() -> Iterator[Relay]:
    found = Relay(0.0, random.Random(0))
    yield found
    found.stop()


@pytest.mark.parametrize("fault", relay.FAULTS)
def test_a_request_suffers_the_fault_that_is_drawn(bad: Relay, fault: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(relay, "FAULTS", (fault,))
    server = Counting()
    with running(server.app()) as url:
        through = f"http://127.0.0.1:{bad.before(int(url.rpartition(':')[2]))}"
        assert requests.get(through, timeout=30).status_code == 202
        bad.share = 1.0
        began = time.monotonic()
        try:
            status = requests.get(through, timeout=30).status_code
        except requests.ConnectionError:
            status = 0
    refused, passed = fault in (relay.REFUSED, relay.REFUSED_AFTER), fault not in (relay.CUT, relay.REFUSED)
    assert status == (202 if fault == relay.DELAYED else 502 if refused else 0)
    assert len(server.kept) == 1 + passed
    assert (time.monotonic() - began >= relay.LONGEST_DELAY_SECS) == (fault == relay.DELAYED)
    assert (bad.requests, bad.faults) == (2, {fault: 1})


def test_senders_send_until_everything_is_acknowledged_however_bad_they_and_the_network_are(
    bad: Relay, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The same, sooner.
    for name, secs in {"PATIENCE_SECS": 5.0, "AGAIN_SECS": 0.2, "LONGEST_LATE_SECS": 1.0}.items():
        monkeypatch.setattr(senders_of, name, secs)
    sent, server = deliveries(20), Counting()
    bad.share = 0.3
    with running(server.app()) as url:
        senders = Senders(f"http://127.0.0.1:{bad.before(int(url.rpartition(':')[2]))}", sent, 200, 0.5)
        assert senders.wait(120)
    assert senders.acknowledged == {each.key for each in sent} == set(server.kept)
    assert len(server.kept) > len(sent)
    assert set(senders.faults) == set(FAULTS)


def test_a_store_that_lacks_a_delivery_or_has_a_row_too_many_differs(tmp_path: Path) -> None:
    sent = deliveries(4)
    with oracle(tmp_path / "all", sent) as expected, oracle(tmp_path / "less", sent[:-1]) as lacking:
        assert differing_tables(expected, expected) == []
        told = differing_tables(lacking, expected)
        assert {"table deliveries", "table deployments", "table pull_request_facts"} & {
            sentence.partition(":")[0] for sentence in told
        } >= {"table deliveries", "table deployments"}
        assert len(keys_of(expected)) == len(sent)
        expected.write(lambda cursor: cursor.execute("INSERT INTO reviews FROM reviews LIMIT 1") and None)
        with oracle(tmp_path / "again", sent) as again:
            (sentence,) = differing_tables(expected, again)
        assert sentence.startswith("table reviews: 1 rows")


def test_a_server_that_answers_otherwise_is_told(tmp_path: Path) -> None:
    with oracle(tmp_path / "all", deliveries(4)) as expected, running(Counting().app()) as url:
        with pytest.raises(AssertionError, match="202"):
            differing_answers([url], "key", expected)
        assert differing_answers([], "key", expected) == []


def test_tracebacks_and_secrets_in_logs_are_found() -> None:
    calm = (
        '{"time": "now", "level": "info", "message": "fine"}\n{"time": "now", "level": "error", "message": "12 failed"}'
    )
    assert unwell(calm, {"the key": "klr_x"}) == []
    assert complaints(calm) == {"… failed": 1}
    told = unwell(f"{calm}\nTraceback (most recent call last):\n klr_x", {"the key": "klr_x"})
    assert [sentence.partition(":")[0] for sentence in told] == [
        "the log of a process has a traceback",
        "a log holds the key",
    ]


def test_growth_is_of_the_process_that_grew_most_after_the_start() -> None:
    most_mb = {"api1": [100.0, 200.0, 210.0, 220.0], "api2": [50.0, 200.0, 200.0, 300.0], "late": [0.0, 0.0, 0.0, 90.0]}
    assert growth(most_mb) == (0.5, "api2")


def test_the_oracle_is_a_store_like_any(tmp_path: Path) -> None:
    sent = deliveries(2)
    with oracle(tmp_path, sent):
        pass
    with closing(Database.open(tmp_path)) as database:
        assert {row["name"] for row in database.rows("SELECT name FROM teams")} == {"Platform", "Web"}
