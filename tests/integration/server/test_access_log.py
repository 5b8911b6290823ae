"""The log of `serve`: lines of JSON on standard error, one per request and failure, with no key in any."""

import io
import json
import logging
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import requests
from prometheus_client import CollectorRegistry
from starlette.types import Receive, Scope, Send

from koalr_server.http.guard import Guard, Traffic
from koalr_server.http.logs import JsonLines
from koalr_server.keys import new_key
from tests.asgi import ask
from tests.integration.server.refusals import exchange
from tests.integration.server.test_command_line import ROOT, koalr

FORGED = "%0A%7B%22status%22%3A200%7D%0D%E2%80%A8"


@dataclass
class Serving:
    """A `serve` process that has answered some requests and ended."""

    lines: list[str]
    keys: list[str]
    answered: list[requests.Response]

    def requests(self) -> list[dict[str, Any]]:
        """The lines about requests."""
        return [line for line in map(json.loads, self.lines) if line["message"] == "request answered"]


def serve(data: Path, *options: str) -> Serving:
    """Start, ask in every awkward way, stop."""
    stored = koalr("keys", "create", "--name", "log", "--data", str(data)).stdout.strip()
    guessed = new_key()
    with (data / "stderr.log").open("w+") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "koalr_server", "serve", "--port", "0", "--data", str(data), *options],
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
            cwd=ROOT,
        )
        assert process.stdout is not None
        url = process.stdout.readline().split()[3].partition("/api")[0]
        answered = [
            requests.get(url + path, headers={"X-Koalr-Key": key}, timeout=20)
            for path, key in (
                ("/api/v1/teams", stored),
                (f"/api/v1/teams?key={guessed}&{stored}", stored),
                (f"/api/v1/teams/{stored}", stored),
                (f"/api/v1/{stored.replace('k', '%6B')}/{guessed}", guessed),
                (f"/api/v1/{FORGED}", stored),
                ("/api/v1/" + "x" * 3_000, stored),
                ("/api/healthz", guessed),
            )
        ]
        exchange(url, b"GET /api/v1/" + guessed.encode() + b"\xff HTTP/1.1\r\n\r\n")
        process.terminate()
        process.communicate(timeout=20)
        log.seek(0)
        return Serving(log.read().splitlines(), [stored, guessed], answered)


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Serving:
    return serve(tmp_path_factory.mktemp("served"))


def test_every_request_is_one_line_with_its_id_status_time_and_the_id_of_its_key(served: Serving) -> None:
    lines = served.requests()
    assert [line["requestId"] for line in lines] == [answer.headers["X-Request-Id"] for answer in served.answered]
    assert [line["status"] for line in lines] == [answer.status_code for answer in served.answered]
    first = lines[0]
    assert set(first) == {"time", "level", "message", "requestId", "method", "path", "status", "ms", "key"}
    assert (first["method"], first["path"], first["status"]) == ("GET", "/api/v1/teams", 200)
    assert first["key"].startswith("key_")
    assert first["time"].endswith("Z")
    assert 0 < first["ms"] < 5_000
    assert lines[3]["key"] is None


def test_a_key_is_in_no_line_wherever_it_was_put(served: Serving) -> None:
    text = "\n".join(served.lines)
    assert not any(key in text or key[9:30] in text for key in served.keys)
    assert "klr_live_\u2026" in served.requests()[2]["path"]


def test_a_path_cannot_forge_a_line(served: Serving) -> None:
    forged = served.requests()[4]
    assert forged["path"].startswith('/api/v1/\n{"status":200}')
    assert len([line for line in served.lines if "request answered" in line]) == len(served.answered)


def test_a_long_path_is_cut(served: Serving) -> None:
    assert len(served.requests()[5]["path"]) == 200


def test_what_is_no_http_is_a_line_of_json_too(served: Serving) -> None:
    assert [line["level"] for line in map(json.loads, served.lines) if "Invalid HTTP" in line["message"]] == ["warning"]


def test_requests_can_be_left_out(tmp_path: Path) -> None:
    assert serve(tmp_path, "--no-access-log").requests() == []


def test_a_failure_is_one_line_with_the_request_id_and_its_kind_alone() -> None:
    async def fails(_scope: Scope, _receive: Receive, _send: Send) -> None:
        raise RuntimeError("hunter2\nforged")

    written = io.StringIO()
    handler = logging.StreamHandler(written)
    handler.setFormatter(JsonLines())
    logger = logging.getLogger("koalr_server.http")
    logger.addHandler(handler)
    try:
        answer = ask(Guard(fails, Traffic(CollectorRegistry()), []), "GET", "/")
    finally:
        logger.removeHandler(handler)
    (line,) = written.getvalue().splitlines()
    found = json.loads(line)
    assert (found["level"], found["requestId"], found["error"]) == (
        "error",
        answer.json()["error"]["requestId"],
        "RuntimeError",
    )
    assert "hunter2" not in line
