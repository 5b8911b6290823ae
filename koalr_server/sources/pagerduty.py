"""PagerDuty: webhooks V3, `{"event": {id, event_type, occurred_at, data}}`, and the messages of V2 (pure).

V3: https://developer.pagerduty.com/docs/webhooks/v3-overview. V2, `{"messages": [{event, created_on, incident}]}`, is read where
somebody replays or signs it; PagerDuty itself does not sign it, so it does not come in by webhook.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from koalr_server.sources.observation import Observation
from koalr_server.sources.signatures import digest, hmac_sha256, require_match, usable
from koalr_server.sources.timeline import State, observations
from koalr_server.sources.values import instant, key, mapping, moment, objects, words

SETTING = "KOALR_PAGERDUTY_WEBHOOK_SECRET"
SIGNATURE_HEADER = "X-PagerDuty-Signature"
SIGNATURE_PREFIX = "v1="
# What an event says goes before the status in its object, which may have moved on by the time the event is sent.
STATUS_BY_EVENT = {
    "incident.triggered": "triggered",
    "incident.acknowledged": "acknowledged",
    "incident.unacknowledged": "triggered",
    "incident.reopened": "triggered",
    "incident.resolved": "resolved",
    "incident.trigger": "triggered",
    "incident.acknowledge": "acknowledged",
    "incident.unacknowledge": "triggered",
    "incident.resolve": "resolved",
}
STARTING_EVENTS = ("incident.triggered", "incident.trigger")
MERGED = "merge_resolve_reason"


class PagerDuty:
    """The source `pagerduty`; see `Source`."""

    name: str = "pagerduty"
    secret_setting: str | None = SETTING

    def verify(self, headers: Mapping[str, str], body: bytes, secrets: Sequence[str], now: datetime) -> None:  # noqa: ARG002
        """One of the signatures in the header, several while PagerDuty rotates, has to be that of one of the secrets."""
        known = usable(secrets, "PagerDuty", SETTING)
        parts = (part.strip() for part in headers.get(SIGNATURE_HEADER.lower(), "").split(","))
        offered = [part.removeprefix(SIGNATURE_PREFIX) for part in parts if part.startswith(SIGNATURE_PREFIX)]
        expected = [hmac_sha256(secret.encode("utf-8", "surrogateescape"), body).hex() for secret in known]
        require_match(offered, expected, SIGNATURE_HEADER, SETTING)

    def event(self, headers: Mapping[str, str], body: bytes) -> str:  # noqa: ARG002
        """Only the body says it."""
        return ""

    def delivery_key(self, headers: Mapping[str, str], body: bytes) -> str:  # noqa: ARG002
        """The id of the event, which stays the same when it is sent again."""
        try:
            event = mapping(mapping(json.loads(body)).get("event"))
        except (ValueError, RecursionError):
            event = {}
        return key(event.get("id")) or digest(body)

    def check(self, body: Any) -> Sequence[str]:  # noqa: ANN401, ARG002 - JSON
        """Nothing: a tool cannot mend its bodies."""
        return ()

    def observe(self, event: str, body: Any) -> list[Observation]:  # noqa: ANN401, ARG002 - JSON
        """What is told of incidents; notes, responders, services and pings tell nothing of them."""
        return [told for name, at, data in _events(mapping(body)) for told in _incident(name, at, data)]


def _events(body: Mapping[str, Any]) -> Iterator[tuple[Any, Any, Mapping[str, Any]]]:
    """Name, time and object of each event, as they are in the body."""
    event = mapping(body.get("event"))
    yield event.get("event_type"), event.get("occurred_at"), mapping(event.get("data"))
    for message in objects(body.get("messages")):
        yield message.get("event"), message.get("created_on"), mapping(message.get("incident"))


def _incident(event: Any, occurred_at: Any, data: Mapping[str, Any]) -> list[Observation]:  # noqa: ANN401 - JSON
    incident_id, at = key(data.get("id")), moment(occurred_at)
    if data.get("type") != "incident" or incident_id is None or at is None:
        return []
    event_name = words(event) or ""
    state = _state(event_name, occurred_at, data)
    return observations(f"pagerduty:{incident_id}", at, _fields(event_name, occurred_at, data), state)


def _fields(event: str, occurred_at: Any, data: Mapping[str, Any]) -> dict[str, Any]:  # noqa: ANN401 - JSON
    fields: dict[str, Any] = {}
    if title := words(data.get("title")):
        fields["title"] = title
    if "priority" in data or "urgency" in data:
        priority = mapping(data.get("priority"))
        fields["severity"] = words(priority.get("summary")) or words(priority.get("name")) or words(data.get("urgency"))
    if "service" in data:
        service = mapping(data["service"])
        fields["service"] = words(service.get("summary")) or words(service.get("name"))
    # Bodies of 2021 do not say when the incident was created.
    if started_at := instant(data.get("created_at")) or (instant(occurred_at) if event in STARTING_EVENTS else None):
        fields["startedAt"] = started_at
    if "resolve_reason" in data:
        fields["counts"] = mapping(data["resolve_reason"]).get("type") != MERGED
    return fields


def _state(event: str, occurred_at: Any, data: Mapping[str, Any]) -> State | None:  # noqa: ANN401 - JSON
    status = STATUS_BY_EVENT.get(event) or words(data.get("status"))
    if status is None:
        return None
    ended = status == "resolved"
    # The REST API, unlike an event, speaks of a time after the change.
    told = (data.get("resolved_at"), data.get("last_status_change_at")) if ended else ()
    since = next(filter(None, map(instant, told)), None) or instant(occurred_at)
    return State(status, ended, str(since))
