"""Clients that are slow at everything there is to be slow at, over real sockets: they are cut off, and others are served meanwhile."""

import hashlib
import hmac
import secrets
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import ClassVar
from urllib.parse import urlsplit

import pytest
import requests
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from koalr_server.clock import Calendar
from koalr_server.http import ingest
from koalr_server.http.app import create_server
from koalr_server.http.connections import MOST_CONNECTIONS, OTHER_FILES, Patience, PatientConnection
from koalr_server.http.service import Service
from koalr_server.inbox.inbox import Inbox
from koalr_server.sources.rules import Rules
from koalr_server.store.database import Database
from tests.integration.server.test_command_line import ROOT
from tests.integration.server.test_inbox import create_key
from tests.running import running

SECRET = "shared-with-github"
MOST = 20
MANY = 5 * MOST
# What a client may send before it stops, so that it is slow at this or that.
HEAD = b"GET /api/v1/teams HTTP/1.1\r\nHost: x\r\n"
POST = b"POST /api/v1/pr-risk/score HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
DELIVERY = b"POST /api/ingest/github HTTP/1.1\r\nHost: x\r\n"
SLOW: dict[str, Callable[[str], bytes]] = {
    "sends nothing": lambda _: b"",
    "sends half a line": lambda _: b"GET /api/v1/te",
    "sends headers without end": lambda _: HEAD + b"X-A: 1\r\n" * 100,
    "sends half a body": lambda key: POST + f"X-Koalr-Key: {key}\r\n".encode() + b"Content-Length: 100\r\n\r\n{",
    "sends chunks without end": lambda key: (
        POST + f"X-Koalr-Key: {key}\r\n".encode() + b"Transfer-Encoding: chunked\r\n\r\n1\r\n{\r\n"
    ),
    "sends half a delivery": lambda _: DELIVERY + b"Content-Length: 26214400\r\n\r\n{",
    "sends a delivery in chunks without end": lambda _: DELIVERY + b"Transfer-Encoding: chunked\r\n\r\n1\r\n{\r\n",
    "goes on after a refusal": lambda _: b"POST /api/nothing HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n\r\n{",
    "asks nothing more after an answer": lambda _: b"GET /api/healthz HTTP/1.1\r\nHost: x\r\n\r\n",
}


class Hurried(PatientConnection):
    """The same with less time."""

    patience: ClassVar[Patience] = Patience(0.3, 0.4, 0.3, 0.3, MOST)


class Unhurried(PatientConnection):
    """One that cuts nobody off within a test, so that all that helps is who makes room."""

    patience: ClassVar[Patience] = Patience(600, 600, 600, 600, MOST)


@pytest.fixture(scope="module", params=[Hurried, Unhurried], ids=lambda kind: kind.__name__)
def server(request: pytest.FixtureRequest) -> Iterator[tuple[str, str]]:
    """A server that takes deliveries: address and key."""
    database = Database.in_memory()
    key = create_key(database, "read", "write")
    inbox = Inbox(database, Rules(), 90, gather_secs=0)
    inbox.start()
    app = create_server(Service(database, Calendar()), inbox, {"github": (SECRET,)})
    with running(app, request.param) as url:
        yield url, key
    inbox.stop()
    database.close()


def connected(url: str) -> socket.socket:
    address = urlsplit(url)
    assert address.hostname is not None
    return socket.create_connection((address.hostname, address.port or 80), timeout=20)


def ended(connection: socket.socket) -> bool:
    """Whether the server lets go of a connection; waits for it."""
    try:
        while connection.recv(65536):
            pass
    except ConnectionResetError:
        return True
    except TimeoutError:
        return False
    return True


@pytest.mark.parametrize("server", [Hurried], indirect=True, ids=["Hurried"])
@pytest.mark.parametrize("name", SLOW)
def test_who_is_too_slow_is_cut_off(server: tuple[str, str], name: str) -> None:
    url, key = server
    with connected(url) as client:
        client.sendall(SLOW[name](key))
        assert ended(client)


@pytest.mark.parametrize("server", [Hurried], indirect=True, ids=["Hurried"])
@pytest.mark.parametrize("name", ["sends headers without end", "sends chunks without end", "goes on after a refusal"])
def test_sending_a_little_now_and_then_buys_no_time(server: tuple[str, str], name: str) -> None:
    url, key = server
    piece = {"sends headers without end": b"X: 1\r\n", "sends chunks without end": b"1\r\n \r\n"}.get(name, b" ")
    with connected(url) as client:
        client.sendall(SLOW[name](key))
        client.settimeout(0.05)
        deadline = time.monotonic() + 20
        with suppress(ConnectionError):
            while time.monotonic() < deadline:
                client.sendall(piece)
                with suppress(TimeoutError):
                    if not client.recv(65536):
                        break
        assert time.monotonic() < deadline


