"""Records that scripts post: what is taken, what a refusal says, and which of several bodies holds."""

from itertools import permutations
from typing import Any

import pytest

from koalr_server.sources.deployments import DEPLOYMENTS, EXAMPLE
from koalr_server.sources.incidents import INCIDENTS
from koalr_server.sources.posted import LARGEST_ARRAY
from tests.unit.server.sources.telling import record, records

DEPLOYED = {"repo": "acme/api", "id": "run-7", "deployedAt": "2026-03-02T10:05:00Z"}
BROKEN = {"id": "outage-17", "title": "Checkout answers 500", "startedAt": "2026-03-02T10:00:00Z"}


def test_a_deployment_is_one_to_production_that_succeeded_unless_it_says_otherwise() -> None:
    assert record("deployments", DEPLOYED) == {
        "id": "run-7",
        "repo": "acme/api",
        "env": "production",
        "status": "success",
        "sha": None,
        "startedAt": None,
        "deployedAt": "2026-03-02T10:05:00Z",
        "commits": None,
        "rollbackOf": None,
        "isProduction": None,
    }
    said = {"env": "staging", "status": "failure", "sha": "abc", "commits": ["abc", "def"], "rollbackOf": "run-6"}
    assert record("deployments", DEPLOYED | said).items() >= said.items()


def test_an_incident_has_the_fields_of_an_import() -> None:
    said = {"severity": "SEV1", "status": "open", "repo": "acme/api", "service": "api", "deploymentId": "run-7"}
    assert record("incidents", BROKEN | said) == BROKEN | said | {"resolvedAt": None}


def test_times_of_any_zone_become_utc() -> None:
    assert (
        record("incidents", BROKEN | {"startedAt": "2026-03-02T12:00:00.9+02:00"})["startedAt"]
        == "2026-03-02T10:00:00Z"
    )


@pytest.mark.parametrize(
    ("bodies", "status"),
    [
        ([{"status": "in_progress", "startedAt": "2026-03-02T10:00:00Z", "deployedAt": None}, {}], "success"),
        ([{"status": "in_progress", "startedAt": "2026-03-02T10:05:00Z"}, {"status": "failure"}], "failure"),
        ([{"status": "failure"}, {"status": "success", "deployedAt": "2026-03-02T10:06:00Z"}], "success"),
        ([{"status": "success"}, {"status": "in_progress", "updatedAt": "2026-03-02T11:00:00Z"}], "in_progress"),
        ([{"status": "success"}, {"status": "cancelled", "updatedAt": "2026-03-02T09:00:00Z"}], "success"),
    ],
    ids=["finished", "finished at once", "tried again", "running again", "corrected by an old body"],
)
def test_the_later_body_of_a_deployment_holds_in_any_order(bodies: list[dict[str, Any]], status: str) -> None:
    for order in permutations(bodies):
        assert record("deployments", *(DEPLOYED | each for each in order), DEPLOYED | order[0])["status"] == status


@pytest.mark.parametrize(
    ("later", "resolved_at"),
    [
        ({"resolvedAt": "2026-03-02T10:30:00Z"}, "2026-03-02T10:30:00Z"),
        ({"resolvedAt": "2026-03-02T10:00:00Z"}, "2026-03-02T10:00:00Z"),
        ({"resolvedAt": None}, None),
    ],
)
def test_an_incident_is_resolved_by_a_later_body(later: dict[str, Any], resolved_at: str | None) -> None:
    for order in permutations([BROKEN, BROKEN | later]):
        assert record("incidents", *order)["resolvedAt"] == resolved_at


def test_an_incident_is_reopened_by_a_body_that_says_it_is_later() -> None:
    resolved = BROKEN | {"resolvedAt": "2026-03-02T10:30:00Z"}
    reopened = BROKEN | {"resolvedAt": None, "updatedAt": "2026-03-02T11:00:00Z"}
    for order in permutations([BROKEN, resolved, reopened]):
        assert record("incidents", *order)["resolvedAt"] is None


def test_without_an_id_records_are_told_apart_as_an_import_does() -> None:
    first = {"repo": "acme/api", "sha": "abc", "startedAt": "2026-03-02T10:00:00Z"}
    assert (
        len(records("deployments", first | {"status": "in_progress"}, first | {"deployedAt": "2026-03-02T10:05:00Z"}))
        == 1
    )
    assert len(records("deployments", [first, first | {"env": "staging"}, first | {"sha": "def"}])) == 3
    nameless = {name: value for name, value in BROKEN.items() if name != "id"}
    assert len(records("incidents", [nameless, nameless, nameless | {"service": "api"}])) == 2


