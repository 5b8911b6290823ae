"""What every refusal looks like, and a way to send bytes that no client library would."""

import json
import re
import socket
from typing import Any
from urllib.parse import urlsplit

import requests

LIMIT_HEADERS = ("X-RateLimit-Limit", "X-RateLimit-Remaining", "X-RateLimit-Reset")
REQUEST_ID = re.compile(r"req_[0-9a-f]{16}")
CODES = {400: "bad_request", 401: "unauthorized", 403: "forbidden", 404: "not_found", 405: "method_not_allowed"}
CODES |= {429: "rate_limited", 500: "internal_error"}


def refused(answer: requests.Response, status: int, param: str | None = None) -> str:
    """Check that an answer is a refusal with the one body, and give its message."""
    assert answer.status_code == status, answer.text[:300]
    assert answer.headers["Content-Type"] == "application/json"
    body = answer.json()
    assert set(body) == {"error"}
    error = body["error"]
    assert set(error) == {"code", "message", "requestId"} | ({"param"} if param else set())
    assert (error["code"], error.get("param")) == (CODES[status], param)
    assert REQUEST_ID.fullmatch(error["requestId"])
    assert error["requestId"] == answer.headers["X-Request-Id"]
    assert all(int(answer.headers[name]) >= 0 for name in LIMIT_HEADERS)
    assert error["message"].endswith((".", ";")), "a sentence"
    assert len(error["message"]) < 600
    message: str = error["message"]
    return message


def exchange(base_url: str, *parts: bytes) -> tuple[int, dict[str, str], bytes]:
    """Send bytes over a socket as they are; status, headers in lower case, body of the first answer."""
    address = urlsplit(base_url)
    assert address.hostname is not None
    with socket.create_connection((address.hostname, address.port or 80), timeout=10) as connection:
        for part in parts:
            connection.sendall(part)
        with connection.makefile("rb") as answer:
            status = int(answer.readline().split()[1])
            headers: dict[str, str] = {}
            while line := answer.readline().strip():
                name, _, value = line.decode("latin-1").partition(":")
                headers[name.lower()] = value.strip()
            return status, headers, answer.read(int(headers.get("content-length", 0)))


def refused_raw(found: tuple[int, dict[str, str], bytes], status: int) -> dict[str, Any]:
    """The same check for bytes; gives the error."""
    assert found[0] == status, found
    error: dict[str, Any] = json.loads(found[2])["error"]
    assert set(error) <= {"code", "message", "param", "requestId"}
    assert (error["code"], error["requestId"]) == (CODES[status], found[1]["x-request-id"])
    return error
