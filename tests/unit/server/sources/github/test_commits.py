"""Commits: from pushes and from the REST API."""

from typing import Any

import pytest

from tests.unit.server.sources.github.bodies import only, records
from tests.unit.server.sources.github.stories import REPOSITORY, Delivery, clock

BEFORE, FIRST, SECOND, MERGE = "0a" * 20, "1a" * 20, "2a" * 20, "3a" * 20


def pushed(sha: str, minute: int = 0) -> dict[str, Any]:
    return {"id": sha, "message": "Search", "timestamp": clock(minute), "author": {"name": "Ann", "username": "ann"}}


def push(*shas: str, **fields: Any) -> Delivery:
    listed = [pushed(sha) for sha in shas]
    return "push", {
        "ref": "refs/heads/main",
        "before": BEFORE,
        "after": shas[-1],
        "commits": listed,
        "head_commit": listed[-1],
        "repository": REPOSITORY,
        **fields,
    }


def commit(sha: str, *parents: str, **fields: Any) -> Delivery:
    who = {"name": "Ann", "date": "2026-03-02T10:00:00.5+01:00"}
    return "commit", {
        "repository": REPOSITORY,
        "commit": {
            "sha": sha,
            "author": {"login": "ann"},
            "commit": {"author": who, "committer": {**who, "date": clock(5)}, "message": "Search"},
            "parents": [{"sha": parent} for parent in parents],
            **fields,
        },
    }


def parents(*told: Delivery) -> dict[str, list[str]]:
    return {row["sha"]: row["parents"] for row in records(told).get("pushed_commits", [])}


def test_commits_of_a_push_are_a_chain_from_where_the_branch_was() -> None:
    assert parents(push(FIRST, SECOND, MERGE)) == {FIRST: [BEFORE], SECOND: [FIRST], MERGE: [SECOND]}


def test_a_push_that_continues_nothing_begins_a_chain() -> None:
    assert parents(push(FIRST, SECOND, before="0" * 40, created=True)) == {FIRST: [], SECOND: [FIRST]}


def test_a_forced_push_follows_what_it_replaced_for_nobody_tells_where_it_left() -> None:
    assert parents(push(FIRST, SECOND, forced=True)) == {FIRST: [BEFORE], SECOND: [FIRST]}


def test_the_head_of_a_push_too_long_to_list_follows_what_is_listed() -> None:
    assert parents(push(FIRST, head_commit=pushed(MERGE), after=MERGE)) == {FIRST: [BEFORE], MERGE: [FIRST]}


@pytest.mark.parametrize(
    "fields",
    [
        {"ref": "refs/heads/search"},
        {"ref": "refs/heads/gh-readonly-queue/main/pr-12-0a0a"},
        {"ref": "refs/heads/feature/main"},
        {"ref": "refs/tags/main"},
        {"repository": {"full_name": "acme/api"}},
        {"deleted": True},
    ],
)
def test_only_the_default_branch_counts(fields: dict[str, Any]) -> None:
    assert parents(push(FIRST, **fields)) == {}


def test_what_the_api_says_of_a_commit_replaces_what_a_push_said() -> None:
    file = {"filename": "a.py", "additions": 3, "deletions": 1}
    told = commit(FIRST, BEFORE, SECOND, files=[file], stats={"additions": 3, "deletions": 1})
    expected = {
        "repo": "acme/api",
        "sha": FIRST,
        "parents": [BEFORE, SECOND],
        "author": "ann",
        "authoredAt": clock(0),
        "committedAt": clock(5),
        "message": "Search",
        "additions": 3,
        "deletions": 1,
        "files": [{"path": "a.py", "additions": 3, "deletions": 1}],
    }
    assert only([told, push(FIRST)], "commits") == expected
    # The list form has no files; it takes away none.
    assert only([told, commit(FIRST, BEFORE, SECOND)], "commits") == expected


