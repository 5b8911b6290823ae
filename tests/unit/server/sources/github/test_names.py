"""A repository that is renamed stays one; a name that another one takes is told apart."""

import random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.server.sources.github.bodies import Records, records
from tests.unit.server.sources.github.stories import MERGED, Delivery, clock, deployed, issue, merged, pull_request


def repository(name: str, id_: int | None = 1, minute: int = 0) -> dict[str, Any]:
    numbered = {} if id_ is None else {"id": id_}
    return {**numbered, "full_name": name, "default_branch": "main", "updated_at": clock(minute)}


def opened(name: str, number: int, id_: int | None = 1, minute: int = 0, **fields: Any) -> Delivery:
    pull = pull_request(minute, number=number, **fields)
    return "pull_request", {"action": "opened", "repository": repository(name, id_, minute), "pull_request": pull}


def renamed(before: str, after: str, minute: int, id_: int = 1) -> Delivery:
    changes = {"repository": {"name": {"from": before.partition("/")[2]}}}
    return "repository", {"action": "renamed", "repository": repository(after, id_, minute), "changes": changes}


def transferred(before: str, after: str, minute: int, id_: int = 1) -> Delivery:
    changes = {"owner": {"from": {"organization": {"login": before.partition("/")[0]}}}}
    return "repository", {"action": "transferred", "repository": repository(after, id_, minute), "changes": changes}


def everything(name: str, id_: int | None, minute: int) -> list[Delivery]:
    """One of each, told under a name."""
    at = {"repository": repository(name, id_, minute)}
    review = {"id": 3, "state": "approved", "submitted_at": clock(minute), "user": {"login": "bob"}}
    head = {"id": MERGED, "message": "Search", "timestamp": clock(minute), "author": {"name": "Ann"}}
    push = {"ref": "refs/heads/main", "before": "0a" * 20, "after": MERGED, "commits": [head], "head_commit": head}
    team = {"action": "added_to_repository", "team": {"id": 3, "name": "Core"}}
    release = {"id": 8, "tag_name": "v1@2#3", "published_at": clock(minute), "created_at": clock(minute)}
    return [
        opened(name, 12, id_, minute, **merged(minute)),
        ("pull_request_review", {**at, "action": "submitted", "pull_request": {"number": 12}, "review": review}),
        ("push", {**at, **push}),
        ("deployment", {**at, "action": "created", "deployment": deployed()}),
        ("release", {**at, "action": "released", "release": release}),
        ("issues", {**at, "action": "opened", "issue": issue(minute)}),
        ("issues", {**at, "action": "opened", "issue": issue(minute, number=9, labels=[{"name": "outage"}])}),
        ("team", {**at, **team}),
    ]


def repos_named(found: Records) -> set[str]:
    """Every repository that records name, in whatever field."""
    rows = [row for kind in found.values() for row in kind]
    keys = [row["key"].partition("#")[0] for row in rows if "key" in row]
    items = [row["workItem"].partition("#")[0] for row in rows if "workItem" in row]
    return {*(row["repo"] for row in rows if "repo" in row), *keys, *items}


@pytest.mark.parametrize("change", [renamed("acme/api", "acme/core", 30), transferred("acme/core", "new/core", 30)])
def test_all_that_was_told_before_a_rename_stands_once_under_the_new_name(change: Delivery) -> None:
    before, after = ("acme/api", "acme/core") if change[1]["action"] == "renamed" else ("acme/core", "new/core")
    found = records([*everything(before, 1, 0), change, *everything(after, 1, 40)])
    assert repos_named(found) == {after}
    assert {kind: len(rows) for kind, rows in found.items()} == {
        "pull_requests": 1,
        "reviews": 1,
        "pushed_commits": 1,
        "pushes": 1,
        "deployments": 2,
        "work_items": 1,
        "incidents": 1,
        "repos": 1,
        "teams": 1,
    }


def test_a_rename_that_nobody_told_of_shows_in_the_next_body() -> None:
    found = records([*everything("acme/api", 1, 0), opened("acme/core", 13, minute=10)])
    assert repos_named(found) == {"acme/core"}
    assert [row["number"] for row in found["pull_requests"]] == [12, 13]


