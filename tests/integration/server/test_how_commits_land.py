"""How pull requests land, as deliveries tell it: their commits are theirs, and no changes of their own."""

import json
import random
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import pytest

from koalr_server.sources.observation import Delivery
from koalr_server.sources.rules import Rules
from koalr_server.store.database import Database
from koalr_server.store.deliveries import add_deliveries, table_of
from koalr_server.store.settling import reprocess, settle

Told = tuple[str, dict[str, Any]]
REPOSITORY = {"id": 1, "full_name": "acme/api", "default_branch": "main", "updated_at": "2026-01-01T00:00:00Z"}
START = datetime(2026, 3, 2, 9)
BASE, DIRECT, FIRST, SECOND, THIRD = ("0a" * 20, "d1" * 20, "c1" * 20, "c2" * 20, "c3" * 20)
MERGE, OTHER = "e1" * 20, "e2" * 20


def clock(hour: float) -> str:
    return f"{(START + timedelta(hours=hour)).isoformat(timespec='seconds')}Z"


def pushed(sha: str, hour: float, message: str = "Work") -> dict[str, Any]:
    return {"id": sha, "message": message, "timestamp": clock(hour), "author": {"name": "Ann", "username": "ann"}}


def push(before: str, *commits: dict[str, Any], **fields: Any) -> Told:
    told = {"ref": "refs/heads/main", "before": before, "after": commits[-1]["id"], "commits": list(commits)}
    return "push", {**told, "head_commit": commits[-1], "repository": REPOSITORY, **fields}


def merged(number: int, hour: float, head: str, merge: str) -> Told:
    pull = {
        "number": number,
        "title": f"Change {number}",
        "state": "closed",
        "user": {"login": "ann", "type": "User"},
        "created_at": clock(0),
        "updated_at": clock(hour),
        "merged_at": clock(hour),
        "closed_at": clock(hour),
        "merge_commit_sha": merge,
        "head": {"sha": head, "ref": "work"},
    }
    return "pull_request", {"action": "closed", "repository": REPOSITORY, "pull_request": pull}


def deployed(number: int, hour: float, sha: str) -> list[Told]:
    deployment = {"id": number, "sha": sha, "environment": "production", "created_at": clock(hour)}
    status = {"id": number, "state": "success", "created_at": clock(hour)}
    about = {"action": "created", "repository": REPOSITORY, "deployment": deployment}
    return [("deployment_status", {**about, "deployment_status": status})]


def synced_commit(
    sha: str, authored: float, committed: float, *parents: str, message: str = "Work", login: str = "ann"
) -> Told:
    said = {
        "message": message,
        "author": {"name": "Ann", "date": clock(authored)},
        "committer": {"name": "GitHub", "date": clock(committed)},
    }
    told = {"sha": sha, "author": {"login": login}, "commit": said, "parents": [{"sha": parent} for parent in parents]}
    return "commit", {"repository": REPOSITORY, "commit": told}


def synced_branch(number: int, *commits: tuple[str, float, str]) -> Told:
    listed = [
        {"sha": sha, "commit": {"message": message, "author": {"name": "Ann", "date": clock(hour)}}}
        for sha, hour, message in commits
    ]
    of = {"number": number, "updated_at": clock(30)}
    return "pull_request_commits", {"repository": REPOSITORY, "pull_request": of, "commits": listed}


# A first deployment is the baseline; without it nothing is a change.
BEFORE = [push("0" * 40, pushed(BASE, 0)), *deployed(1, 1, BASE)]
MERGED_BRANCH = [
    *BEFORE,
    push(
        BASE, pushed(FIRST, 2), pushed(SECOND, 5), pushed(MERGE, 20, "Merge pull request #7 from acme/work\n\nSearch")
    ),
    merged(7, 20, SECOND, MERGE),
    *deployed(2, 24, MERGE),
]


class Store:
    """Tables that deliveries have filled."""

    def __init__(self, told: Sequence[Told], at_once: int = 1) -> None:
        self.database = Database.in_memory()
        self.take(told, at_once)

    def take(self, told: Sequence[Told], at_once: int = 1) -> None:
        keyed = [Delivery("github", event, f"{random.random()}", json.dumps(body).encode()) for event, body in told]
        for start in range(0, len(keyed), at_once):
            table = table_of(keyed[start : start + at_once])
            self.database.write_beside(lambda cursor, table=table: add_deliveries(cursor, table, datetime(2026, 3, 9)))
            settle(self.database, Rules())

    def changes(self) -> list[tuple[int | None, str, float | None]]:
        """Number, commit and hours of lead time of each change."""
        rows = self.database.rows("SELECT number, sha, lead_secs / 3600 AS hours FROM changes ORDER BY number, sha")
        return [(row["number"], row["sha"], row["hours"]) for row in rows]

    def cycle_hours(self) -> float | None:
        (row,) = self.database.rows("SELECT commit_to_merge_secs / 3600 AS hours FROM changes WHERE number IS NOT NULL")
        hours: float | None = row["hours"]
        return hours


