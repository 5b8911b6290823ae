"""Opsgenie, and Jira Service Management as its heir: webhooks of alerts and of incidents, `{"action": A, "alert": {...}}` (pure).

Alerts: https://support.atlassian.com/opsgenie/docs/opsgenie-edge-connector-alert-action-data/. Times are milliseconds or nanoseconds
since 1970, both in one body, or text; `values` tells them apart.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from koalr_server.sources.observation import Observation
from koalr_server.sources.signatures import digest, require_match, usable
from koalr_server.sources.timeline import State, observations
from koalr_server.sources.values import elements, instant, key, mapping, moment, whole, words

SETTING = "KOALR_OPSGENIE_WEBHOOK_SECRET"
TOKEN_HEADER = "X-Koalr-Token"  # noqa: S105 - a name
BEARER = "bearer "
STATUS_BY_ACTION = {
    "create": "open",
    "acknowledge": "acknowledged",
    "unacknowledge": "open",
    "close": "closed",
    "resolve": "resolved",
    "reopen": "open",
}
ENDED = ("closed", "resolved")
SUPPRESSED = "suppressed"
PRIORITIES = ("P1", "P2", "P3", "P4", "P5")


class Opsgenie:
    """The source `opsgenie`; see `Source`."""

    name: str = "opsgenie"
    secret_setting: str | None = SETTING

    def verify(self, headers: Mapping[str, str], body: bytes, secrets: Sequence[str], now: datetime) -> None:  # noqa: ARG002
        """Opsgenie signs nothing, but sends headers that one chooses: the secret itself, as a token."""
        known = usable(secrets, "Opsgenie", SETTING)
        authorization = headers.get("authorization", "")
        bearer = authorization[len(BEARER) :] if authorization.lower().startswith(BEARER) else ""
        offered = [token.strip() for token in (bearer, headers.get(TOKEN_HEADER.lower(), "")) if token.strip()]
        require_match(offered, known, f"Authorization: Bearer, or {TOKEN_HEADER},", SETTING)

    def event(self, headers: Mapping[str, str], body: bytes) -> str:  # noqa: ARG002
        """Only the body says it."""
        return ""

    def delivery_key(self, headers: Mapping[str, str], body: bytes) -> str:  # noqa: ARG002
        """A hash; Opsgenie gives a delivery no id."""
        return digest(body)

    def check(self, body: Any) -> Sequence[str]:  # noqa: ANN401, ARG002 - JSON
        """Nothing: a tool cannot mend its bodies."""
        return ()

    def observe(self, event: str, body: Any) -> list[Observation]:  # noqa: ANN401, ARG002 - JSON
        """What is told of an alert or an incident, which are read alike."""
        sent = mapping(body)
        told = mapping(sent.get("alert")) or mapping(sent.get("incident"))
        identity = next(filter(None, (key(told.get(name)) for name in ("alertId", "incidentId", "id"))), None)
        times = (told.get("updatedAt"), told.get("insertedAt"), told.get("createdAt"))
        time = next((value for value in times if moment(value)), None)
        at = moment(time)
        if identity is None or at is None:
            return []
        action = (words(sent.get("action")) or "").lower().removeprefix("incident")
        return observations(f"opsgenie:{identity}", at, _fields(action, told), _state(action, time, told))


def _fields(action: str, told: Mapping[str, Any]) -> dict[str, Any]:
    suppressed = told.get("suppressed") is True or told.get("status") == SUPPRESSED
    said = {
        "title": words(told.get("message")),
        "severity": _priority(told),
        "service": _service(told),
        "startedAt": instant(told.get("impactStartDate")) or instant(told.get("createdAt")),
    }
    # Bodies differ in how much of an alert they carry, so what one lacks is not taken away.
    fields: dict[str, Any] = {name: value for name, value in said.items() if value}
    return fields | {"counts": not suppressed} | ({"deleted": True} if action == "delete" else {})


def _priority(told: Mapping[str, Any]) -> str | None:
    """P1 to P5: the priority, as text or number, else a tag of that name."""
    for value in (told.get("priority"), *elements(told.get("tags"))):
        for rank, name in enumerate(PRIORITIES, start=1):
            if whole(value) == rank or (words(value) or "").upper() == name:
                return name
    return None


def _service(told: Mapping[str, Any]) -> str | None:
    """The detail `service`, else the entity; the services of an incident are ids that nobody else uses."""
    details = mapping(told.get("details")) or mapping(told.get("extraProperties"))
    return words(details.get("service")) or words(told.get("entity"))


def _state(action: str, time: Any, told: Mapping[str, Any]) -> State | None:  # noqa: ANN401 - JSON
    status = STATUS_BY_ACTION.get(action) or words(told.get("status"))
    if status is None:
        return None
    ended = status in ENDED
    since = (instant(told.get("impactEndDate")) if ended else None) or instant(time)
    return State(status, ended, str(since))
