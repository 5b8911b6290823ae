"""incident.io: webhooks `{"event_type": T, T: {...}}`, where T is such as public_incident.incident_updated_v2 (pure).

https://docs.incident.io/api-reference/webhooks; signed by Svix as https://www.standardwebhooks.com describes.
"""

import base64
import binascii
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from koalr_server.sources.observation import Observation
from koalr_server.sources.signatures import digest, hmac_sha256, require_match, usable
from koalr_server.sources.source import Refusal
from koalr_server.sources.timeline import State, observations
from koalr_server.sources.values import instant, key, mapping, moment, objects, whole, words

SETTING = "KOALR_INCIDENT_IO_WEBHOOK_SECRET"
ID_HEADER, TIMESTAMP_HEADER, SIGNATURE_HEADER = "webhook-id", "webhook-timestamp", "webhook-signature"
SIGNATURE_PREFIX = "v1,"
SECRET_PREFIX = "whsec_"  # noqa: S105 - a prefix
TOLERANCE_SECS = 300
LONGEST_TIMESTAMP = 12
# Categories of statuses. In the app learning is called post-incident and live is called active.
ENDED = ("learning", "post-incident", "post_incident", "closed")
NO_INCIDENT = ("declined", "merged", "canceled", "cancelled")
# A stream is a part of an incident that is told itself.
NO_INCIDENT_MODES = ("test", "tutorial", "stream")
RESOLVED = ("resolved at", "resolved")
IMPACT_STARTED = ("impact started at", "impact started")
RANKS = range(100)
SERVICE_FIELDS = ("service", "services", "affected service", "affected services")


class IncidentIo:
    """The source `incident-io`; see `Source`."""

    name: str = "incident-io"
    secret_setting: str | None = SETTING

    def verify(self, headers: Mapping[str, str], body: bytes, secrets: Sequence[str], now: datetime) -> None:
        """One of the signatures, over id, time and body, has to be that of one of the secrets, and the time within 5 minutes."""
        keys = signing_keys(usable(secrets, "incident.io", SETTING))
        identity, timestamp = headers.get(ID_HEADER, ""), headers.get(TIMESTAMP_HEADER, "").strip()
        _require_recent(timestamp, now)
        content = f"{identity}.{timestamp}.".encode("utf-8", "surrogatepass") + body
        parts = headers.get(SIGNATURE_HEADER, "").split()
        offered = [part.removeprefix(SIGNATURE_PREFIX) for part in parts if part.startswith(SIGNATURE_PREFIX)]
        expected = [base64.b64encode(hmac_sha256(known, content)).decode() for known in keys]
        require_match(offered, expected, f"{SIGNATURE_HEADER}, with {ID_HEADER},", SETTING)

    def event(self, headers: Mapping[str, str], body: bytes) -> str:  # noqa: ARG002
        """Only the body says it."""
        return ""

    def delivery_key(self, headers: Mapping[str, str], body: bytes) -> str:
        """The id in the header, which stays the same when the message is sent again."""
        return key(headers.get(ID_HEADER)) or digest(body)

    def check(self, body: Any) -> Sequence[str]:  # noqa: ANN401, ARG002 - JSON
        """Nothing: a tool cannot mend its bodies."""
        return ()

    def observe(self, event: str, body: Any) -> list[Observation]:  # noqa: ANN401, ARG002 - JSON
        """What is told of an incident; a private one, of which only the id is sent, and follow-ups or alerts tell nothing."""
        sent = mapping(body)
        name = words(sent.get("event_type")) or ""
        if not name.partition(".")[2].startswith("incident_"):
            return []
        payload = mapping(sent.get(name))
        told = mapping(payload.get("incident")) or payload
        status = mapping(payload.get("new_status")) or mapping(told.get("incident_status"))
        identity = key(told.get("id"))
        time = next((told[field] for field in ("updated_at", "created_at") if moment(told.get(field))), None)
        at = moment(time)
        if identity is None or at is None:
            return []
        return observations(f"incident-io:{identity}", at, _fields(told, status), _state(time, told, status))


def signing_keys(secrets: Sequence[str]) -> list[bytes]:
    """The bytes that signing secrets stand for; one that is none does not shut out what another one signed.

    Raises:
        Refusal: none is a secret of incident.io.
    """
    keys = [decoded for secret in secrets if (decoded := _decoded(secret))]
    if not keys:
        raise Refusal(
            f"{SETTING} holds something else than signing secrets of incident.io; they begin with {SECRET_PREFIX}."
        )
    return keys


def _decoded(secret: str) -> bytes:
    try:
        return base64.b64decode(secret.removeprefix(SECRET_PREFIX), validate=True)
    except (binascii.Error, ValueError):
        return b""


def _require_recent(timestamp: str, now: datetime) -> None:
    """So that a delivery that somebody recorded cannot be sent again later."""
    if not (timestamp.isascii() and timestamp.isdigit() and len(timestamp) <= LONGEST_TIMESTAMP):
        raise Refusal(
            f"{TIMESTAMP_HEADER} is missing or no time in seconds since 1970; the tool sends it with every delivery."
        )
    if abs(now.timestamp() - int(timestamp)) > TOLERANCE_SECS:
        raise Refusal(
            f"{TIMESTAMP_HEADER} {timestamp} is more than {TOLERANCE_SECS // 60} minutes from the clock here; "
            "send again, and set the clock if that does not help."
        )


def _fields(told: Mapping[str, Any], status: Mapping[str, Any]) -> dict[str, Any]:
    severity = mapping(told.get("severity"))
    rank = whole(severity.get("rank"))
    said = {
        "title": words(told.get("name")),
        "startedAt": _timestamp(told, IMPACT_STARTED) or instant(told.get("created_at")),
    }
    fields: dict[str, Any] = {name: value for name, value in said.items() if value}
    if "severity" in told:
        fields["severity"] = words(severity.get("name")) or (f"rank {rank}" if rank in RANKS else None)
    if "custom_field_entries" in told:
        fields["service"] = _service(told)
    counts = words(status.get("category")) not in NO_INCIDENT and told.get("mode") not in NO_INCIDENT_MODES
    return fields | {"counts": counts}


def _state(time: Any, told: Mapping[str, Any], status: Mapping[str, Any]) -> State | None:  # noqa: ANN401 - JSON
    category = words(status.get("category"))
    if category is None:
        return None
    ended = category in ENDED
    since = (_timestamp(told, RESOLVED) if ended else None) or instant(time)
    return State(words(status.get("name")) or category, ended, str(since))


def _timestamp(told: Mapping[str, Any], names: Sequence[str]) -> str | None:
    """The instant of the incident's timestamp of one of the names."""
    for entry in objects(told.get("incident_timestamp_values")):
        name = words(mapping(entry.get("incident_timestamp")).get("name"))
        if name is not None and name.lower() in names:
            return instant(mapping(entry.get("value")).get("value"))
    return None


def _service(told: Mapping[str, Any]) -> str | None:
    """The first value of the custom field for the service: an entry of the catalogue, an option, or text."""
    for entry in objects(told.get("custom_field_entries")):
        name = words(mapping(entry.get("custom_field")).get("name"))
        if name is None or name.lower() not in SERVICE_FIELDS:
            continue
        for value in objects(entry.get("values")):
            catalogued, option = mapping(value.get("value_catalog_entry")), mapping(value.get("value_option"))
            return words(catalogued.get("name")) or words(option.get("value")) or words(value.get("value_text"))
    return None
