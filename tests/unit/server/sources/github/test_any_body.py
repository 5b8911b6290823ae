"""Whatever arrives: nothing raises, every record can be stored, and order and repetition do not matter."""

import copy
import random
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from koalr_server.ingest.files.values import value_of
from koalr_server.records import DELIVERED_KINDS, KINDS
from koalr_server.sources.github.source import GITHUB, READERS
from tests.unit.server.sources.github import stories
from tests.unit.server.sources.github.bodies import fixture, only, records

WEBHOOKS = fixture("webhooks")
STORY = stories.PULL_REQUEST + stories.DEPLOYMENT + stories.ISSUE
LISTED: list[stories.Delivery] = [
    (
        "pull_request_commits",
        {
            "repository": stories.REPOSITORY,
            "pull_request": stories.pull_request(1),
            "commits": [{"sha": "e" * 40, "commit": {"author": {"date": stories.clock(0)}}}],
        },
    ),
    (
        "pull_request_files",
        {
            "repository": stories.REPOSITORY,
            "pull_request": stories.pull_request(1),
            "files": [{"filename": "db/1.sql", "additions": 3, "deletions": 0}],
        },
    ),
    (
        "pull_request_check_runs",
        {
            "repository": stories.REPOSITORY,
            "pull_request": stories.pull_request(1),
            "check_runs": [stories.check(1, "failure", 2)],
        },
    ),
    (
        "commit_statuses",
        {
            "repository": stories.REPOSITORY,
            "sha": stories.HEAD,
            "statuses": [{"context": "ci", "state": "failure", "created_at": stories.clock(2)}],
        },
    ),
    (
        "codeowners",
        {
            "repository": stories.REPOSITORY,
            "commit": {"sha": "e" * 40, "commit": {"committer": {"date": stories.clock(1)}}},
            "pull_requests": [{"merged_at": stories.clock(2), "merge_commit_sha": "f" * 40, "base": {"ref": "main"}}],
            "codeowners": {"path": "CODEOWNERS", "encoding": "base64", "content": "KiBAYW5u"},
        },
    ),
    (
        "pull_request_timeline",
        {
            "repository": stories.REPOSITORY,
            "pull_request": stories.pull_request(1),
            "timeline": [{"event": "ready_for_review", "created_at": stories.clock(1)}],
        },
    ),
    (
        "issue_timeline",
        {
            "repository": stories.REPOSITORY,
            "issue": stories.issue(1),
            "timeline": [{"event": "labeled", "created_at": stories.clock(1), "label": {"name": "doing"}}],
        },
    ),
    (
        "issue_boards",
        {
            "repository": stories.REPOSITORY,
            "issue": {"number": 7},
            "timeline": [
                {
                    "event": "project_v2_item_status_changed",
                    "created_at": stories.clock(1),
                    "status": "Done",
                    "project": {"node_id": "P"},
                },
                {"event": "removed_from_project_v2", "created_at": stories.clock(2), "project": {"node_id": "P"}},
            ],
            "projects_v2_item": {
                "project_node_id": "P",
                "archived": True,
                "updated_at": stories.clock(4),
                "status": {"name": "Done", "updated_at": stories.clock(3)},
            },
        },
    ),
    (
        "team_members",
        {
            "organization": {"login": "acme"},
            "team": {"id": 3, "name": "Core"},
            "members": [{"login": "ann"}],
            "read_at": stories.clock(0),
        },
    ),
    (
        "team_repositories",
        {
            "repositories": ["acme/api"],
            "teams": [{"id": 3, "name": "Core", "repositories": ["acme/api"]}],
            "read_at": stories.clock(0),
        },
    ),
    ("tag", {"repository": stories.REPOSITORY, "tag": {"name": "v1", "commit": {"sha": "e" * 40}}}),
    (
        "commit",
        {
            "repository": stories.REPOSITORY,
            "commit": {
                "sha": "e" * 40,
                "commit": {"message": "m", "author": {"name": "Ann", "date": stories.clock(0)}},
                "parents": [{"sha": "f" * 40}],
                "files": [{"filename": "a.py", "additions": 1, "deletions": 0}],
                "stats": {"additions": 1, "deletions": 0},
            },
        },
    ),
    (
        "projects_v2_item",
        {
            "action": "edited",
            "projects_v2_item": {
                "updated_at": stories.clock(1),
                "content": {"number": 7, "repository": stories.REPOSITORY},
            },
            "changes": {"field_value": {"field_name": "Status", "to": {"name": "Done"}}},
        },
    ),
]
SEEDS = [(event, body) for event, bodies in WEBHOOKS.items() if event in READERS for body in bodies] + LISTED + STORY