def test_a_merge_commit_brings_its_branch_though_a_push_names_no_parents() -> None:
    store = Store(MERGED_BRANCH)
    assert store.changes() == [(7, MERGE, 22)]
    assert store.cycle_hours() == 18


def test_a_commit_that_was_pushed_alone_is_a_change_of_its_own() -> None:
    told = [*BEFORE, push(BASE, pushed(DIRECT, 2)), push(DIRECT, pushed(FIRST, 3), pushed(MERGE, 4))]
    store = Store([*told, merged(7, 4, FIRST, MERGE), *deployed(2, 24, MERGE)])
    assert store.changes() == [(7, MERGE, 21), (None, DIRECT, 22)]


def test_what_was_merged_before_a_forced_push_still_ships() -> None:
    squash = [push(BASE, pushed(FIRST, 2)), merged(7, 2, SECOND, FIRST)]
    amended = push(FIRST, pushed(THIRD, 3), forced=True)
    store = Store([*BEFORE, *squash, amended, *deployed(2, 24, THIRD)])
    assert store.changes() == [(7, FIRST, 22), (None, THIRD, 21)]


def test_a_default_branch_goes_on_under_a_new_name() -> None:
    old = {**REPOSITORY, "default_branch": "master"}
    told = push("0" * 40, pushed(BASE, 0), ref="refs/heads/master", repository=old)
    more = push(BASE, pushed(FIRST, 2), ref="refs/heads/master", repository=old)
    moved = push("0" * 40, pushed(FIRST, 2), created=True, commits=[])
    changed = {"action": "edited", "changes": {"default_branch": {"from": "master"}}, "repository": REPOSITORY}
    later = push(FIRST, pushed(SECOND, 3))
    store = Store([told, *deployed(1, 1, BASE), more, moved, ("repository", changed), later, *deployed(2, 24, SECOND)])
    assert store.changes() == [(None, FIRST, 22), (None, SECOND, 21)]


def test_each_merge_of_a_queue_brings_what_came_before_it() -> None:
    queue = push(BASE, pushed(FIRST, 2), pushed(MERGE, 9), pushed(SECOND, 3), pushed(THIRD, 4), pushed(OTHER, 9))
    store = Store([*BEFORE, queue, merged(7, 9, FIRST, MERGE), merged(8, 9, THIRD, OTHER), *deployed(2, 24, OTHER)])
    assert store.changes() == [(7, MERGE, 22), (8, OTHER, 21)]


def test_what_is_pushed_after_a_merge_is_not_of_it() -> None:
    told = [*BEFORE, push(BASE, pushed(FIRST, 2), pushed(MERGE, 4), pushed(DIRECT, 5)), merged(7, 4, FIRST, MERGE)]
    assert Store([*told, *deployed(2, 24, DIRECT)]).changes() == [(7, MERGE, 22), (None, DIRECT, 19)]


def test_a_history_that_is_brought_back_does_not_change_whose_a_commit_was() -> None:
    direct, branch = push(BASE, pushed(DIRECT, 2)), push(DIRECT, pushed(FIRST, 3), pushed(MERGE, 4))
    again = push(BASE, pushed(DIRECT, 2), pushed(FIRST, 3), pushed(MERGE, 4), pushed(OTHER, 6))
    store = Store([*BEFORE, direct, branch, again, merged(7, 4, FIRST, MERGE), *deployed(2, 24, OTHER)])
    assert store.changes() == [(7, MERGE, 21), (None, DIRECT, 22), (None, OTHER, 18)]


def test_a_squash_has_a_lead_time_and_no_cycle_time() -> None:
    told = [
        *BEFORE,
        push(BASE, pushed(MERGE, 20, "Another title")),
        merged(7, 20, SECOND, MERGE),
        *deployed(2, 24, MERGE),
    ]
    store = Store(told)
    assert store.changes() == [(7, MERGE, 4)]
    assert store.cycle_hours() is None