def test_a_rename_in_the_second_of_the_last_change_counts() -> None:
    assert repos_named(records([*everything("acme/zoo", 1, 5), renamed("acme/zoo", "acme/api", 5)])) == {"acme/api"}


def test_a_repository_that_takes_its_old_name_back_has_it() -> None:
    there, back = renamed("acme/api", "acme/core", 5), renamed("acme/core", "acme/api", 9)
    assert repos_named(records([*everything("acme/api", 1, 0), there, back])) == {"acme/api"}


def test_a_name_that_another_repository_takes_is_its_own() -> None:
    story = [opened("acme/api", 12), renamed("acme/api", "acme/core", 5), opened("acme/api", 12, id_=2, minute=9)]
    found = records(story)["pull_requests"]
    assert [(row["repo"], row["number"], row["workItem"]) for row in found] == [
        ("acme/api", 12, "acme/api#7"),
        ("acme/core", 12, "acme/core#7"),
    ]


def test_a_repository_whose_name_was_taken_and_whose_new_one_nobody_told_is_not_merged() -> None:
    found = records([opened("acme/api", 12), opened("acme/api", 12, id_=2, minute=9)])["pull_requests"]
    assert [row["repo"] for row in found] == ["acme/api", "acme/api~1"]


def test_what_was_told_without_numbers_belongs_to_whoever_has_the_name() -> None:
    old = opened("acme/api", 11, id_=None)
    assert repos_named(records([old])) == {"acme/api"}
    assert repos_named(records([old, opened("acme/api", 12, minute=1)])) == {"acme/api"}
    found = records([old, renamed("acme/api", "acme/core", 5)])["pull_requests"]
    assert [(row["repo"], row["number"]) for row in found] == [("acme/core", 11)]
    taken = records([old, renamed("acme/api", "acme/core", 5), opened("acme/api", 12, id_=2, minute=9)])
    assert [(row["repo"], row["number"]) for row in taken["pull_requests"]] == [("acme/api", 11), ("acme/api", 12)]


def test_a_work_item_of_another_repository_is_followed_to_its_new_name() -> None:
    told = opened("acme/web", 4, id_=2, body="Closes acme/api#7")
    found = records([told, opened("acme/api", 12), renamed("acme/api", "acme/core", 5)])["pull_requests"]
    assert [(row["repo"], row["workItem"]) for row in found] == [
        ("acme/core", "acme/core#7"),
        ("acme/web", "acme/core#7"),
    ]


def test_an_issue_that_moved_to_another_repository_is_followed_to_its_new_name() -> None:
    moved = {"new_repository": repository("acme/web", 2), "new_issue": issue(0, number=1)}
    transfer = {"action": "transferred", "repository": repository("acme/api"), "issue": issue(0), "changes": moved}
    found = records([("issues", transfer), renamed("acme/web", "acme/site", 5, id_=2)])
    assert [row["key"] for row in found["work_items"]] == ["acme/site#1"]


NAMES = ("acme/api", "acme/core", "acme/web")
BODIES = st.one_of(
    st.builds(opened, st.sampled_from(NAMES), st.integers(1, 2), st.sampled_from([1, 2, None]), st.integers(0, 5)),
    st.builds(renamed, st.sampled_from(NAMES), st.sampled_from(NAMES), st.integers(0, 5), st.sampled_from([1, 2])),
)


@given(story=st.lists(BODIES, max_size=12), chance=st.randoms(use_true_random=False))
def test_any_order_and_repetition_of_renames_gives_the_same_records(
    story: list[Delivery], chance: random.Random
) -> None:
    shuffled = [*story, *chance.sample(story, len(story) // 2)]
    chance.shuffle(shuffled)
    assert records(shuffled) == records(story)


@given(st.lists(BODIES, max_size=12))
def test_two_numbers_are_never_one_repository(story: list[Delivery]) -> None:
    told = {
        (body["repository"].get("id"), body["pull_request"]["number"])
        for event, body in story
        if "pull_request" in body
    }
    of_numbers = {each for each in told if each[0] is not None}
    rows = records(story).get("pull_requests", [])
    assert len(rows) == len({(row["repo"], row["number"]) for row in rows}) >= len(of_numbers)
