"""Headers on every answer: what they say, and when."""

from base64 import b64encode
from hashlib import sha256
from ipaddress import ip_network
from pathlib import Path

import pytest
import streamlit
from starlette.responses import PlainTextResponse, Response
from starlette.types import Receive, Scope, Send

from hosting.headers import SecurityHeaders
from hosting.policy import content_security_policy, script_hashes
from tests.unit.hosting.asgi import answered

PROXIES = (ip_network("127.0.0.1"),)
HSTS = ("strict-transport-security", "max-age=31536000")
HTTPS = {"X-Forwarded-Proto": "https"}


async def cookies(scope: Scope, receive: Receive, send: Send) -> None:
    answer = PlainTextResponse("hello")
    answer.set_cookie("mine", "1")
    answer.set_cookie("strict", "1", secure=True)
    await answer(scope, receive, send)


def secured(https: bool = False) -> SecurityHeaders:
    return SecurityHeaders(cookies, "default-src 'self'", PROXIES, https)


def test_every_answer_has_them() -> None:
    status, headers = answered(secured())
    assert status == 200
    found = dict(headers)
    assert found["content-security-policy"] == "default-src 'self'"
    assert found["x-content-type-options"] == "nosniff"
    assert found["referrer-policy"] == "same-origin"
    assert found["cross-origin-opener-policy"] == "same-origin"
    assert "camera=()" in found["permissions-policy"]


def test_a_part_with_a_policy_of_its_own_keeps_it() -> None:
    async def inner(scope: Scope, receive: Receive, send: Send) -> None:
        await Response(headers={"Content-Security-Policy": "default-src 'none'"})(scope, receive, send)

    _, headers = answered(SecurityHeaders(inner, "default-src 'self'", PROXIES, False))
    assert [value for name, value in headers if name == "content-security-policy"] == ["default-src 'none'"]


@pytest.mark.parametrize(
    ("peer", "headers", "https"),
    [
        ("127.0.0.1", HTTPS, True),
        ("127.0.0.1", {"X-Forwarded-Proto": "http, HTTPS"}, True),
        ("127.0.0.1", {"X-Forwarded-Proto": "https, http"}, False),
        ("127.0.0.1", {"X-Forwarded-Proto": "http"}, False),
        ("127.0.0.1", {}, False),
        ("203.0.113.9", HTTPS, False),
    ],
)
def test_https_is_insisted_on_only_where_a_trusted_proxy_speaks_it(
    peer: str, headers: dict[str, str], https: bool
) -> None:
    _, found = answered(secured(), peer=peer, headers=headers)
    assert (HSTS in found) is https
    set_cookies = [value for name, value in found if name == "set-cookie"]
    assert [value.lower().count("secure") for value in set_cookies] == [int(https), 1]


def test_a_server_that_speaks_tls_itself_insists() -> None:
    assert HSTS in answered(secured(https=True), peer="203.0.113.9")[1]


def test_a_websocket_passes_untouched() -> None:
    seen: list[tuple[Scope, Receive, Send]] = []

    async def inner(scope: Scope, receive: Receive, send: Send) -> None:
        seen.append((scope, receive, send))
        await send({"type": "websocket.accept", "headers": []})

    assert answered(SecurityHeaders(inner, "", PROXIES, True), kind="websocket") == (0, [])
    assert seen[0][0]["headers"] == []


def test_the_policy_allows_the_inline_scripts_of_the_page_and_no_other() -> None:
    page = (Path(streamlit.__file__).parent / "static" / "index.html").read_text(encoding="utf-8")
    script = "\n      window.prerenderReady = false\n    "
    digest = b64encode(sha256(script.encode()).digest()).decode()
    assert script_hashes(page) == [f"'sha256-{digest}'"]
    policy = dict(directive.split(" ", 1) for directive in content_security_policy(page, ["https://a.com"]).split("; "))
    assert policy["script-src"] == f"'self' 'wasm-unsafe-eval' 'sha256-{digest}'"
    assert policy["frame-ancestors"] == "'self' https://a.com"
    assert policy["default-src"] == policy["connect-src"] == "'self'"
