"""What nobody expected, wherever it happens: 500 in the one shape, nothing of its text outside, one line in the log."""

import asyncio
import logging
import socket
import threading
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests
from prometheus_client import CollectorRegistry
from starlette.types import Receive, Scope, Send

from koalr_server.http.errors import UNEXPECTED
from koalr_server.http.guard import Guard, Traffic
from koalr_server.http.keyring import Keyring
from koalr_server.http.memory import Answers
from koalr_server.http.service import Service
from koalr_server.metrics import lists
from koalr_server.store.database import Database
from tests.asgi import ask
from tests.integration.server.conftest import Api
from tests.integration.server.refusals import refused

SECRET = "password=hunter2 at /etc/koalr"


def lines(caplog: pytest.LogCaptureFixture) -> list[str]:
    """What the server logged; the line may come a moment after the answer."""
    deadline = time.monotonic() + 2
    while not (found := [one.getMessage() for one in caplog.records if one.name.startswith("koalr_server")]):
        if time.monotonic() > deadline:
            break
        time.sleep(0.005)
    return found


def explode(*_arguments: object, **_named: object) -> Any:
    raise RuntimeError(SECRET)


def in_the_gate(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Keyring, "_stored", explode)


def in_the_store(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Database, "rows", explode)


def in_an_endpoint(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lists, "deployments", explode)


def in_the_body_of_an_endpoint(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lists, "deployments", lambda *_: ([{"lead": float("nan")}], 1))


def in_the_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Answers, "_recalled", explode)


def in_the_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Service, "stamp", explode)


FAILURES = (in_the_gate, in_the_store, in_an_endpoint, in_the_body_of_an_endpoint, in_the_memory, in_the_clock)


@pytest.mark.parametrize(
    "failure",
    FAILURES,
    ids=lambda failure: failure.__name__,
)
def test_a_failure_anywhere_is_one_500_and_one_line_with_its_id(
    api: Api, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, failure: Callable[..., None]
) -> None:
    failure(monkeypatch)
    with caplog.at_level(logging.WARNING):
        answer = api.get("/deployments", days=1095 - FAILURES.index(failure))  # a window not in the memory
    assert refused(answer, 500) == UNEXPECTED
    assert "hunter2" not in answer.text + str(answer.headers)
    (line,) = lines(caplog)
    assert answer.json()["error"]["requestId"] in line
    assert "hunter2" not in line


def test_an_open_path_fails_in_the_same_way(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    in_the_store(monkeypatch)
    answer = requests.get(f"{api.base_url}/api/readyz", timeout=10)
    assert (answer.status_code, answer.json()["error"]["code"]) == (500, "internal_error")
    assert answer.json()["error"]["requestId"] == answer.headers["X-Request-Id"]
    assert "hunter2" not in answer.text


def test_the_next_request_is_answered(api: Api) -> None:
    assert api.get("/deployments").status_code == 200


def test_a_failure_after_the_answer_began_sends_nothing_more_and_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    async def fails_halfway(_scope: Scope, _receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"half", "more_body": True})
        explode()

    answer = ask(Guard(fails_halfway, Traffic(CollectorRegistry()), []), "GET", "/")
    assert (answer.status, answer.body) == (200, b"half")
    (record,) = caplog.records
    assert answer.headers["x-request-id"] in record.getMessage()
    assert "hunter2" not in caplog.text


def test_a_caller_who_hangs_up_is_no_failure_of_ours(
    api: Api, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    asked, gone, counted = threading.Event(), threading.Event(), threading.Event()

    def counted_once_the_caller_is_gone(*_arguments: object) -> tuple[list[object], int]:
        asked.set()
        assert gone.wait(10)
        counted.set()
        return [], 0

    monkeypatch.setattr(lists, "deployments", counted_once_the_caller_is_gone)
    host = urlsplit(api.base_url)
    with socket.create_connection((str(host.hostname), host.port or 0), timeout=10) as caller:
        caller.sendall(
            f"GET /api/v1/deployments?days=1060 HTTP/1.1\r\nHost: x\r\nX-Koalr-Key: {api.key}\r\n\r\n".encode()
        )
        assert asked.wait(10)
    gone.set()
    assert counted.wait(10)
    assert api.get("/teams").status_code == 200
    assert not [record for record in caplog.records if record.name.startswith("koalr_server")]


def test_a_cancelled_request_is_not_swallowed() -> None:
    async def cancelled(_scope: Scope, _receive: Receive, _send: Send) -> None:
        raise asyncio.CancelledError

    with pytest.raises(asyncio.CancelledError):
        ask(Guard(cancelled, Traffic(CollectorRegistry()), []), "GET", "/")
