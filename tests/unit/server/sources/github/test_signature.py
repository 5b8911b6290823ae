"""Who may deliver, and what a delivery is called."""

import hashlib
import hmac
from datetime import UTC, datetime
from urllib.parse import urlencode

import pytest

from koalr_server.sources.github.source import GITHUB
from koalr_server.sources.source import Refusal

NOW = datetime(2026, 3, 2, tzinfo=UTC)
# From GitHub's documentation of webhooks, "Testing the webhook payload validation".
KNOWN_SECRET, KNOWN_BODY = "It's a Secret to Everybody", b"Hello, World!"
KNOWN_SIGNATURE = "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17"


def signature(secret: str, body: bytes) -> str:
    return "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def verify(signed: str | None, body: bytes, *secrets: str) -> None:
    GITHUB.verify({} if signed is None else {"x-hub-signature-256": signed}, body, secrets, NOW)


def test_the_documented_signature_passes() -> None:
    verify(KNOWN_SIGNATURE, KNOWN_BODY, KNOWN_SECRET)


@pytest.mark.parametrize("secrets", [("new", "old"), ("old", "new"), ("", "old")])
def test_one_of_several_secrets_is_enough(secrets: tuple[str, ...]) -> None:
    verify(signature("old", b"{}"), b"{}", *secrets)


@pytest.mark.parametrize(
    "signed",
    [
        None,
        "",
        "sha256=",
        KNOWN_SIGNATURE[:-1],
        KNOWN_SIGNATURE + "0",
        KNOWN_SIGNATURE.upper(),
        KNOWN_SIGNATURE.removeprefix("sha256="),
        "sha1=" + hmac.new(KNOWN_SECRET.encode(), KNOWN_BODY, hashlib.sha1).hexdigest(),
        "sha256=\u0142\ud800",
        signature("another", KNOWN_BODY),
        signature("", KNOWN_BODY),
        signature(KNOWN_SECRET, b"another body"),
    ],
)
def test_any_other_signature_is_refused_without_naming_secret_or_signature(signed: str | None) -> None:
    with pytest.raises(Refusal, match="X-Hub-Signature-256") as refused:
        verify(signed, KNOWN_BODY, KNOWN_SECRET)
    assert KNOWN_SECRET not in str(refused.value)
    assert KNOWN_SIGNATURE.removeprefix("sha256=") not in str(refused.value)


@pytest.mark.parametrize("secrets", [(), ("",)])
def test_without_a_secret_everything_is_refused(secrets: tuple[str, ...]) -> None:
    with pytest.raises(Refusal, match="set KOALR_GITHUB_WEBHOOK_SECRET"):
        verify(signature("", b"{}"), b"{}", *secrets)


def test_a_form_is_signed_as_it_came() -> None:
    form = urlencode({"payload": '{"zen": "Mind your words"}'}).encode()
    verify(signature("secret", form), form, "secret")
    with pytest.raises(Refusal):
        verify(signature("secret", b'{"zen": "Mind your words"}'), form, "secret")


def test_events_and_deliveries_are_called_as_github_calls_them() -> None:
    headers = {"x-github-event": "push", "x-github-delivery": "72d3162e-cc78-11e3-81ab-4c9367dc0958"}
    assert GITHUB.event(headers, b"{}") == "push"
    assert GITHUB.delivery_key(headers, b"{}") == "72d3162e-cc78-11e3-81ab-4c9367dc0958"


@pytest.mark.parametrize("told", [None, "", " ", "x" * 101, "a\nb", "ł"])
def test_a_delivery_without_a_usable_id_is_called_by_its_body(told: str | None) -> None:
    headers = {} if told is None else {"x-github-delivery": told}
    assert GITHUB.delivery_key(headers, b"{}") == hashlib.sha256(b"{}").hexdigest()
    assert GITHUB.event({}, b"{}") == ""
