"""Nodes of GraphQL as objects of REST."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from koalr_server.sync.github import pull_bodies
from koalr_server.sync.github.pull_queries import pulls

NAMES = st.sampled_from(
    [
        *("__typename", "login", "author", "labels", "nodes", "name", "databaseId", "fullDatabaseId", "commit", "oid"),
        *("checkSuite", "app", "status", "conclusion", "permalink", "actor", "label", "state", "mergedAt", "mergedBy"),
    ]
)
JSON: st.SearchStrategy[Any] = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.text(max_size=5)
    | st.sampled_from(["CheckRun", "Bot", "ClosedEvent"]),
    lambda children: st.lists(children, max_size=3) | st.dictionaries(NAMES, children, max_size=5),
    max_leaves=15,
)
NODES = st.dictionaries(NAMES, JSON, max_size=8)


@pytest.mark.parametrize(
    ("kind", "login", "expected"),
    [
        ("Bot", "dependabot", ("dependabot[bot]", "Bot")),
        ("Bot", "dependabot[bot]", ("dependabot[bot]", "Bot")),
        ("User", "ann", ("ann", "User")),
        ("EnterpriseUserAccount", "ann_acme", ("ann_acme", "User")),
        ("Organization", "acme", ("acme", "Organization")),
        ("Mannequin", "old", ("old", "Mannequin")),
    ],
)
def test_accounts_are_called_as_rest_calls_them(kind: str, login: str, expected: tuple[str, str]) -> None:
    found = pull_bodies.account({"__typename": kind, "login": login, "databaseId": 7})
    assert found == {"login": expected[0], "id": 7, "type": expected[1]}


def test_an_account_that_is_gone_is_null() -> None:
    assert pull_bodies.account(None) is None


@pytest.mark.parametrize(
    ("database_id", "permalink", "expected"),
    [
        (7, "https://github.com/acme/api/runs/8", 7),
        (None, "https://github.com/acme/api/runs/41234567890", 41234567890),
        (None, "https://github.com/acme/api/actions/runs/5/job/41234567890", 41234567890),
        (None, "https://github.com/acme/api/runs/x", None),
        (None, None, None),
    ],
)
def test_a_check_run_has_its_number_or_that_of_its_page(database_id: Any, permalink: Any, expected: int | None) -> None:
    node = {"__typename": "CheckRun", "databaseId": database_id, "permalink": permalink}
    (found,) = pull_bodies.check_runs("a" * 40, [node, {"__typename": "StatusContext"}])
    assert (found["id"], found["head_sha"]) == (expected, "a" * 40)


@pytest.mark.parametrize(("told", "expected"), [("3012345678", 3012345678), (7, 7), ("x", None), ("٣", None)])
def test_numbers_that_come_as_text_are_numbers(told: Any, expected: int | None) -> None:
    assert pull_bodies.review({"fullDatabaseId": told})["id"] == expected


@pytest.mark.parametrize(
    ("state", "merged_at", "expected"),
    [("OPEN", None, "open"), ("CLOSED", None, "closed"), ("MERGED", "2026-01-01T00:00:00Z", "closed")],
)
def test_a_merged_pull_request_is_a_closed_one(state: str, merged_at: str | None, expected: str) -> None:
    found = pull_bodies.pull_request({"state": state, "mergedAt": merged_at}, {})
    assert (found["state"], found["merged"]) == (expected, merged_at is not None)


@pytest.mark.parametrize(
    ("listed", "expected"),
    [
        ({"merged_at": "2026-01-01T00:00:00Z", "merge_commit_sha": "a" * 40}, "a" * 40),
        # Of a trial merge, from before the merge.
        ({"merged_at": None, "merge_commit_sha": "a" * 40}, None),
        ({}, None),
    ],
)
def test_a_merge_commit_that_is_gone_is_the_one_that_rest_lists(listed: dict[str, Any], expected: str | None) -> None:
    merged = {"state": "MERGED", "mergedAt": "2026-01-01T00:00:00Z", "mergeCommit": None}
    assert pull_bodies.pull_request(merged, listed)["merge_commit_sha"] == expected
    kept = pull_bodies.pull_request({**merged, "mergeCommit": {"oid": "b" * 40}}, listed)
    assert kept["merge_commit_sha"] == "b" * 40
    open_ = pull_bodies.pull_request({"state": "OPEN", "mergedAt": None, "mergeCommit": None}, listed)
    assert open_["merge_commit_sha"] is None


def test_events_and_their_objects_are_called_as_githubs_schema_has_them() -> None:
    query = pulls([7])
    for kind, item in (
        ("ReadyForReviewEvent", "READY_FOR_REVIEW_EVENT"),
        ("ConvertToDraftEvent", "CONVERT_TO_DRAFT_EVENT"),
        ("HeadRefForcePushedEvent", "HEAD_REF_FORCE_PUSHED_EVENT"),
        ("AddedToMergeQueueEvent", "ADDED_TO_MERGE_QUEUE_EVENT"),
    ):
        assert f"... on {kind} {{" in query
        assert f"{item}," in query.replace("[", " ").split()
    assert pull_bodies.turn({"__typename": "ConvertToDraftEvent"}) is not None
    assert pull_bodies.turn({"__typename": "MentionedEvent"}) is None


@given(NODES, NODES)
def test_nothing_is_raised_for_nodes_of_any_shape(node: dict[str, Any], listed: dict[str, Any]) -> None:
    pull = pull_bodies.pull_request(node, listed)
    assert pull["state"] in ("open", "closed")
    assert pull_bodies.review(node).keys() >= {"id", "user", "submitted_at"}
    assert pull_bodies.commit(node).keys() == {"sha", "node_id", "commit"}
    assert len(pull_bodies.check_runs("a", [node])) == (node.get("__typename") == "CheckRun")
    assert (pull_bodies.turn(node) is None) == (node.get("__typename") != "ClosedEvent")
