"""Pull requests of which nothing came to the default branch are judged by the files that GitHub tells of themselves."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from koalr_server.sources.rules import Rules
from koalr_server.store import settling
from koalr_server.store.database import Database
from koalr_server.store.gateway import LocalAccess
from tests.integration.server.github_server import World
from tests.integration.server.github_world import ANTS, Serving, add_commits, examples, unlanded, without_graph
from tests.integration.server.test_github_codeowners_sync import ROOT, put
from tests.integration.server.test_github_sync import read

PATH = f"/repos/{ANTS}"
# An open one of four commits, and one that was merged and reviewed.
OPEN, MERGED = 158, 41
FILES = {"db/migrate/20220401_add_pool.rb": 30, "src/pool.go": 10, "src/pool_test.go": 20}
OF_FILES = {"schema_migration": True, "files": 3, "directories_changed": 2, "test_share": 0.333333}


def touching(there: World, number: int, lines_by_path: dict[str, int]) -> None:
    """A pull request changes these files."""
    (file,) = examples()["commit"]["files"]
    there.lists[f"{PATH}/pulls/{number}/files"] = [
        file | {"filename": path, "additions": lines, "deletions": 0} for path, lines in lines_by_path.items()
    ]


@contextmanager
def synced(there: World) -> Iterator[Database]:
    database = Database.in_memory()
    read(there, LocalAccess(database))
    yield database
    database.close()


def signals(database: Database, number: int) -> dict[str, Any]:
    """What its files say."""
    (row,) = database.rows(
        """SELECT schema_migration, directories_changed, test_share FROM pull_request_signals WHERE number = $number""",
        {"number": number},
    )
    (files,) = database.rows(
        "SELECT count(*) AS files FROM pull_request_files WHERE number = $number", {"number": number}
    )
    return row | files


@pytest.mark.parametrize("by_rest", [False, True])
def test_an_open_pull_request_is_judged_by_its_files(serving: Serving, by_rest: bool) -> None:
    there = unlanded(without_graph(serving()) if by_rest else serving())
    touching(there, OPEN, FILES)
    with synced(there) as database:
        assert database.rows("SELECT * FROM commits") == []
        before = signals(database, OPEN)
        assert before == OF_FILES
        settling.reprocess(database, Rules())
        assert signals(database, OPEN) == before


def test_files_of_some_commits_are_not_taken_for_all_of_them(serving: Serving) -> None:
    there = unlanded(serving())
    touching(there, OPEN, FILES)
    add_commits(there, ANTS, there.lists[f"{PATH}/pulls/{OPEN}/commits"][:1])
    with synced(there) as database:
        assert signals(database, OPEN) == OF_FILES


def test_commits_without_files_leave_the_word_to_the_pull_request(serving: Serving) -> None:
    there = unlanded(serving())
    touching(there, OPEN, FILES)
    commits = there.lists[f"{PATH}/pulls/{OPEN}/commits"]
    add_commits(there, ANTS, commits)
    for commit in commits:
        del there.objects[f"{PATH}/commits/{commit['sha']}"]
    with synced(there) as database:
        assert len(database.rows("SELECT * FROM commits")) == len(commits)
        assert signals(database, OPEN) == OF_FILES


def test_commits_that_are_known_with_their_files_have_the_word(serving: Serving) -> None:
    there = unlanded(serving())
    touching(there, OPEN, FILES)
    add_commits(there, ANTS, there.lists[f"{PATH}/pulls/{OPEN}/commits"])
    with synced(there) as database:
        assert signals(database, OPEN) == {
            **OF_FILES,
            "schema_migration": False,
            "directories_changed": 1,
            "test_share": 0,
        }


def test_files_that_a_pull_request_no_longer_changes_are_gone(serving: Serving) -> None:
    there = unlanded(serving())
    touching(there, OPEN, FILES)
    with synced(there) as database:
        touching(there, OPEN, {"README.md": 1})
        for pull in (*there.lists[f"{PATH}/pulls"], there.objects[f"{PATH}/pulls/{OPEN}"]):
            if pull["number"] == OPEN:
                pull["updated_at"] = "2022-04-30T10:00:00Z"
        read(there, LocalAccess(database))
        assert signals(database, OPEN) == {
            "schema_migration": False,
            "files": 1,
            "directories_changed": 1,
            "test_share": 0,
        }


@pytest.mark.parametrize(("path", "approved"), [("src/pool.go", True), ("docs/pool.md", False)])
def test_owners_of_its_files_decide_whether_they_approved(serving: Serving, path: str, approved: bool) -> None:
    there = unlanded(serving())
    put(there, "a", "2019-01-01T00:00:00Z", {ROOT: "/src/ @choleraehyq\n/docs/ @somebody"}, ROOT)
    touching(there, MERGED, {path: 3})
    for pull in there.lists[f"{PATH}/pulls"]:
        if pull["number"] == MERGED:
            there.lists[f"{PATH}/pulls/{MERGED}/reviews"][0] |= {
                "state": "APPROVED",
                "user": {"login": "choleraehyq", "id": 1, "type": "User"},
                "submitted_at": pull["created_at"],
            }
    with synced(there) as database:
        (row,) = database.rows(
            "SELECT codeowners_compliance AS approved FROM pull_request_signals WHERE number = $number",
            {"number": MERGED},
        )
        assert row["approved"] is approved
