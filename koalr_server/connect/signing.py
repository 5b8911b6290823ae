"""A delivery that tells nothing, signed as a tool would sign it (pure)."""

import base64
import json
from collections.abc import Callable, Mapping
from datetime import datetime

from koalr_server.sources import incident_io, opsgenie, pagerduty
from koalr_server.sources.github import signature
from koalr_server.sources.signatures import hmac_sha256

# One id for all, so that a ping that is sent again is known and not kept again.
ID = "koalr-connect"
KEY_HEADER = "X-Koalr-Key"
JSON = {"Content-Type": "application/json"}
Signed = tuple[Mapping[str, str], bytes]
"""Headers and body."""


def signed(source: str, secret: str, now: datetime) -> Signed:
    """A ping of a source of connect/webhooks.py; for `deployments` and `incidents`, `secret` is a key and the body an empty list.

    Raises:
        Refusal: the secret is none of this tool; the text holds nothing of it.
    """
    headers, body = _SIGNERS.get(source, _posted)(secret, now)
    return {**JSON, **headers}, body


def _github(secret: str, _now: datetime) -> Signed:
    body = _json({"zen": "Is anybody there?"})
    mark = signature.PREFIX + hmac_sha256(_bytes(secret), body).hex()
    return {"X-GitHub-Event": "ping", "X-GitHub-Delivery": ID, signature.HEADER: mark}, body


def _pagerduty(secret: str, _now: datetime) -> Signed:
    body = _json({"event": {"id": ID, "event_type": "pagey.ping", "data": {"message": "Is anybody there?"}}})
    return {pagerduty.SIGNATURE_HEADER: pagerduty.SIGNATURE_PREFIX + hmac_sha256(_bytes(secret), body).hex()}, body


def _opsgenie(secret: str, _now: datetime) -> Signed:
    return {opsgenie.TOKEN_HEADER: secret}, _json({"action": "Ping"})


def _incident_io(secret: str, now: datetime) -> Signed:
    body, timestamp = _json({"event_type": "ping"}), str(int(now.timestamp()))
    content = f"{ID}.{timestamp}.".encode() + body
    mark = base64.b64encode(hmac_sha256(incident_io.signing_keys([secret])[0], content)).decode()
    headers = {
        incident_io.ID_HEADER: ID,
        incident_io.TIMESTAMP_HEADER: timestamp,
        incident_io.SIGNATURE_HEADER: incident_io.SIGNATURE_PREFIX + mark,
    }
    return headers, body


def _posted(key: str, _now: datetime) -> Signed:
    return {KEY_HEADER: key}, b"[]"


def _json(value: object) -> bytes:
    return json.dumps(value).encode()


def _bytes(secret: str) -> bytes:
    return secret.encode("utf-8", "surrogateescape")


_SIGNERS: Mapping[str, Callable[[str, datetime], Signed]] = {
    "github": _github,
    "pagerduty": _pagerduty,
    "opsgenie": _opsgenie,
    "incident-io": _incident_io,
}
