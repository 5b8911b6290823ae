"""PagerDuty: an incident's life by webhook, in any order."""

import json
from itertools import permutations
from typing import Any

import pytest

from koalr_server.sources.registry import SOURCES
from tests.unit.server.sources.telling import body, record, records

PAGERDUTY = SOURCES["pagerduty"]


def told(event: str, minute: float, **data: Any) -> dict[str, Any]:
    """A body of V3, so many minutes after ten."""
    seconds = round(minute * 60, 3)
    at = f"2026-03-02T10:{int(seconds // 60):02}:{seconds % 60:06.3f}Z"
    whole = {"id": "Q1", "type": "incident", "title": "Checkout is down", "created_at": "2026-03-02T10:00:00Z"}
    return {"event": {"id": f"E{minute}", "event_type": f"incident.{event}", "occurred_at": at, "data": whole | data}}


STORY = (
    told("triggered", 0, status="triggered", urgency="high"),
    told("acknowledged", 2, status="acknowledged", urgency="high"),
    told("resolved", 10, status="resolved", urgency="high"),
    told("reopened", 20, status="triggered", urgency="high"),
    told("resolved", 30, status="resolved", urgency="high"),
)


@pytest.mark.parametrize(
    ("count", "status", "resolved_at"),
    [
        (1, "triggered", None),
        (2, "acknowledged", None),
        (3, "resolved", "2026-03-02T10:10:00Z"),
        (4, "triggered", None),
        (5, "resolved", "2026-03-02T10:30:00Z"),
    ],
)
def test_every_order_of_what_was_sent_so_far_says_the_same(count: int, status: str, resolved_at: str | None) -> None:
    for order in permutations(STORY[:count]):
        made = record("pagerduty", *order, order[0])
        assert (made["status"], made["resolvedAt"]) == (status, resolved_at)


def test_resolved_and_reopened_within_one_second_is_open() -> None:
    bodies = told("resolved", 10.005, status="resolved"), told("reopened", 10.006, status="triggered")
    assert record("pagerduty", *bodies)["resolvedAt"] is record("pagerduty", *reversed(bodies))["resolvedAt"] is None


def test_the_event_goes_before_a_status_that_has_moved_on() -> None:
    bodies = told("triggered", 0, status="resolved"), told("resolved", 5, status="resolved")
    assert record("pagerduty", *bodies)["resolvedAt"] == "2026-03-02T10:05:00Z"


def test_a_change_after_the_end_does_not_move_the_end() -> None:
    bodies = (
        told("resolved", 5, status="resolved"),
        told("priority_updated", 9, status="resolved", priority={"summary": "P1"}),
    )
    made = record("pagerduty", *bodies)
    assert (made["resolvedAt"], made["severity"]) == ("2026-03-02T10:05:00Z", "P1")


def test_any_later_event_shows_that_a_reopening_was_missed() -> None:
    bodies = told("resolved", 5, status="resolved"), told("escalated", 9, status="triggered")
    assert record("pagerduty", *bodies)["resolvedAt"] is None


def test_a_priority_taken_away_leaves_the_urgency() -> None:
    first = told("triggered", 0, priority={"summary": "P2"}, urgency="low")
    later = told("priority_updated", 1, status="triggered", priority=None, urgency="low")
    assert [record("pagerduty", first)["severity"], record("pagerduty", later, first)["severity"]] == ["P2", "low"]


def test_what_a_body_does_not_say_stays() -> None:
    first = told("triggered", 0, priority={"summary": "P2"}, service={"summary": "api"})
    made = record("pagerduty", first, told("acknowledged", 1))
    assert (made["severity"], made["service"]) == ("P2", "api")


def test_a_merged_incident_does_not_count_until_it_is_reopened() -> None:
    merged = told("resolved", 5, resolve_reason={"type": "merge_resolve_reason", "incident": {"id": "Q2"}})
    assert records("pagerduty", STORY[0], merged) == []
    assert record("pagerduty", told("reopened", 6, resolve_reason=None), merged, STORY[0])["status"] == "triggered"


@pytest.mark.parametrize(
    "other",
    [
        {
            "event": {
                "event_type": "pagey.ping",
                "occurred_at": "2026-03-02T10:00:00Z",
                "data": {"type": "ping", "message": "hi"},
            }
        },
        told(
            "annotated", 1, type="incident_note", content="looking", incident={"id": "Q1", "type": "incident_reference"}
        ),
        told("responder.added", 1, type="incident_responder"),
        {
            "event": {
                "event_type": "service.updated",
                "occurred_at": "2026-03-02T10:00:00Z",
                "data": {"id": "S", "type": "service"},
            }
        },
    ],
    ids=["ping", "note", "responder", "service"],
)
def test_what_is_not_about_the_incident_itself_tells_nothing(other: Any) -> None:
    assert PAGERDUTY.observe("", other) == []


def test_messages_of_version_2_are_read_too() -> None:
    incident = {
        "id": "P9",
        "type": "incident",
        "title": "Old",
        "created_at": "2019-01-01T08:00:00Z",
        "service": {"name": "api"},
    }
    messages = [
        {
            "event": "incident.resolve",
            "created_on": "2019-01-01T09:00:00Z",
            "incident": incident | {"status": "resolved"},
        },
        {
            "event": "incident.trigger",
            "created_on": "2019-01-01T08:00:00Z",
            "incident": incident | {"status": "triggered"},
        },
    ]
    made = record("pagerduty", {"messages": messages})
    assert (made["startedAt"], made["resolvedAt"], made["service"]) == (
        "2019-01-01T08:00:00Z",
        "2019-01-01T09:00:00Z",
        "api",
    )


def test_a_delivery_is_known_by_its_event_however_often_it_is_sent() -> None:
    sent = body("pagerduty_v3_resolved")
    again = json.dumps(sent, indent=3).encode()
    assert (
        PAGERDUTY.delivery_key({}, json.dumps(sent).encode())
        == PAGERDUTY.delivery_key({}, again)
        == "01BZYH1JJY09P9LEIST8HG2PMN"
    )


@pytest.mark.parametrize("other", [b"", b"\xff", b"[]", b'{"event": 7}', b'{"event": {"id": ["x"]}}', b"[" * 100_000])
def test_a_body_without_an_event_is_known_by_its_hash(other: bytes) -> None:
    assert PAGERDUTY.delivery_key({}, other).startswith("sha256:")
