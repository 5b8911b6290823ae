"""incident.io: which incidents count, when they began and when they were over."""

from typing import Any

import pytest

from koalr_server.sources.registry import SOURCES
from tests.unit.server.sources.telling import record, records

UPDATED = "public_incident.incident_updated_v2"
STATUS_UPDATED = "public_incident.incident_status_updated_v2"


def incident(minute: int, category: str, **fields: Any) -> dict[str, Any]:
    at = f"2026-03-02T10:{minute:02}:00.5Z"
    status = {"name": category.title(), "category": category}
    return {
        "id": "01H",
        "name": "Checkout is down",
        "created_at": "2026-03-02T10:00:00Z",
        "updated_at": at,
        "incident_status": status,
    } | fields


def told(minute: int, category: str, **fields: Any) -> dict[str, Any]:
    return {"event_type": UPDATED, UPDATED: incident(minute, category, **fields)}


def timestamp(name: str, value: str) -> dict[str, Any]:
    return {"incident_timestamp": {"id": "T", "name": name, "rank": 1}, "value": {"value": value}}


@pytest.mark.parametrize(
    ("categories", "status", "resolved_at"),
    [
        (["triage"], "Triage", None),
        (["triage", "live"], "Live", None),
        (["live", "paused"], "Paused", None),
        (["live", "learning"], "Learning", "2026-03-02T10:01:00Z"),
        (["live", "learning", "closed"], "Closed", "2026-03-02T10:01:00Z"),
        (["live", "closed"], "Closed", "2026-03-02T10:01:00Z"),
        (["live", "learning", "live"], "Live", None),
        (["live", "learning", "live", "closed"], "Closed", "2026-03-02T10:03:00Z"),
    ],
)
def test_an_incident_is_over_from_when_it_is_learnt_from_or_closed(
    categories: list[str], status: str, resolved_at: str | None
) -> None:
    bodies = [told(minute, category) for minute, category in enumerate(categories)]
    for order in (bodies, bodies[::-1], bodies + bodies):
        made = record("incident-io", *order)
        assert (made["status"], made["resolvedAt"]) == (status, resolved_at)


@pytest.mark.parametrize("category", ["declined", "merged", "canceled"])
def test_declined_merged_and_canceled_incidents_do_not_count(category: str) -> None:
    assert records("incident-io", told(0, "live"), told(1, category)) == []
    assert record("incident-io", told(2, "live"), told(1, category))["status"] == "Live"


@pytest.mark.parametrize(
    ("mode", "counts"),
    [("standard", 1), ("retrospective", 1), ("real", 1), ("test", 0), ("tutorial", 0), ("stream", 0)],
)
def test_tests_tutorials_and_streams_do_not_count_and_retrospective_incidents_do(mode: str, counts: int) -> None:
    assert len(records("incident-io", told(0, "live", mode=mode))) == counts


def test_timestamps_that_people_entered_go_before_the_moments_of_the_status() -> None:
    entered = [timestamp("Impact started at", "2026-03-02T09:40:00Z"), timestamp("Resolved at", "2026-03-02T09:55:00Z")]
    made = record("incident-io", told(0, "live"), told(5, "closed", incident_timestamp_values=entered))
    assert (made["startedAt"], made["resolvedAt"]) == ("2026-03-02T09:40:00Z", "2026-03-02T09:55:00Z")


def test_a_resolution_that_was_entered_does_not_close_an_incident_that_is_live_again() -> None:
    entered = [timestamp("Resolved at", "2026-03-02T10:04:00Z")]
    assert record("incident-io", told(5, "live", incident_timestamp_values=entered))["resolvedAt"] is None


def test_an_end_before_the_start_is_no_negative_time() -> None:
    entered = [timestamp("Impact started at", "2026-03-02T10:10:00Z"), timestamp("Resolved at", "2026-03-02T10:04:00Z")]
    made = record("incident-io", told(5, "closed", incident_timestamp_values=entered))
    assert made["startedAt"] == made["resolvedAt"] == "2026-03-02T10:10:00Z"


def test_a_change_of_status_carries_the_incident_inside() -> None:
    change = {
        "incident": incident(7, "live"),
        "message": "Fixed",
        "new_status": {"name": "Documenting", "category": "learning"},
    }
    made = record(
        "incident-io",
        {"event_type": STATUS_UPDATED, STATUS_UPDATED: change | {"previous_status": {"category": "live"}}},
    )
    assert (made["status"], made["resolvedAt"]) == ("Documenting", "2026-03-02T10:07:00Z")


@pytest.mark.parametrize(
    ("severity", "expected"),
    [({"name": "Major", "rank": 2}, "Major"), ({"rank": 2}, "rank 2"), (None, None), ({"rank": True}, None)],
)
def test_severity_is_its_name_else_its_rank(severity: Any, expected: str | None) -> None:
    assert record("incident-io", told(0, "live", severity=severity))["severity"] == expected


@pytest.mark.parametrize(
    ("value", "service"),
    [
        ({"value_catalog_entry": {"name": "acme/api"}}, "acme/api"),
        ({"value_option": {"value": "api"}}, "api"),
        ({"value_text": "billing"}, "billing"),
    ],
)
def test_the_service_is_a_custom_field_of_that_name(value: dict[str, Any], service: str) -> None:
    entries = [
        {"custom_field": {"name": "Affected team"}, "values": [{"value_text": "Payments"}]},
        {"custom_field": {"name": "Affected service"}, "values": [value]},
    ]
    assert record("incident-io", told(0, "live", custom_field_entries=entries))["service"] == service


@pytest.mark.parametrize(
    ("event", "payload"),
    [
        ("private_incident.incident_updated_v2", {"id": "01H"}),
        ("public_incident.follow_up_created_v2", incident(0, "live")),
        ("public_alert.alert_created_v1", incident(0, "live")),
        ("private_incident.membership_granted_v1", {"incident_id": "01H"}),
    ],
)
def test_what_is_no_incident_and_what_is_only_an_id_tells_nothing(event: str, payload: dict[str, Any]) -> None:
    assert SOURCES["incident-io"].observe("", {"event_type": event, event: payload}) == []


def test_a_delivery_is_known_by_its_header_else_by_its_hash() -> None:
    source = SOURCES["incident-io"]
    assert source.delivery_key({"webhook-id": "msg_1"}, b"{}") == "msg_1"
    assert source.delivery_key({}, b"{}") == source.delivery_key({"webhook-id": "m" * 300}, b" { } ")
