"""The CODEOWNERS file by sync: each version since when it was in force, as a clone would tell it."""

import base64
from typing import Any

import pytest

from koalr_server.sources.rules import Rules
from koalr_server.store import settling
from koalr_server.store.database import Database
from koalr_server.store.gateway import LocalAccess
from tests.integration.server.github_server import World
from tests.integration.server.github_world import ANTS, Serving
from tests.integration.server.memory_store import MemoryStore
from tests.integration.server.test_github_sync import bodies, read

PATH = f"/repos/{ANTS}"
ROOT, HIDDEN = "CODEOWNERS", ".github/CODEOWNERS"


def put(
    there: World, commit: str, at: str, files: dict[str, str], touched: str, pull: dict[str, Any] | None = None
) -> None:
    """A commit of the default branch after which these files are there."""
    sha = commit * 40
    for place, content in files.items():
        blob = {"type": "file", "path": place, "sha": f"blob of {content}", "encoding": "base64"}
        found = {**blob, "content": base64.encodebytes(content.encode()).decode(), "url": "https://api.example"}
        there.objects[f"{PATH}/contents/{place}?ref={sha}"] = found
    listed = there.lists.setdefault(f"{PATH}/commits?path={touched}", [])
    listed.insert(0, {"sha": sha, "commit": {"committer": {"date": at}}})
    there.lists[f"{PATH}/commits/{sha}/pulls"] = [] if pull is None else [pull]
    there.objects[PATH]["pushed_at"] = at


def told(store: MemoryStore) -> list[tuple[str, str | None]]:
    """Commit and content of every version, as they were told."""
    return [
        (
            body["commit"]["sha"][0],
            body["codeowners"] and base64.b64decode(body["codeowners"]["content"]).decode(),
        )
        for body in bodies(store, "codeowners")
    ]


def test_every_version_since_the_beginning_is_told_once(serving: Serving) -> None:
    there, store = serving(), MemoryStore()
    put(there, "a", "2021-01-01T00:00:00Z", {ROOT: "* @ann"}, ROOT)
    put(there, "b", "2021-02-01T00:00:00Z", {ROOT: "* @bob"}, ROOT)
    read(there, store)
    assert sorted(told(store)) == [("a", "* @ann"), ("b", "* @bob")]
    put(there, "c", "2021-03-01T00:00:00Z", {ROOT: "* @cat"}, ROOT)
    read(there, store)
    assert told(store)[2:] == [("c", "* @cat")]


def test_the_version_in_force_when_reading_begins_is_told_and_none_before(serving: Serving) -> None:
    there, store = serving(), MemoryStore()
    for commit, month in zip("abc", (1, 2, 3), strict=True):
        put(there, commit, f"2021-0{month}-01T00:00:00Z", {ROOT: f"* @{commit}"}, ROOT)
    read(there, store, since="2021-02-15T00:00:00Z")
    assert sorted(told(store)) == [("b", "* @b"), ("c", "* @c")]
    read(there, store, since="2020-01-01T00:00:00Z")
    assert sorted(told(store))[0] == ("a", "* @a")


def test_a_file_that_moves_or_is_taken_away_is_told_so(serving: Serving) -> None:
    there, store = serving(), MemoryStore()
    put(there, "a", "2021-01-01T00:00:00Z", {ROOT: "* @ann"}, ROOT)
    put(there, "b", "2021-02-01T00:00:00Z", {ROOT: "* @ann", HIDDEN: "* @bob"}, HIDDEN)
    read(there, store)
    assert sorted(told(store)) == [("a", "* @ann"), ("b", "* @bob")]
    put(there, "c", "2021-03-01T00:00:00Z", {ROOT: "* @ann"}, HIDDEN)
    read(there, store)
    put(there, "d", "2021-04-01T00:00:00Z", {}, ROOT)
    read(there, store)
    assert told(store)[2:] == [("c", "* @ann"), ("d", None)]


def test_nothing_is_asked_without_a_push_and_little_without_a_change(serving: Serving) -> None:
    there, store = serving(), MemoryStore()
    put(there, "a", "2021-01-01T00:00:00Z", {ROOT: "* @ann"}, ROOT)
    read(there, store)
    assert "code owners" not in read(there, store).tallies
    there.objects[PATH]["pushed_at"] = "2022-04-30T00:00:00Z"
    asked = len(there.seen)
    assert read(there, store).tallies["code owners"].requests == 3
    owners = [request for request in there.seen[asked:] if "path=" in request["url"]]
    assert ["if-none-match" in request for request in owners] == [True] * 3


def test_a_repository_without_such_a_file_tells_nothing(serving: Serving) -> None:
    there, store = serving(), MemoryStore()
    report = read(there, store)
    assert (report.tallies["code owners"].requests, report.missing, report.refused) == (3, {}, {})
    assert told(store) == []


def test_a_file_that_was_taken_away_before_the_first_run_was_in_force_until_then(serving: Serving) -> None:
    there, store = serving(), MemoryStore()
    put(there, "a", "2021-01-01T00:00:00Z", {ROOT: "* @ann"}, ROOT)
    put(there, "b", "2021-02-01T00:00:00Z", {}, ROOT)
    read(there, store)
    assert sorted(told(store)) == [("a", "* @ann"), ("b", None)]


def test_a_version_that_was_taken_back_between_two_runs_is_told(serving: Serving) -> None:
    there, store = serving(), MemoryStore()
    put(there, "a", "2021-01-01T00:00:00Z", {ROOT: "* @ann"}, ROOT)
    read(there, store)
    put(there, "b", "2021-02-01T00:00:00Z", {ROOT: "* @bob"}, ROOT)
    put(there, "c", "2021-03-01T00:00:00Z", {ROOT: "* @ann"}, ROOT)
    read(there, store)
    assert sorted(told(store)) == [("a", "* @ann"), ("b", "* @bob"), ("c", "* @ann")]


