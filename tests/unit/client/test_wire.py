"""Faults of a real connection on loopback: dripping, cut, endless, reset and wrong answers."""

import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
import responses

from koalr_api import APIConnectionError, APITimeoutError, ConfigError, Koalr
from koalr_api import transport as transport_module
from tests.contract.bodies import body

KEY = "klr_live_" + "k" * 40
GOOD = json.dumps(body("flow")).encode()
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
Serve = Callable[[socket.socket], None]


@contextmanager
def serving(answer: Serve) -> Iterator[str]:
    """A server that reads a request and lets `answer` do what it likes with the connection."""
    listener = socket.create_server(("127.0.0.1", 0))
    listener.settimeout(0.05)
    done = threading.Event()

    def serve() -> None:
        while not done.is_set():
            try:
                connection, _ = listener.accept()
            except TimeoutError:
                continue
            with connection:
                connection.settimeout(5)
                try:
                    while b"\r\n\r\n" not in connection.recv(65536):
                        pass
                    answer(connection)
                except OSError:
                    continue

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        done.set()
        thread.join()
        listener.close()


def dripping(content: bytes) -> Serve:
    def answer(connection: socket.socket) -> None:
        for byte in content:
            connection.sendall(bytes([byte]))
            time.sleep(0.05)

    return answer


def at_once(content: bytes) -> Serve:
    return lambda connection: connection.sendall(content)


def reset(connection: socket.socket) -> None:
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\0\0\0\0\0\0\0")


def asked(url: str, read_secs: float = 2.0) -> int | None:
    return Koalr(KEY, base_url=url, max_retries=0, timeout_secs=(1.0, read_secs)).metrics.flow().wip_count


def test_a_sound_answer_passes() -> None:
    with serving(at_once(HEAD + b"Content-Length: %d\r\n\r\n" % len(GOOD) + GOOD)) as url:
        assert asked(url) == 6


def test_an_answer_up_to_the_end_of_the_connection_passes() -> None:
    with serving(at_once(HEAD + b"Connection: close\r\n\r\n" + GOOD)) as url:
        assert asked(url) == 6


@pytest.mark.parametrize(
    "content",
    [
        HEAD + b"X-Padding: " + b"x" * 2000,
        HEAD + b"Content-Length: 4000\r\n\r\n" + b" " * 2000,
        HEAD + b"Transfer-Encoding: chunked\r\n\r\n" + b"1\r\n \r\n" * 2000,
    ],
    ids=["headers", "body", "chunks"],
)
def test_a_server_that_drips_holds_nobody_longer_than_two_read_timeouts(content: bytes) -> None:
    # The beginning comes at once: the deadline has to come out of the drip alone.
    began = time.monotonic()
    with serving(dripping(content)) as url:
        with pytest.raises(APITimeoutError):
            asked(url, read_secs=0.4)
        assert time.monotonic() - began < 10


@pytest.mark.parametrize(
    "content",
    [
        HEAD + b"Content-Length: 4000\r\n\r\n" + GOOD,
        HEAD + b"Transfer-Encoding: chunked\r\n\r\n%x\r\n" % len(GOOD) + GOOD[:20],
        HEAD + b"Content-Encoding: gzip\r\nContent-Length: 4\r\n\r\nabcd",
        b"HTTP/1.1 2",
        b"nonsense\r\n\r\n",
        b"",
    ],
    ids=["short", "half a chunk", "no gzip", "half a line", "no http", "nothing"],
)
def test_an_answer_that_breaks_off_is_a_connection_error(content: bytes) -> None:
    with serving(at_once(content)) as url, pytest.raises(APIConnectionError):
        asked(url)


def test_a_reset_is_a_connection_error() -> None:
    with serving(reset) as url, pytest.raises(APIConnectionError):
        asked(url)


def test_a_silent_server_is_a_timeout() -> None:
    with serving(lambda connection: time.sleep(0.6)) as url, pytest.raises(APITimeoutError):
        asked(url, read_secs=0.2)


def test_an_answer_without_end_is_cut_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transport_module, "LARGEST_BODY_BYTES", 1_000_000)

    def endless(connection: socket.socket) -> None:
        connection.sendall(HEAD + b"\r\n")
        while True:
            connection.sendall(b" " * 65536)

    with serving(endless) as url, pytest.raises(APIConnectionError, match="more than"):
        asked(url)


@pytest.mark.parametrize("content", [GOOD[:-1], b"{" * 100_000, b"\xff\xfe"], ids=["cut", "deep", "no text"])
def test_wrong_json_is_no_answer_and_never_kept(content: bytes) -> None:
    with serving(at_once(HEAD + b"Content-Length: %d\r\n\r\n" % len(content) + content)) as url:
        koalr = Koalr(KEY, base_url=url, max_retries=0)
        with pytest.raises(ConfigError, match="without a JSON object"):
            koalr.metrics.flow()
        assert koalr.stats().entries == 0


def test_an_etag_is_sent_back_and_unchanged_renews_the_answer() -> None:
    with responses.RequestsMock() as web:
        web.get("https://koalr.test/api/v1/flow", body=GOOD, headers={"ETag": '"v1"'})
        web.get(
            "https://koalr.test/api/v1/flow",
            status=304,
            match=[responses.matchers.header_matcher({"If-None-Match": '"v1"'})],
        )
        koalr = Koalr(KEY, base_url="https://koalr.test", cache_ttl_secs=0)
        before, after = koalr.metrics.flow(), koalr.metrics.flow()
    assert after.wip_count == before.wip_count == 6
    assert after.fetched_at > before.fetched_at
    assert koalr.stats().unchanged == 1


def test_no_cookie_of_an_answer_is_sent_back() -> None:
    with responses.RequestsMock() as web:
        web.get("https://koalr.test/api/v1/flow", body=GOOD, headers={"Set-Cookie": "a=1"})
        koalr = Koalr(KEY, base_url="https://koalr.test", cache_ttl_secs=0)
        koalr.metrics.flow()
        koalr.metrics.flow()
        assert "Cookie" not in web.calls[1].request.headers


@pytest.mark.parametrize("etag", ["\xa0v1", "v" * 5000, "v\x01"], ids=["blank", "long", "control"])
def test_an_etag_no_header_can_carry_back_is_not_kept(etag: str) -> None:
    with responses.RequestsMock() as web:
        web.get("https://koalr.test/api/v1/flow", body=GOOD, headers={"ETag": etag})
        koalr = Koalr(KEY, base_url="https://koalr.test", cache_ttl_secs=0, max_retries=0)
        koalr.metrics.flow()
        assert not koalr.metrics.flow().stale
        assert [call.request.headers.get("If-None-Match") for call in web.calls] == [None, None]