def test_one_id_in_two_repositories_is_two_deployments() -> None:
    assert len(records("deployments", [DEPLOYED, DEPLOYED | {"repo": "acme/web"}])) == 2


def test_a_good_body_has_no_faults() -> None:
    assert DEPLOYMENTS.check(DEPLOYED) == DEPLOYMENTS.check([DEPLOYED] * LARGEST_ARRAY) == INCIDENTS.check(BROKEN) == []


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"repo": None}, "repo is required"),
        ({"status": "done"}, 'status should be one of success, failure, in_progress, cancelled, got "done"'),
        ({"deployedAt": "today"}, 'deployedAt should be an ISO 8601 time such as 2025-03-31T18:22:00Z, got "today"'),
        (
            {"deployedAt": 1772445600},
            "deployedAt should be an ISO 8601 time such as 2025-03-31T18:22:00Z, got 1772445600",
        ),
        ({"updatedAt": "later"}, 'updatedAt should be an ISO 8601 time such as 2025-03-31T18:22:00Z, got "later"'),
        ({"id": 7}, "id should be text, got 7"),
        (
            {"id": "github:7"},
            "id begins like those of a tool (github:, pagerduty:, opsgenie:, incident-io:), got 'github:7'; choose another one",
        ),
        ({"commits": "[" * 100_000}, "commits should be a JSON list, got"),
        ({"sha": "\ud800"}, "sha is not valid text"),
    ],
)
def test_a_fault_says_what_is_wrong_and_what_is_allowed(change: dict[str, Any], fault: str) -> None:
    body = DEPLOYED | change
    (said,) = DEPLOYMENTS.check(body)
    assert said.startswith(fault)
    assert DEPLOYMENTS.check([DEPLOYED, body]) == [f"Item 2: {said}"]
    assert records("deployments", [DEPLOYED, body]) == records("deployments", DEPLOYED)


def test_an_unknown_field_is_named_beside_the_known_ones() -> None:
    (said,) = INCIDENTS.check(BROKEN | {"resolved_at": "2026-03-02T10:30:00Z"})
    assert said == (
        "unknown field 'resolved_at'; incidents has deploymentId, id, repo, resolvedAt, service, severity, startedAt, status, title, updatedAt"
    )


def test_without_a_time_the_answer_is_a_call_that_works() -> None:
    (said,) = DEPLOYMENTS.check({"repo": "acme/api"})
    assert said.startswith("deployedAt is missing")
    assert said.endswith(EXAMPLE)
    assert '"$(date -u +%FT%TZ)"' in said


@pytest.mark.parametrize("body", [[], [DEPLOYED] * (LARGEST_ARRAY + 1)])
def test_an_array_holds_1_to_100(body: list[Any]) -> None:
    assert DEPLOYMENTS.check(body) == [
        f"The array holds {len(body)} deployments; 1 to 100 are allowed. Send the rest in more calls."
    ]


@pytest.mark.parametrize("body", [None, 7, "text", [[]]])
def test_what_is_no_object_is_refused(body: Any) -> None:
    assert "should be a JSON object with id, repo, env" in DEPLOYMENTS.check(body)[0]


def test_a_delivery_is_known_by_the_key_of_its_sender_else_by_its_content() -> None:
    first = DEPLOYMENTS.delivery_key({"idempotency-key": "run-7/3"}, b'{"a": 1}')
    assert first == DEPLOYMENTS.delivery_key({"idempotency-key": "run-7/3"}, b'{"a":1}')
    assert first != DEPLOYMENTS.delivery_key({"idempotency-key": "run-7/4"}, b'{"a": 1}')
    assert DEPLOYMENTS.delivery_key({"idempotency-key": "x" * 201}, b"{}") == DEPLOYMENTS.delivery_key({}, b" {}")


def test_a_key_that_comes_again_with_another_body_is_another_delivery() -> None:
    same = {"idempotency-key": "run-7"}
    assert DEPLOYMENTS.delivery_key(same, b'{"status": "in_progress"}') != DEPLOYMENTS.delivery_key(same, b"{}")
