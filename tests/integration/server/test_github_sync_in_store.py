"""From a fake GitHub to the tables: accidents on the way leave the same store."""

import pytest

from koalr_server.store.database import Database
from koalr_server.store.gateway import LocalAccess
from koalr_server.store.operations import OPERATIONS
from tests.integration.server import github_server as network
from tests.integration.server.github_world import change_pull, world
from tests.integration.server.test_github_sync import read

FACTS = ("repos", "teams", "members", "team_repos", "commits", "commit_files", "pull_requests", "reviews")
TABLES = (*FACTS, "deployments", "incidents", "work_items")


def tables_after(disturbed: bool) -> dict[str, list[str]]:
    """Every row of every table after a sync, during which one pull request changes."""
    database = Database.in_memory()
    with world("acme/ants", "acme/bees").running() as there:
        if disturbed:
            kinds = [network.bad_gateway, network.cut_json, network.broken_off, network.secondary_limit]
            there.page_size, there.hourly = 7, 100
            there.accidents = {5 * number: kinds[number % len(kinds)] for number in range(1, 70)}

        def meddle(path: str) -> None:
            if len(there.requests) == (12 if disturbed else 1):
                change_pull(there, "acme/bees", 41, "2022-04-30T10:00:00Z", title="Changed while it was read")

        there.reading = meddle
        report = read(there, LocalAccess(database), organisation="acme")
        assert not report.missing
        assert not there.accidents
    found = {table: sorted(map(str, database.rows(f"SELECT * FROM {table}"))) for table in TABLES}
    database.close()
    return found


@pytest.mark.skipif("accept" not in OPERATIONS, reason="this store takes no deliveries yet")
def test_a_disturbed_sync_leaves_the_same_tables_as_an_undisturbed_one() -> None:
    undisturbed = tables_after(disturbed=False)
    assert tables_after(disturbed=True) == undisturbed
    assert {name: len(rows) for name, rows in undisturbed.items()} == {
        "repos": 2,
        "teams": 1,
        "members": 1,
        "team_repos": 1,
        "commits": 2 * 90,
        "commit_files": 2 * 90,
        "pull_requests": 2 * 49,
        "reviews": 2 * 30,
        "deployments": 2 * 5,
        "incidents": 0,
        "work_items": 2 * 26,
    }
    assert sum("Changed while it was read" in row for row in undisturbed["pull_requests"]) == 1


@pytest.mark.skipif("accept" not in OPERATIONS, reason="this store takes no deliveries yet")
def test_a_repository_that_was_renamed_between_two_syncs_is_there_once() -> None:
    database = Database.in_memory()
    for name in ("acme/ants", "acme/bees"):
        with world(name).running() as there:
            listed = there.lists["/orgs/acme/repos"][0]
            listed |= {"id": 7, "updated_at": f"2026-03-0{1 + (name == 'acme/bees')}T09:00:00Z"}
            assert not read(there, LocalAccess(database), organisation="acme").missing
    for table in (
        "repos",
        "team_repos",
        "commits",
        "pull_requests",
        "reviews",
        "head_checks",
        "deployments",
        "work_items",
    ):
        assert database.rows(f"SELECT DISTINCT repo FROM {table}") == [{"repo": "acme/bees"}], table
    assert len(database.rows("SELECT 1 FROM pull_requests")) == 49
    assert len(database.rows("SELECT 1 FROM work_items")) == 26
    database.close()