STORABLE = {**KINDS, **DELIVERED_KINDS}

ODD = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.sampled_from([2**63, -1, 10**400, 253402300800, 0]),
    st.floats(),
    st.text(st.characters(codec=None), max_size=20),
    st.sampled_from(
        [
            "",
            "x" * 100_000,
            "\ud800",
            "a\x00b",
            "9999-12-31T23:59:59-23:59",
            "0001-01-01T00:00:00+14:00",
            "2026-02-30",
            "closed",
            "a/b",
        ]
    ),
)
ANY_JSON = st.recursive(
    ODD,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=10), inner, max_size=4),
    max_leaves=20,
)


def places(value: Any) -> Iterator[tuple[Any, Any]]:
    """Every container of a value with each key or index in it."""
    for key, inner in (
        list(value.items()) if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    ):
        yield value, key
        yield from places(inner)


def assert_storable(found: dict[str, list[dict[str, Any]]]) -> None:
    for kind, rows in found.items():
        fields = {field.name: field for field in STORABLE[kind].fields}
        for row in rows:
            assert row.keys() <= fields.keys()
            for name, field in fields.items():
                value_of(field, row.get(name))
            assert not STORABLE[kind].one_of or any(row.get(name) for name in STORABLE[kind].one_of)


@given(event=st.sampled_from(sorted(READERS)), body=ANY_JSON)
def test_any_json_tells_what_can_be_stored_or_nothing(event: str, body: Any) -> None:
    assert_storable(records([(event, body)]))


@given(
    seed=st.sampled_from(SEEDS),
    chance=st.randoms(use_true_random=False),
    odd=st.lists(ANY_JSON, min_size=1, max_size=4),
)
def test_a_body_with_parts_of_another_shape_tells_what_can_be_stored(
    seed: stories.Delivery, chance: random.Random, odd: list[Any]
) -> None:
    event, body = seed[0], copy.deepcopy(seed[1])
    for value in odd:
        container, key = chance.choice(list(places(body)))
        container[key] = value
    assert_storable(records([(event, body)]))


@pytest.mark.parametrize(
    ("event", "body"), [pytest.param(*seed, id=f"{number}-{seed[0]}") for number, seed in enumerate(SEEDS)]
)
def test_a_body_without_any_one_of_its_parts_tells_what_can_be_stored(event: str, body: dict[str, Any]) -> None:
    for name, inner in body.items():
        assert_storable(records([(event, {key: value for key, value in body.items() if key != name})]))
        for part in inner if isinstance(inner, dict) else ():
            less = {key: value for key, value in inner.items() if key != part}
            assert_storable(records([(event, {**body, name: less})]))


@pytest.mark.parametrize("event", ["", "star", "ping", "installation", "PULL_REQUEST", "__class__"])
def test_an_event_that_nobody_reads_tells_nothing(event: str) -> None:
    assert GITHUB.observe(event, STORY[0][1]) == []


@given(story=st.permutations(STORY), again=st.lists(st.sampled_from(STORY)))
def test_any_order_and_repetition_gives_the_same_records(
    story: list[stories.Delivery], again: list[stories.Delivery]
) -> None:
    assert records([*again, *story, *again]) == records(STORY)


