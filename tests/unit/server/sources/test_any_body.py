"""Whatever arrives: nothing raises, records can be loaded, and no order or repetition of a story matters."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from koalr_server.ingest.files.reading import row_of
from koalr_server.records import KINDS
from koalr_server.sources.observation import Observation
from koalr_server.sources.registry import SOURCES
from koalr_server.sources.signatures import digest
from tests.unit.server.sources.telling import assembled, body

INCIDENT_IO = "public_incident.incident_updated_v2"
STATUS_UPDATED = "public_incident.incident_status_updated_v2"
WHOLE = {
    "pagerduty": body("pagerduty_v3_reopened"),
    "opsgenie": body("opsgenie_create"),
    "incident-io": {
        "event_type": INCIDENT_IO,
        INCIDENT_IO: body("incidentio_superplane_incident_created")["data"]["incident"],
    },
    "deployments": {
        "repo": "acme/api",
        "id": "1",
        "env": "production",
        "status": "success",
        "sha": "a",
        "deployedAt": "2026-03-02T10:00:00Z",
    },
    "incidents": {
        "id": "1",
        "title": "Down",
        "severity": "SEV1",
        "startedAt": "2026-03-02T10:00:00Z",
        "resolvedAt": None,
    },
}


def words(value: Any) -> Iterator[str]:
    """Every name and every text within a JSON value."""
    if isinstance(value, str):
        yield value
    for name, each in value.items() if isinstance(value, dict) else ():
        yield name
        yield from words(each)


# Names and values that mean something in one place are tried in every other one.
WORDS = sorted(
    {word for each in WHOLE.values() for word in words(each)} | {"messages", "resolved", "Close", "P1", "in_progress"}
)
SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.sampled_from(WORDS)
    | st.text()
    | st.characters(categories=["Cs"])
)
JSON = st.recursive(
    SCALARS | st.integers(10**8, 10**21),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(WORDS) | st.text(max_size=3), inner, max_size=8)
    ),
    max_leaves=30,
)


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The path to every value within a JSON value."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(place for name, each in inner for place in places(each, (*path, name)))]


def replaced(value: Any, path: tuple[Any, ...], by: Any) -> Any:
    if not path:
        return by
    copy = value.copy()
    copy[path[0]] = replaced(value[path[0]], path[1:], by)
    return copy


# GitHub has tests of its own, for its bodies are of many events.
@pytest.mark.parametrize("name", WHOLE)
@given(data=st.data())
def test_a_body_with_anything_anywhere_tells_what_can_be_stored_or_nothing(name: str, data: st.DataObject) -> None:
    path = data.draw(st.sampled_from(places(WHOLE[name])))
    told = SOURCES[name].observe("", replaced(WHOLE[name], path, data.draw(JSON)))
    for each in told:
        json.dumps(each.fields, allow_nan=False).encode()
        (each.kind + each.key + each.facet + each.version).encode()
    for row in assembled(told):
        row_of(KINDS["deployments" if "env" in row else "incidents"], row)


@pytest.mark.parametrize("name", WHOLE)
@given(told=JSON)
def test_any_json_at_all_raises_nothing(name: str, told: Any) -> None:
    assembled(SOURCES[name].observe("anything", told))


@pytest.mark.parametrize("name", WHOLE)
@given(
    headers=st.dictionaries(st.sampled_from(["webhook-id", "idempotency-key"]), st.text()),
    sent=st.binary() | JSON.map(json.dumps).map(str.encode),
)
def test_every_delivery_has_a_key(name: str, headers: dict[str, str], sent: bytes) -> None:
    assert 1 <= len(SOURCES[name].delivery_key(headers, sent)) <= 200 + len(" ") + len(digest(sent))
    assert SOURCES[name].event(headers, sent) == ""


def pagerduty(event: str, second: int, status: str | None) -> dict[str, Any]:
    incident = {
        "id": "Q1",
        "type": "incident",
        "title": f"Title {second % 3}",
        "created_at": "2026-03-02T09:00:00Z",
        "status": status,
        # Every other end is that of an incident that went into another one.
        "resolve_reason": {"type": "merge_resolve_reason"} if status == "resolved" and second % 2 else None,
    }
    return {"event": {"event_type": event, "occurred_at": f"2026-03-02T10:00:{second:02}Z", "data": incident}}


def opsgenie(action: str, second: int, status: str | None) -> dict[str, Any]:
    alert = {"alertId": "a", "message": f"Title {second % 3}", "createdAt": 1_772_445_600_000, "status": status}
    alert |= {"priority": f"P{second % 3}", "tags": ["P4"], "suppressed": second == 9}
    return {"action": action, "alert": alert | {"updatedAt": (1_772_445_600 + second) * 10**9}}


def incident_io(mode: str, second: int, category: str | None) -> dict[str, Any]:
    incident = {
        "id": "01H",
        "created_at": "2026-03-02T09:00:00Z",
        "updated_at": f"2026-03-02T10:00:{second:02}Z",
        "mode": mode,
    }
    told = incident | {"incident_status": {"category": category}}
    if second % 2:
        return {"event_type": STATUS_UPDATED, STATUS_UPDATED: {"incident": told, "new_status": {"category": category}}}
    return {"event_type": INCIDENT_IO, INCIDENT_IO: told}


def posted_deployment(status: str, second: int, updated: str | None) -> dict[str, Any]:
    return {
        "repo": "a/b",
        "id": "1",
        "status": status,
        "startedAt": f"2026-03-02T10:00:{second:02}Z",
        "updatedAt": updated,
    }


def posted_incident(title: str, second: int, resolved: str | None) -> dict[str, Any]:
    return {"id": "1", "title": title, "startedAt": f"2026-03-02T10:00:{second:02}Z", "resolvedAt": resolved}


TIME = "2026-03-02T10:00:05Z"
OPSGENIE_ACTIONS = ("Create", "Close", "Acknowledge", "UnAcknowledge", "AddNote", "Snooze", "UpdatePriority")
INCIDENT_IO_STATES = ("triage", "declined", "live", "paused", "learning", "merged", "canceled", "closed")
STORIES = [
    (
        "pagerduty",
        pagerduty,
        [
            *("incident.triggered", "incident.acknowledged", "incident.unacknowledged", "incident.escalated"),
            *("incident.resolved", "incident.reopened", "incident.priority_updated", "incident.annotated"),
        ],
        ["triggered", "acknowledged", "resolved", None],
    ),
    ("opsgenie", opsgenie, [*OPSGENIE_ACTIONS, "Delete"], ["open", "closed", None]),
    ("incident-io", incident_io, ["standard", "test"], [*INCIDENT_IO_STATES, None]),
    ("deployments", posted_deployment, ["in_progress", "success", "failure"], [None, TIME]),
    ("incidents", posted_incident, ["Down", "Up"], [None, TIME]),
]


@pytest.mark.parametrize(("name", "told", "events", "states"), STORIES, ids=[story[0] for story in STORIES])
@given(data=st.data())
def test_no_order_and_no_repetition_changes_the_records(
    name: str, told: Any, events: list[str], states: list[str | None], data: st.DataObject
) -> None:
    moments = st.builds(told, st.sampled_from(events), st.integers(0, 9), st.sampled_from(states))
    story = data.draw(st.lists(moments, min_size=1, max_size=8))
    again = data.draw(st.lists(st.sampled_from(story), max_size=4))
    shuffled = data.draw(st.permutations(story + again))

    def observed(bodies: list[Any]) -> list[Observation]:
        return [each for one in bodies for each in SOURCES[name].observe("", one)]

    assert assembled(observed(shuffled)) == assembled(observed(story))