def test_copies_of_a_rebase_that_were_pushed_together_are_of_their_pull_request() -> None:
    # Whether the time in a push is that of the author or of the copy, GitHub does not say.
    told = [
        *BEFORE,
        push(BASE, pushed(FIRST, 20), pushed(MERGE, 20)),
        merged(7, 20, SECOND, MERGE),
        *deployed(2, 24, MERGE),
    ]
    store = Store(told)
    assert store.changes() == [(7, MERGE, 4)]
    assert store.cycle_hours() is None


REBASED = [
    *BEFORE,
    synced_commit(BASE, 0, 0),
    synced_commit(DIRECT, 1.5, 1.5, BASE, message="One"),
    synced_commit(FIRST, 2, 20, DIRECT, message="One\n\nWhy"),
    synced_commit(SECOND, 3, 20, FIRST, message="Two"),
    synced_commit(MERGE, 5, 20, SECOND, message="Three", login="Ann Lee"),
    merged(7, 20, "b3" * 20, MERGE),
    synced_branch(7, ("b1" * 20, 2, "One\n\nWhy"), ("b2" * 20, 3, "Two\r\n"), ("b3" * 20, 5, "Three")),
    *deployed(2, 24, MERGE),
]


def test_copies_of_a_rebase_are_known_by_their_first_line_and_when_they_were_written() -> None:
    store = Store(REBASED)
    assert store.changes() == [(7, MERGE, 22), (None, DIRECT, 22.5)]
    assert store.cycle_hours() == 18


def test_a_rebased_pull_request_consists_of_its_copies() -> None:
    store = Store(REBASED)
    (row,) = store.database.rows("SELECT commits FROM pull_request_signals WHERE number = 7")
    assert row["commits"] == sorted([FIRST, SECOND, MERGE])


def test_a_commit_like_one_of_the_branch_below_others_is_no_copy() -> None:
    told = [each for each in REBASED if each != REBASED[-2]]
    branch = synced_branch(7, ("b1" * 20, 1.5, "One"), ("b3" * 20, 5, "Three"))
    changes = Store([*told, branch]).changes()
    assert [(number, sha) for number, sha, _ in changes] == [(7, MERGE), (None, FIRST), (None, SECOND), (None, DIRECT)]


def test_a_squash_is_no_copy_and_leaves_what_is_below_alone() -> None:
    squash = synced_commit(MERGE, 20, 20, DIRECT, message="Search (#7)")
    told = [*BEFORE, synced_commit(BASE, 0, 0), synced_commit(DIRECT, 2, 2, BASE, message="One"), squash]
    branch = synced_branch(7, ("b1" * 20, 2, "One"), ("b3" * 20, 5, "Three"))
    store = Store([*told, merged(7, 20, "b3" * 20, MERGE), branch, *deployed(2, 24, MERGE)])
    assert [(number, sha) for number, sha, _ in store.changes()] == [(7, MERGE), (None, DIRECT)]


def test_the_copies_of_a_rebase_are_taken_back_with_the_pull_request() -> None:
    revert = synced_commit(OTHER, 30, 30, MERGE, message=f'Revert "Two"\n\nThis reverts commit {SECOND}.')
    store = Store([*REBASED, revert, *deployed(3, 31, OTHER)])
    assert store.database.rows("SELECT reverted_by FROM pull_request_facts WHERE number = 7") == [
        {"reverted_by": OTHER}
    ]
    assert [
        row["failure"] for row in store.database.rows("SELECT failure FROM deployment_facts ORDER BY listed_at")
    ] == [
        None,
        "revert",
        None,
    ]


def test_parents_that_are_guessed_in_a_circle_end() -> None:
    one, two = pushed(FIRST, 2, "One"), pushed(MERGE, 3, "Two")
    branch = synced_branch(7, ("b1" * 20, 2, "One"), ("b2" * 20, 3, "Two"))
    store = Store([push(MERGE, one), push(FIRST, two), merged(7, 20, "b2" * 20, MERGE), branch])
    (row,) = store.database.rows("SELECT own_shas FROM pull_request_facts")
    assert {FIRST, MERGE} <= set(row["own_shas"])


@pytest.mark.parametrize("story", [MERGED_BRANCH, REBASED])
@pytest.mark.parametrize("seed", range(4))
def test_any_order_and_repetition_gives_the_same_changes(story: list[Told], seed: int) -> None:
    chance = random.Random(seed)
    told = [*story, *chance.sample(story, 3)]
    chance.shuffle(told)
    assert Store(told, chance.randint(1, 5)).changes() == Store(story, len(story)).changes()


def test_reading_all_again_gives_the_same_changes() -> None:
    store = Store(MERGED_BRANCH)
    before = store.changes()
    reprocess(store.database, Rules())
    assert store.changes() == before
