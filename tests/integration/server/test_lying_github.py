"""A GitHub that lies about where to go on, or sends without end: the token stays with the API, and nothing here is reached."""

import gzip
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from koalr_server.sync.gate import Gate
from koalr_server.sync.github import transport
from koalr_server.sync.github.answer import Unanswered
from koalr_server.sync.github.connection import Connection
from koalr_server.sync.github.credentials import Token
from koalr_server.sync.github.transport import Transport, anonymous
from tests.integration.server.github_server import TOKEN, World
from tests.integration.server.github_world import Serving
from tests.integration.server.memory_store import MemoryStore
from tests.integration.server.test_github_sync import read
from tests.running import running


@contextmanager
def elsewhere() -> Iterator[tuple[int, list[bytes]]]:
    """Another server of this machine; yields its port and what it was sent, where anything connected at all."""
    heard: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as listener:
        over = threading.Event()
        listener.settimeout(0.05)

        def serve() -> None:
            while not over.is_set():
                try:
                    connection, _ = listener.accept()
                except TimeoutError:
                    continue
                with connection:
                    connection.settimeout(1)
                    try:
                        heard.append(connection.recv(65536))
                    except OSError:
                        heard.append(b"")

        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield listener.getsockname()[1], heard
        finally:
            over.set()
            thread.join()


WAYS = (
    "http://127.0.0.1:{port}/x",
    "https://127.0.0.1:{port}/x",
    "http://127.0.0.1:{port}\\@{host}/x",
    "http://{host}@127.0.0.1:{port}/x",
    "//127.0.0.1:{port}/x",
    "http://localhost:{port}/x",
    "http://[::ffff:127.0.0.1]:{port}/x",
    "http://169.254.169.254/latest/meta-data/",
    "gopher://127.0.0.1:{port}/x",
    "file:///etc/passwd",
)


def asking(there: World) -> Connection:
    """A connection with the token."""
    gate = Gate(there.time.clock, there.time.sleep, lambda _: None)
    return Connection(there.base_url, Token(TOKEN), gate, there.time.clock, lambda: 0.5)


def target(way: str, port: int, there: World) -> str:
    return way.format(port=port, host=there.base_url.removeprefix("http://"))


@pytest.mark.parametrize("way", WAYS)
def test_a_redirect_takes_the_token_nowhere(serving: Serving, way: str) -> None:
    there = serving()
    with elsewhere() as (port, heard):
        moved = Response(status_code=302, headers={"Location": target(way, port, there)})
        there.accidents = {1: lambda _, __: moved}
        with pytest.raises(Unanswered, match="another host"):
            asking(there).get("/user")
    assert heard == []


@pytest.mark.parametrize("way", WAYS)
def test_a_next_page_takes_the_token_nowhere(serving: Serving, way: str) -> None:
    there = serving()
    with elsewhere() as (port, heard):
        link = {"Link": f'<{target(way, port, there)}>; rel="next"'}
        there.accidents = {1: lambda _, __: Response("[]", headers=link, media_type="application/json")}
        with pytest.raises(Unanswered, match="another host"):
            list(asking(there).pages("/user/repos"))
    assert heard == []


@pytest.mark.parametrize("way", WAYS)
def test_a_report_is_fetched_from_no_other_server_of_this_network(serving: Serving, way: str) -> None:
    there = serving()
    with elsewhere() as (port, heard), pytest.raises(Unanswered, match=r"not https|connection to GitHub failed"):
        asking(there).download(target(way, port, there))
    # Where a name leads is known once connected; then nothing is sent, not even a greeting.
    assert not any(heard)


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::ffff:127.0.0.1]"])
def test_a_name_that_leads_into_this_network_is_told_nothing(host: str) -> None:
    with elsewhere() as (port, heard):
        sent = Transport().send("GET", f"https://{host}:{port}/report", anonymous, public=True)
        assert sent == "the connection to GitHub failed"
    assert not any(heard)


def test_a_small_answer_that_unpacks_to_a_large_one_is_not_kept() -> None:
    packed = gzip.compress(bytes(50_000_000))

    async def bomb(scope: Scope, receive: Receive, send: Send) -> None:
        await Response(packed, headers={"Content-Encoding": "gzip"})(scope, receive, send)

    with running(bomb) as url, pytest.raises(Unanswered, match="larger than 1 MiB"):
        Transport().send("GET", url, anonymous, most_bytes=2**20)


def test_a_page_without_end_is_one_sentence_and_the_rest_goes_on(
    serving: Serving, monkeypatch: pytest.MonkeyPatch
) -> None:
    there = serving()
    content = transport._content
    monkeypatch.setattr(transport, "_content", lambda response, _: content(response, 2**20))

    def endless(_: World, __: Request) -> Response:
        return Response(b"[" + b" " * 2**21 + b"]", media_type="application/json")

    there.accidents = {2: endless}
    report = read(there, MemoryStore())
    assert list(report.missing) == ["pull requests: an answer was larger than 1 MiB"]
    assert report.tallies["issues"].read == 26
