"""POST /ingest/{source} is answered as the OpenAPI document describes it."""

import base64
import hashlib
import hmac
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pytest
from starlette.types import ASGIApp

from koalr_server.http import ingest
from koalr_server.http.app import create_server
from koalr_server.http.errors import CODES
from koalr_server.http.ingest_description import EXAMPLES, HEADERS, PATH
from koalr_server.http.service import Service
from koalr_server.inbox.inbox import Inbox
from koalr_server.sources.registry import SOURCES
from koalr_server.sources.rules import Rules
from koalr_server.store.database import Database
from tests.asgi import Answer, ask
from tests.integration.server.test_inbox import create_key

SECRET = b"a secret that both sides have"
SECRETS = {
    "github": (SECRET.decode(),),
    "pagerduty": (SECRET.decode(),),
    "opsgenie": (SECRET.decode(),),
    "incident-io": ("whsec_" + base64.b64encode(SECRET).decode(),),
}
Sent = Mapping[str, str]


@dataclass
class Desk:
    """An application that takes deliveries, without a network."""

    app: ASGIApp
    inbox: Inbox
    database: Database
    key: str

    def operation(self) -> dict[str, Any]:
        document = ask(self.app, "GET", "/api/openapi.json").json()
        found: dict[str, Any] = document["paths"][PATH]["post"]
        return found

    def send(self, source: str, raw: bytes, headers: Sent, method: str = "POST") -> Answer:
        sent = [(name.lower().encode(), value.encode()) for name, value in headers.items()]
        return ask(self.app, method, f"/api/ingest/{source}", headers=sent, body=raw)

    def call(self, raw: bytes = b"{}", source: str = "deployments", method: str = "POST", **headers: str) -> Answer:
        """What a script sends, with its key."""
        return self.send(source, raw, {"X-Koalr-Key": self.key, **headers}, method)


@pytest.fixture
def desk() -> Iterator[Desk]:
    database = Database.in_memory()
    inbox = Inbox(database, Rules(), 90, gather_secs=0)
    inbox.start()
    app = create_server(Service(database), inbox, SECRETS)
    yield Desk(app, inbox, database, create_key(database, "write"))
    inbox.stop()
    database.close()


def shown(source: str, raw: bytes, key: str) -> Sent:
    """What a sender shows, in the headers that are described."""

    def mark(content: bytes) -> bytes:
        return hmac.new(SECRET, content, hashlib.sha256).digest()

    now = str(int(datetime.now(UTC).timestamp()))
    of_tools = {
        "github": {
            "X-GitHub-Event": "pull_request",
            "X-GitHub-Delivery": "1",
            "X-Hub-Signature-256": f"sha256={mark(raw).hex()}",
        },
        "pagerduty": {"X-PagerDuty-Signature": f"v1={mark(raw).hex()}"},
        "opsgenie": {"X-Koalr-Token": SECRET.decode()},
        "incident-io": {
            "webhook-id": "1",
            "webhook-timestamp": now,
            "webhook-signature": f"v1,{base64.b64encode(mark(f'1.{now}.'.encode() + raw)).decode()}",
        },
    }
    return of_tools.get(source, {"X-Koalr-Key": key, "idempotency-key": "1"})


def slow(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> Answer:
    async def never(*_: object) -> bytes:
        raise TimeoutError

    monkeypatch.setattr(ingest.Ingest, "_read", never)
    return desk.call()


def guessing(desk: Desk, _monkeypatch: pytest.MonkeyPatch) -> Answer:
    for _ in range(ingest.MOST_REFUSALS_PER_MINUTE):
        desk.send("opsgenie", b"{}", {"X-Koalr-Token": "guessed"})
    return desk.send("opsgenie", b"{}", {"X-Koalr-Token": "guessed"})


def showing_the_sample(desk: Desk, _monkeypatch: pytest.MonkeyPatch) -> Answer:
    desk.database.write(
        lambda cursor: cursor.execute(
            """INSERT INTO meta VALUES ('content', 'sample'), ('sample_shift', 'none'),
            ('sample_ends_at', '2025-03-31T00:00:00')"""
        )
    )
    return desk.call()


def stopping(desk: Desk, _monkeypatch: pytest.MonkeyPatch) -> Answer:
    desk.inbox.stop()
    return desk.call(json.dumps(EXAMPLES["deployments"]).encode())


def without_a_secret(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> Answer:
    monkeypatch.delitem(SECRETS, "github")
    return desk.send("github", b"{}", {})


ANSWERS: dict[int, Callable[[Desk, pytest.MonkeyPatch], Answer]] = {
    202: lambda desk, _: desk.call(json.dumps(EXAMPLES["deployments"]).encode()),
    400: lambda desk, _: desk.call(b"{"),
    401: lambda desk, _: desk.send("opsgenie", b"{}", {}),
    403: without_a_secret,
    404: lambda desk, _: desk.call(source="nowhere"),
    405: lambda desk, _: desk.call(method="GET"),
    408: slow,
    409: showing_the_sample,
    413: lambda desk, _: desk.call(**{"Content-Length": str(2**30)}),
    429: guessing,
    503: stopping,
}


@pytest.mark.parametrize("status", ANSWERS)
def test_every_answer_is_described_with_its_headers_and_its_body(
    status: int, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    described = desk.operation()["responses"][str(status)]
    answer = ANSWERS[status](desk, monkeypatch)
    assert answer.status == status
    assert set(described["headers"]) <= {name.title() for name in answer.headers}
    assert {"retry-after", "allow"} & set(answer.headers) <= {name.lower() for name in described["headers"]}
    if status == 202:
        assert answer.json() == described["content"]["application/json"]["example"]
    else:
        assert described["content"]["application/json"]["schema"] == {"$ref": "#/components/schemas/ErrorBody"}
        assert answer.json()["error"]["code"] == CODES[status]
        assert f"`{CODES[status]}`" in described["description"]


def test_no_answer_is_described_that_none_gives(desk: Desk) -> None:
    assert set(desk.operation()["responses"]) == set(map(str, ANSWERS))


@pytest.mark.parametrize("source", SOURCES)
def test_the_example_of_every_source_is_taken_and_tells_something(source: str, desk: Desk) -> None:
    body = desk.operation()["requestBody"]["content"]["application/json"]["examples"][source]["value"]
    raw = json.dumps(body).encode()
    headers = shown(source, raw, desk.key)
    assert desk.send(source, raw, headers).status == 202
    described = {each["name"] for each in desk.operation()["parameters"] if each["in"] == "header"}
    assert set(headers) - {"X-Koalr-Key"} <= described
    assert SOURCES[source].observe(headers.get("X-GitHub-Event", ""), body)


def test_sources_and_headers_are_those_there_are(desk: Desk) -> None:
    (source, *headers) = desk.operation()["parameters"]
    assert set(source["schema"]["enum"]) == set(SOURCES) == set(EXAMPLES)
    used = {name for each in SOURCES for name in shown(each, b"{}", "k")} - {"X-Koalr-Key"}
    assert {each["name"] for each in headers} == used == set(HEADERS)


def test_a_server_that_takes_none_describes_none() -> None:
    database = Database.in_memory()
    document = ask(create_server(Service(database)), "GET", "/api/openapi.json").json()
    assert PATH not in document["paths"]
    database.close()
