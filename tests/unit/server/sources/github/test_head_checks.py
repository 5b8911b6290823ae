"""Checks and statuses of a commit: how many failed."""

from typing import Any

import pytest

from tests.unit.server.sources.github.bodies import records
from tests.unit.server.sources.github.stories import (
    HEAD,
    NEXT_HEAD,
    REPOSITORY,
    Delivery,
    check,
    clock,
    on_check,
    on_pull_request,
    pull_request,
)


def status(context: str, state: str, minute: int) -> dict[str, Any]:
    return {"context": context, "state": state, "created_at": clock(minute), "updated_at": clock(minute)}


def on_status(context: str, state: str, minute: int) -> Delivery:
    return "status", {"repository": REPOSITORY, "sha": HEAD, "id": minute, **status(context, state, minute)}


def failed(story: list[Delivery]) -> int | None:
    """How many checks of HEAD failed; None where none is known."""
    found = {row["sha"]: row["failed"] for row in records(story).get("head_checks", [])}
    return found.get(HEAD)


@pytest.mark.parametrize(
    ("runs", "expected"),
    [
        ([], None),
        ([check(1, "success", 1)], 0),
        ([check(1, None, 1)], 0),
        ([check(1, "failure", 1), check(2, "timed_out", 1, "lint"), check(3, "action_required", 1, "gate")], 3),
        ([check(1, "startup_failure", 1)], 1),
        ([check(1, "cancelled", 1), check(2, "skipped", 1, "lint"), check(3, "neutral", 1, "gate")], 0),
        ([check(1, "failure", 1), check(2, "success", 5)], 0),
        ([check(1, "failure", 1), check(2, None, 5)], 0),
        ([check(1, "success", 1), check(2, "failure", 5)], 1),
        ([check(1, "failure", 1, app={"id": 1}), check(2, "success", 5, app={"id": 2})], 1),
        ([check(1, None, 1), check(1, "failure", 1)], 1),
        ([check(1, "failure", 1, completed_at=clock(1)), check(1, None, 1)], 1),
        ([check(1, "failure", 1, head_sha=NEXT_HEAD)], None),
        # From a fork, whose pull requests GitHub does not name.
        ([check(1, "failure", 1, pull_requests=[])], 1),
    ],
)
def test_failed_checks_count_by_their_latest_run(runs: list[Any], expected: int | None) -> None:
    assert failed([on_pull_request("opened", 0), *map(on_check, runs)]) == expected


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        ([("ci", "success", 1)], 0),
        ([("ci", "failure", 1), ("deploy", "error", 1), ("lint", "pending", 1)], 2),
        ([("ci", "failure", 1), ("ci", "success", 5)], 0),
        ([("ci", "success", 5), ("ci", "failure", 1)], 0),
        ([("ci", "pending", 1), ("ci", "failure", 1)], 1),
        ([("ci", "failure", 1), ("ci", "pending", 5)], 0),
        ([("ci", "EXPECTED", 1)], None),
        ([("ci", "odd", 1)], None),
        ([("ci", "FAILURE", 1)], 1),
    ],
)
def test_of_each_context_the_last_status_counts(told: list[tuple[str, str, int]], expected: int | None) -> None:
    assert failed([on_status(*each) for each in told]) == expected


def test_a_status_counts_beside_a_check_run_of_the_same_name() -> None:
    assert failed([on_status("test", "failure", 1), on_check(check(1, "failure", 1))]) == 2


def test_listed_checks_and_statuses_count_like_those_of_webhooks() -> None:
    listed = [
        (
            "pull_request_check_runs",
            {"repository": REPOSITORY, "pull_request": pull_request(2), "check_runs": [check(1, "failure", 1)]},
        ),
        ("commit_statuses", {"repository": REPOSITORY, "sha": HEAD, "statuses": [status("ci", "error", 1)]}),
    ]
    assert failed(listed) == failed([on_check(check(1, "failure", 1)), on_status("ci", "error", 1)]) == 2
    assert records([*listed, *reversed(listed)]) == records(listed)


@pytest.mark.parametrize(
    "missing", [{"sha": None}, {"context": 7}, {"created_at": None, "updated_at": "x"}, {"repository": None}]
)
def test_a_status_without_what_places_it_tells_nothing(missing: dict[str, Any]) -> None:
    event, body = on_status("ci", "failure", 1)
    assert failed([(event, {**body, **missing})]) is None
