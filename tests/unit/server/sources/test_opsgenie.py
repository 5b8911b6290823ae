"""Opsgenie: actions, priorities, and what does not count."""

from typing import Any

import pytest

from tests.unit.server.sources.telling import record, records

CREATED_MS = 1_772_445_600_123  # 2026-03-02T10:00:00.123Z


def told(action: str, minute: int = 0, **alert: Any) -> dict[str, Any]:
    updated_ns = (CREATED_MS + minute * 60_000) * 1_000_000 + 456
    whole = {"alertId": "a-1", "message": "Disk full", "createdAt": CREATED_MS, "updatedAt": updated_ns}
    return {"action": action, "alert": whole | alert}


@pytest.mark.parametrize(
    ("actions", "status", "resolved_at"),
    [
        (["Create"], "open", None),
        (["Create", "Acknowledge"], "acknowledged", None),
        (["Create", "Acknowledge", "UnAcknowledge"], "open", None),
        (["Create", "Acknowledge", "AddNote"], "acknowledged", None),
        (["Create", "Close"], "closed", "2026-03-02T10:01:00Z"),
        (["Create", "Close", "AddNote"], "closed", "2026-03-02T10:01:00Z"),
        (["Create", "SomethingNew"], "open", None),
    ],
)
def test_actions_make_the_state(actions: list[str], status: str, resolved_at: str | None) -> None:
    bodies = [told(action, minute) for minute, action in enumerate(actions)]
    for order in (bodies, bodies[::-1], bodies + bodies):
        made = record("opsgenie", *order)
        assert (made["status"], made["resolvedAt"]) == (status, resolved_at)
        assert made["startedAt"] == "2026-03-02T10:00:00Z"


@pytest.mark.parametrize(
    "gone", [told("Delete", 5), told("AddTags", 5, suppressed=True), told("Create", 5, status="suppressed")]
)
def test_a_deleted_or_suppressed_alert_does_not_count(gone: dict[str, Any]) -> None:
    assert records("opsgenie", told("Create"), gone) == records("opsgenie", gone, told("Create")) == []


@pytest.mark.parametrize("alert", [{}, {"updatedAt": None}, {"updatedAt": CREATED_MS}])
def test_a_deleted_alert_does_not_count_whatever_time_its_body_has(alert: dict[str, Any]) -> None:
    story = [told("Create"), told("Close", 5), told("Delete", **alert)]
    assert records("opsgenie", *story) == records("opsgenie", *story[::-1]) == []


def test_a_note_alone_does_not_say_whether_the_alert_is_still_open() -> None:
    assert records("opsgenie", told("AddNote")) == []


@pytest.mark.parametrize(
    ("alert", "severity"),
    [
        ({"priority": "P1"}, "P1"),
        ({"priority": 3}, "P3"),
        ({"priority": 6}, None),
        ({"priority": True}, None),
        ({"tags": ["vip", "p2"]}, "P2"),
        ({"priority": "P4", "tags": ["P1"]}, "P4"),
        ({}, None),
    ],
)
def test_severity_is_the_priority_else_a_tag(alert: dict[str, Any], severity: str | None) -> None:
    assert record("opsgenie", told("Create", **alert))["severity"] == severity


def test_a_priority_stays_when_a_later_body_has_none() -> None:
    assert record("opsgenie", told("Create", priority="P2"), told("Acknowledge", 1))["severity"] == "P2"


@pytest.mark.parametrize(
    ("alert", "service"),
    [
        ({"details": {"service": "acme/api"}, "entity": "db-3"}, "acme/api"),
        ({"entity": "db-3"}, "db-3"),
        ({"entity": ""}, None),
    ],
)
def test_the_service_is_a_detail_else_the_entity(alert: dict[str, Any], service: str | None) -> None:
    assert record("opsgenie", told("Create", **alert))["service"] == service


def test_an_incident_is_read_like_an_alert_with_its_impact_as_times() -> None:
    incident = {
        "id": "i-1",
        "message": "Down",
        "priority": "P1",
        "createdAt": CREATED_MS,
        "impactStartDate": "2026-03-02T09:50:00Z",
    }
    opened = {"action": "IncidentCreate", "incident": incident | {"updatedAt": CREATED_MS}}
    closed = {
        "action": "IncidentResolve",
        "incident": incident | {"updatedAt": CREATED_MS + 60_000, "impactEndDate": "2026-03-02T10:00:30Z"},
    }
    made = record("opsgenie", closed, opened)
    assert (made["status"], made["startedAt"], made["resolvedAt"]) == (
        "resolved",
        "2026-03-02T09:50:00Z",
        "2026-03-02T10:00:30Z",
    )