def merge(there: World, commit: str, at: str, file: str) -> dict[str, Any]:
    """A pull request that was merged with this commit, after which the file of another one is there."""
    sha = commit * 40
    there.objects[f"{PATH}/contents/{ROOT}?ref={sha}"] = there.objects[f"{PATH}/contents/{ROOT}?ref={file * 40}"]
    told = {"id": 1, "number": 7, "merge_commit_sha": sha, "base": {"ref": "main"}}
    return told | {"merged_at": at, "updated_at": at}


def test_what_was_written_before_reading_begins_and_merged_since_does_not_end_it(serving: Serving) -> None:
    there, store = serving(), MemoryStore()
    for commit, month in zip("abcd", (1, 2, 3, 4), strict=True):
        put(there, commit, f"2021-0{month}-01T00:00:00Z", {ROOT: f"* @{commit}"}, ROOT)
    there.lists[f"{PATH}/commits/{'c' * 40}/pulls"] = [merge(there, "f", "2021-04-15T00:00:00Z", "c")]
    for _ in range(2):
        read(there, store, since="2021-03-15T00:00:00Z")
        assert sorted(told(store)) == [("b", "* @b"), ("c", "* @c"), ("d", "* @d")]
        there.objects[PATH]["pushed_at"] = "2022-04-30T00:00:00Z"
        there.lists[f"{PATH}/commits?path={ROOT}"][0]["html_url"] = "https://github.com/another"
    # None of those that were known is looked at again.
    assert sum("/pulls" in path and "/commits/" in path for path in there.requests) == 3


def test_without_pull_requests_nothing_is_told_until_they_may_be_seen(serving: Serving) -> None:
    there, database = serving(), Database.in_memory()
    put(there, "a", "2021-01-01T00:00:00Z", {ROOT: "* @ann"}, ROOT)
    put(there, "b", "2021-02-01T00:00:00Z", {ROOT: "* @bob"}, ROOT)
    there.lists[f"{PATH}/commits/{'b' * 40}/pulls"] = [merge(there, "f", "2021-02-09T00:00:00Z", "b")]
    there.refused = {f"{'b' * 40}/pulls": 403, f"{'a' * 40}/pulls": 403}
    report = read(there, LocalAccess(database))
    assert [said for said in report.refused if said.startswith("code owners: ")] == [
        "code owners: GitHub answered 403; the token needs Pull requests: read"
    ]
    assert database.rows("SELECT * FROM told_codeowners") == []
    there.refused = {}
    read(there, LocalAccess(database))
    rows = database.rows("SELECT * FROM told_codeowners ORDER BY known_from")
    assert [(str(row["known_from"])[:10], row["sha"][0]) for row in rows] == [("2021-01-01", "a"), ("2021-02-09", "f")]
    database.close()


@pytest.mark.parametrize("status", [502, 403])
def test_what_had_no_answer_is_told_the_next_time(serving: Serving, status: int) -> None:
    there, store = serving(), MemoryStore()
    put(there, "a", "2021-01-01T00:00:00Z", {ROOT: "* @ann"}, ROOT)
    there.refused = {"/contents/": status}
    report = read(there, store)
    assert len([said for said in (*report.missing, *report.refused) if said.startswith("code owners: ")]) == 1
    there.refused = {}
    read(there, store)
    assert told(store) == [("a", "* @ann")]


def test_the_store_has_each_version_and_the_same_when_everything_is_read_again(serving: Serving) -> None:
    there, database = serving(), Database.in_memory()
    merged_at = "2021-01-09T00:00:00Z"
    pull = {"id": 1, "number": 7, "merge_commit_sha": "f" * 40, "base": {"ref": "main"}}
    pull |= {"merged_at": merged_at, "updated_at": merged_at}
    put(there, "a", "2021-01-01T00:00:00Z", {ROOT: "* @ann"}, ROOT, pull)
    there.objects[f"{PATH}/contents/{ROOT}?ref={'f' * 40}"] = there.objects[f"{PATH}/contents/{ROOT}?ref={'a' * 40}"]
    put(there, "b", "2021-02-01T00:00:00Z", {}, ROOT)
    put(there, "c", "2021-03-01T00:00:00Z", {HIDDEN: "* @cat"}, HIDDEN)
    read(there, LocalAccess(database))
    rows = database.rows("SELECT * FROM told_codeowners ORDER BY known_from")
    assert [(row["repo"], row["path"], str(row["known_from"])[:10], row["content"], row["sha"][0]) for row in rows] == [
        (ANTS, ROOT, "2021-01-09", "* @ann", "f"),
        (ANTS, None, "2021-02-01", None, "b"),
        (ANTS, HIDDEN, "2021-03-01", "* @cat", "c"),
    ]
    settling.reprocess(database, Rules())
    assert database.rows("SELECT * FROM told_codeowners ORDER BY known_from") == rows
    database.close()


def test_owners_that_the_sync_told_decide_whether_they_approved(serving: Serving) -> None:
    there, database = serving(), Database.in_memory()
    put(there, "a", "2019-01-01T00:00:00Z", {ROOT: "* @choleraehyq"}, ROOT)
    for pull in there.lists[f"{PATH}/pulls"]:
        if pull["number"] == 41:
            there.lists[f"{PATH}/pulls/41/reviews"][0] |= {
                "state": "APPROVED",
                "user": {"login": "choleraehyq", "id": 1, "type": "User"},
                "submitted_at": pull["created_at"],
            }
    read(there, LocalAccess(database))
    (row,) = database.rows("SELECT codeowners_compliance AS approved FROM pull_request_signals WHERE number = 41")
    assert row["approved"] is True
    database.close()