@pytest.mark.parametrize("name", SLOW)
def test_others_are_served_beside_many_slow_ones(server: tuple[str, str], name: str) -> None:
    url, key = server
    with ExitStack() as stack:
        for number in range(MANY):
            client = stack.enter_context(connected(url))
            with suppress(ConnectionError):
                client.sendall(SLOW[name](key))
            if number % 10 == 9:
                for path in ("/v1/teams", "/healthz"):
                    answer = requests.get(f"{url}/api{path}", headers={"X-Koalr-Key": key}, timeout=10)
                    assert answer.status_code in (200, 429), answer.text


def signed(body: bytes) -> dict[str, str]:
    """The headers of a good delivery."""
    signature = "sha256=" + hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()
    return {"X-GitHub-Event": "ping", "X-GitHub-Delivery": secrets.token_hex(8), "X-Hub-Signature-256": signature}


@pytest.mark.parametrize("server", [Unhurried], indirect=True, ids=["Unhurried"])
@pytest.mark.parametrize("sent", [b"{", b"{" * 60_000], ids=["much promised", "much sent"])
def test_deliveries_that_never_end_keep_no_good_one_out(
    server: tuple[str, str], sent: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Room for 20 deliveries of the size that they promise, or for 10 of what they send.
    monkeypatch.setattr(ingest, "MOST_BYTES_IN_FLIGHT", 10 * len(sent) if len(sent) > 1 else 500 * 2**20)
    url, _ = server
    monkeypatch.setattr(Unhurried, "patience", Patience(600, 600, 600, 600, 100))
    with ExitStack() as stack:
        for _ in range(30):
            stack.enter_context(connected(url)).sendall(DELIVERY + b"Content-Length: 26214400\r\n\r\n" + sent)
        body = b'{"zen": "x"}' + b" " * len(sent)
        for _ in range(3):
            answer = requests.post(f"{url}/api/ingest/github", data=body, headers=signed(body), timeout=10)
            assert answer.status_code == 202, answer.text


def test_an_answer_that_is_not_taken_is_not_kept_for_ever() -> None:
    async def large(scope: Scope, receive: Receive, send: Send) -> None:
        await Response(b"x" * 20_000_000)(scope, receive, send)

    with running(large, Hurried) as url, connected(url) as client:
        client.sendall(HEAD + b"\r\n")
        time.sleep(1)
        taken = 0
        with suppress(ConnectionResetError):
            while piece := client.recv(1_000_000):
                taken += len(piece)
        assert taken < 20_000_000  # the system keeps some megabytes


@pytest.mark.parametrize("pieces", [1, 200])
def test_a_client_that_takes_its_answer_slowly_gets_all_of_it(pieces: int) -> None:
    async def large(scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"20000000")]})
        for _ in range(pieces):
            await send({"type": "http.response.body", "body": b"x" * (20_000_000 // pieces), "more_body": True})
        await send({"type": "http.response.body", "body": b""})

    with running(large, Hurried) as url, connected(url) as client:
        client.sendall(HEAD + b"\r\n")
        taken = 0
        while taken < 20_000_000:
            piece = client.recv(1_000_000)
            assert piece, f"cut off after {taken}"
            taken += len(piece)
            time.sleep(0.04)


@pytest.mark.skipif(not shutil.which("prlimit"), reason="needs util-linux")
def test_a_process_with_few_files_answers_beside_more_idle_connections_than_it_has_files(tmp_path: Path) -> None:
    few = OTHER_FILES + 50
    command = [sys.executable, "-m", "koalr_server", "serve", "--port", "0", "--data", str(tmp_path)]
    limited = ["prlimit", f"--nofile={few}:{few}", *command]
    process = subprocess.Popen(limited, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=ROOT)
    try:
        assert process.stdout is not None
        url = process.stdout.readline().split()[3].partition("/api")[0]
        with ExitStack() as stack:
            for _ in range(few + 50):
                stack.enter_context(connected(url))
            assert requests.get(f"{url}/api/healthz", timeout=10).status_code == 200
    finally:
        process.terminate()
        _, log = process.communicate(timeout=20)
    assert "Too many open files" not in log


@pytest.mark.parametrize("limit", [(1024, 4096), (256, 256), (50, 50), (65536, 65536)])
def test_there_are_never_more_connections_than_the_system_lets_it_have(
    limit: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    from koalr_server.http import connections

    found = list(limit)
    monkeypatch.setattr(connections.resource, "getrlimit", lambda _: tuple(found))
    monkeypatch.setattr(connections.resource, "setrlimit", lambda _, wanted: found.__setitem__(slice(None), wanted))
    patience = connections.patience_of_this_process()
    assert 1 <= patience.connections <= MOST_CONNECTIONS
    assert patience.connections + OTHER_FILES <= found[0] or patience.connections == 1
    assert found[1] == limit[1]