@pytest.mark.parametrize("owner", [{"login": "acme"}, {"name": "acme", "email": "team@acme.example"}])
def test_a_push_may_name_its_repository_in_parts(owner: dict[str, str]) -> None:
    named = {"name": "api", "owner": owner, "master_branch": "main"}
    assert only([push(FIRST, repository=named)], "pushes")["repo"] == "acme/api"


def test_what_came_to_the_default_branch_together_is_a_push() -> None:
    assert records([push(FIRST, SECOND), push(FIRST, SECOND)])["pushes"] == [
        {"repo": "acme/api", "head": SECOND, "commits": [FIRST, SECOND]}
    ]
    assert "pushes" not in records([push(FIRST, ref="refs/heads/search")])


def test_a_commit_of_nobody_at_github_has_the_name_it_was_written_under() -> None:
    assert only([commit(FIRST, author=None)], "commits")["author"] == "Ann"
    anonymous = {**pushed(FIRST), "author": {"name": "Ann"}}
    assert only([push(FIRST, commits=[anonymous])], "pushed_commits")["author"] == "Ann"


@pytest.mark.parametrize(
    ("author", "expected"),
    [
        ({"name": "copilot-swe-agent[bot]", "username": "Copilot"}, "Copilot[bot]"),
        ({"name": "Tidy", "email": "7+tidy[bot]@users.noreply.github.com", "username": "Tidy"}, "Tidy[bot]"),
        ({"name": "dependabot[bot]", "username": "dependabot[bot]"}, "dependabot[bot]"),
        ({"name": "Ann [bot] Lee", "email": "ann@users.noreply.github.com", "username": "ann"}, "ann"),
        ({"name": "Ann", "email": "bots[bot]@acme.example", "username": "ann"}, "ann"),
    ],
)
def test_a_push_and_the_api_call_a_bot_the_same(author: dict[str, str], expected: str) -> None:
    assert only([push(FIRST, commits=[{**pushed(FIRST), "author": author}])], "pushed_commits")["author"] == expected
    account = {"login": author["username"], "type": "Bot" if expected.endswith("[bot]") else "User"}
    assert only([commit(FIRST, author=account)], "commits")["author"] == expected


@pytest.mark.parametrize("written", [{"name": ""}, {"name": " "}, {"name": "x" * 300}, {"name": None}, None])
def test_a_commit_that_nobody_is_named_for_keeps_its_place(written: Any) -> None:
    dated = {"date": clock(0)}
    told = {"author": written and {**written, **dated}, "committer": dated, "message": "Search"}
    assert only([commit(FIRST, author=None, commit=told)], "commits")["author"] == "ghost"
    assert only([push(FIRST, commits=[{**pushed(FIRST), "author": written}])], "pushed_commits")["author"] == "ghost"


@pytest.mark.parametrize("date", ["0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z", "yesterday", None, True, -1, 10**20])
def test_a_date_nobody_can_mean_is_none(date: Any) -> None:
    told = {**pushed(FIRST), "timestamp": date}
    assert parents(push(FIRST, commits=[told])) == {}
    who = {"name": "Ann", "date": date}
    assert records([commit(FIRST, commit={"author": who, "committer": who, "message": "Search"})]) == {}


@pytest.mark.parametrize(
    "date", ["2026-03-02T09:00:00.999Z", "2026-03-02T10:00:00+01:00", "2026-03-02T09:00:00", 1772442000]
)
def test_times_are_whole_seconds_of_utc(date: Any) -> None:
    told = {**pushed(FIRST), "timestamp": date}
    assert only([push(FIRST, commits=[told])], "pushed_commits")["committedAt"] == clock(0)


@pytest.mark.parametrize("at", ["1970-01-01T00:00:00Z", "1985-04-12T23:20:50Z"])
def test_a_commit_older_than_git_keeps_its_place(at: str) -> None:
    who = {"name": "Ann", "date": at}
    row = only([commit(SECOND, FIRST, commit={"author": who, "committer": who, "message": "Import"})], "commits")
    assert (row["sha"], row["parents"], row["committedAt"]) == (SECOND, [FIRST], at)