def actions(minute: int) -> list[stories.Delivery]:
    """Everything that may happen in a minute."""
    doing = [{"name": "In progress"}]
    return [
        *(stories.on_pull_request(action, minute) for action in ("opened", "ready_for_review", "reopened")),
        stories.on_pull_request("converted_to_draft", minute, draft=True),
        stories.on_pull_request("synchronize", minute, head={"ref": "search", "sha": stories.NEXT_HEAD}),
        stories.on_pull_request("closed", minute, **stories.merged(minute)),
        stories.on_check(stories.check(1, "failure", minute)),
        stories.on_check(stories.check(2, "success", minute)),
        stories.on_review("submitted", minute, 90, "approved", 10),
        stories.on_review("edited", minute, 90, "approved", 10),
        stories.on_review("dismissed", minute, 90, "dismissed", 10),
        *(
            stories.on_pull_request(action, minute)
            for action in ("enqueued", "dequeued", "locked", "auto_merge_enabled")
        ),
        *(
            stories.on_deployment_status(minute, state, minute)
            for state in ("waiting", "queued", "in_progress", "error", "failure", "success", "inactive")
        ),
        *(
            stories.on_release(action, minute)
            for action in ("created", "prereleased", "published", "released", "edited")
        ),
        stories.on_release("unpublished", minute, draft=True),
        stories.on_release("deleted", minute),
        *(stories.on_run(attempt, minute, ended) for attempt in (1, 2) for ended in (None, "success", "failure")),
        stories.on_push("refs/heads/main", minute),
        stories.on_push("refs/tags/v1", minute),
        *(stories.on_member(action) for action in ("added", "removed")),
        *(
            stories.on_team(action)
            for action in ("edited", "added_to_repository", "removed_from_repository", "deleted")
        ),
        *(stories.on_repository(action, minute) for action in ("archived", "renamed", "deleted")),
        *(
            stories.on_issue(action, minute)
            for action in ("opened", "assigned", "reopened", "pinned", "typed", "transferred", "deleted")
        ),
        stories.on_issue("labeled", minute, "In progress", labels=doing),
        stories.on_issue("labeled", minute, "incident", labels=[{"name": "incident"}]),
        stories.on_issue("unlabeled", minute, "In progress"),
        stories.on_issue("closed", minute, labels=doing, **stories.closed(minute)),
        stories.on_issue("closed", minute, **stories.closed(minute, "not_planned")),
    ]


# Few minutes, so that much happens within one.
RANDOM_STORY = st.lists(st.integers(0, 6).flatmap(lambda minute: st.sampled_from(actions(minute))), max_size=25)


@given(story=RANDOM_STORY, chance=st.randoms(use_true_random=False))
def test_any_order_and_repetition_of_a_random_story_gives_the_same_records(
    story: list[stories.Delivery], chance: random.Random
) -> None:
    shuffled = [*story, *chance.sample(story, len(story) // 2)]
    chance.shuffle(shuffled)
    assert records(shuffled) == records(story)
    assert_storable(records(story))


@given(st.permutations(SEEDS[: len(SEEDS) - len(STORY)]))
def test_the_order_of_payloads_that_contradict_each_other_does_not_matter(seeds: list[stories.Delivery]) -> None:
    told = seeds[:60]
    assert records(told) == records(reversed(told))


def test_a_story_ends_as_it_was_told() -> None:
    pull_request = only(STORY, "pull_requests")
    assert pull_request["readyAt"] == stories.clock(6)
    assert pull_request["mergeSha"] == stories.MERGED
    assert only(STORY, "head_checks")["failed"] == 0
    assert [(row["reviewer"], row["state"]) for row in records(STORY)["reviews"]] == [
        ("bob", "dismissed"),
        ("eve", "approved"),
    ]
    assert only(STORY, "deployments")["deployedAt"] == stories.clock(55)
    item = only(STORY, "work_items")
    assert (item["startedAt"], item["doneAt"], item["activeSecs"]) == (stories.clock(5), stories.clock(50), 35 * 60)
