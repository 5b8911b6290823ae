"""Pull requests by GraphQL: the same tables as by REST, for far fewer requests, and REST where GraphQL has no answer."""

import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from copy import deepcopy
from typing import Any

import pytest

from koalr_server.sources.rules import Rules
from koalr_server.store import settling
from koalr_server.store.database import Database
from koalr_server.store.gateway import LocalAccess
from koalr_server.sync.report import Report
from tests.integration.server.github_server import World
from tests.integration.server.github_world import ANTS, Serving, change_pull, finished_checks, without_graph, world
from tests.integration.server.memory_store import MemoryStore
from tests.integration.server.test_github_sync import bodies, events, read

BY_REST = "so they are read by REST, with seven requests for each"
BOT = {"login": "dependabot[bot]", "id": 49699333, "type": "Bot", "gravatar_id": ""}
LONG_LISTS = {"reviews": 130, "commits": 120, "files": 210, "timeline": 70, "check-runs": 160}


def eventful(found: World) -> World:
    """Pull requests to which happened what can happen: many turns, long lists, bots, forks, accounts that are gone."""
    path = f"/repos/{ANTS}"
    pulls = {pull["number"]: pull for pull in found.lists[f"{path}/pulls"]}
    ours, long = pulls[53], pulls[41]
    _turn(found, 4, "convert_to_draft", "2018-07-25T09:00:00Z")
    _turn(found, 4, "ready_for_review", "2018-07-25T10:00:00Z", actor=None)
    for number, told in {
        13: {"user": BOT, "body": None},
        9: {"user": None, "merged_at": None, "closed_at": None, "state": "open", "draft": True},
        53: {"body": "fixes #12", "labels": [{"name": "bug"}, {"name": "wanted"}], "merged_by": BOT},
    }.items():
        change_pull(found, ANTS, number, pulls[number]["updated_at"], **told)
    found.lists[f"{path}/pulls/53/reviews"][0] |= {"user": None, "state": "DISMISSED"}
    found.lists[f"{path}/pulls/53/reviews"][1] |= {"user": BOT, "state": "APPROVED"}
    (check,) = finished_checks(ours["head"]["sha"])
    found.lists[f"{path}/commits/{ours['head']['sha']}/check-runs"] = [
        check | {"id": 2**35 + 1, "name": "test", "conclusion": "timed_out"},
        check | {"id": 2**35 + 2, "name": "lint", "conclusion": "failure"},
        check | {"id": 2**35 + 3, "name": "build", "conclusion": None, "status": "in_progress", "completed_at": None},
    ]
    found.lists[f"{path}/commits/{ours['head']['sha']}/status"] = [
        {"context": context, "state": state, "created_at": at, "updated_at": at, "node_id": context}
        for context, state, at in (
            ("ci/old", "failure", "2019-09-01T00:00:00Z"),
            ("ci/new", "success", "2019-09-01T00:00:00Z"),
            ("ci/late", "pending", "2019-09-02T00:00:00Z"),
        )
    ]
    _lengthen(found, long)
    return found


def _turn(found: World, number: int, event: str, created_at: str, **told: Any) -> None:
    listed = found.lists[f"/repos/{ANTS}/issues/{number}/timeline"]
    turn = {**listed[0], "event": event, "created_at": created_at, **told}
    found.lists[f"/repos/{ANTS}/issues/{number}/timeline"] = [*listed, turn]


def _lengthen(found: World, pull: dict[str, Any]) -> None:
    """Lists of several pages, all of whose elements matter."""
    path, number, head = f"/repos/{ANTS}", pull["number"], pull["head"]["sha"]
    review = found.lists[f"{path}/pulls/{number}/reviews"][0]
    commit = next(each for pulls, each in _commits(found) if pulls)
    (check,) = finished_checks(head)
    found.lists[f"{path}/pulls/{number}/reviews"] = [
        review | {"id": 1000 + each, "submitted_at": f"2019-08-20T10:{each % 60:02}:{each // 60:02}Z"}
        for each in range(LONG_LISTS["reviews"])
    ]
    found.lists[f"{path}/pulls/{number}/commits"] = [
        {**deepcopy(commit), "sha": f"{each + 1:040x}"} for each in range(LONG_LISTS["commits"])
    ]
    (file,) = found.lists[f"{path}/pulls/{number}/files"]
    found.lists[f"{path}/pulls/{number}/files"] = [
        file | {"filename": f"docs/{each}.md", "deletions": each} for each in range(LONG_LISTS["files"])
    ]
    for minute in range(LONG_LISTS["timeline"]):
        turned = ("convert_to_draft", "ready_for_review")[minute % 2]
        _turn(found, number, turned, f"2019-08-2{1 + minute // 60}T08:{minute % 60:02}:00Z")
    found.lists[f"{path}/commits/{head}/check-runs"] = [
        check | {"id": each + 1, "name": f"check {each}", "conclusion": "failure"}
        for each in range(LONG_LISTS["check-runs"])
    ]


def _commits(found: World) -> Iterator[tuple[list[Any], dict[str, Any]]]:
    for path, listed in found.lists.items():
        if "/pulls/" in path and path.endswith("/commits") and listed:
            yield listed, listed[0]


@contextmanager
def synced(there: World) -> Iterator[tuple[Database, Report]]:
    database = Database.in_memory()
    with there.running():
        report = read(there, LocalAccess(database))
    yield database, report
    database.close()


def rows(database: Database) -> dict[str, list[str]]:
    """Every row of every table that holds records or is derived from them, in no order."""
    own = ("deliveries", "observations", "meta", "source_cursors", "idle_deliveries", "api_keys")
    names = [row["name"] for row in database.rows("SELECT table_name AS name FROM duckdb_tables() WHERE NOT temporary")]
    return {
        name: sorted(map(str, database.rows(f"SELECT * FROM {name}"))) for name in names if not name.startswith(own)
    }


def test_a_store_that_was_synced_by_graphql_is_the_one_that_rest_makes() -> None:
    with synced(eventful(world())) as (by_graph, first), synced(without_graph(eventful(world()))) as (by_rest, second):
        found, expected = rows(by_graph), rows(by_rest)
        told = {"pull_requests", "reviews", "branch_commits", "pull_request_files", "pull_request_facts"}
        assert found.keys() == expected.keys() >= told
        for table, held in expected.items():
            assert found[table] == held, table
        assert len(expected["pull_request_files"]) == LONG_LISTS["files"] + 48
        assert len(expected["reviews"]) == 130 + 15 + 3
        (long,) = by_graph.rows(
            "SELECT failed_checks, len(own_shas) AS commits, ready_at FROM pull_request_facts WHERE number = 41"
        )
        assert (long["failed_checks"], long["commits"]) == (LONG_LISTS["check-runs"], LONG_LISTS["commits"])
        assert str(long["ready_at"]) == "2019-08-22 08:09:00"
        (drafted,) = by_graph.rows("SELECT ready_at FROM pull_requests WHERE number = 4")
        assert str(drafted["ready_at"]) == "2018-07-25 10:00:00"
        (ours,) = by_graph.rows("SELECT failed_checks, work_item, labels FROM pull_request_facts WHERE number = 53")
        assert ours == {"failed_checks": 3, "work_item": f"{ANTS}#12", "labels": ["bug", "wanted"]}
        reviewers = {row["reviewer"] for row in by_graph.rows("SELECT reviewer FROM reviews WHERE number = 53")}
        assert reviewers >= {"ghost", "dependabot[bot]"}
        settling.reprocess(by_graph, Rules())
        assert rows(by_graph) == expected
    assert (first.missing, first.refused, first.remarks) == ({}, {}, {})
    asked = [report.tallies["pull requests"].requests for report in (first, second)]
    assert asked[1] > 49 * 7
    # The list twice, 49 in two questions, and the further pages of the long lists.
    assert asked[0] == 2 + 2 + 1 + 1 + 2 + 1 + 2


def test_ten_thousand_pull_requests_would_cost_four_hundred_questions(serving: Serving) -> None:
    there = serving()
    read(there, MemoryStore())
    asked = [told["query"].count(": pullRequest(") for told in there.boards.questions if "query pulls" in told["query"]]
    assert asked == [25, 24]


def test_what_rest_lists_and_graphql_was_not_asked_for_is_kept(serving: Serving) -> None:
    store = MemoryStore()
    read(serving(), store)
    (pull,) = (body["pull_request"] for body in bodies(store, "pull_request") if body["pull_request"]["number"] == 4)
    assert {"assignees", "milestone", "author_association", "node_id"} <= pull.keys()
    assert (pull["head"]["repo"]["full_name"], pull["base"]["ref"]) == ("barryz/ants", "master")


def test_a_server_that_does_not_know_a_field_is_read_by_rest_which_is_said_once(serving: Serving) -> None:
    there, store = without_graph(serving("acme/ants", "acme/bees", "acme/cats")), MemoryStore()
    report = read(there, store, organisation="acme")
    assert report.missing == {}
    (said,) = report.remarks
    assert said == f"pull requests: this server's GraphQL does not know all that is asked for, {BY_REST}"
    # Three repositories are read at a time, and each may have asked before the first was answered.
    assert 1 <= there.boards.asked.count("pulls") <= 3
    assert any(f"note: {said}" in line for line in report.lines(1.0))
    assert events(store)["pull_request"] == 3 * 49


@pytest.mark.parametrize(
    ("status", "why"), [(403, "GraphQL answered 403"), (404, "GraphQL answered 404"), (502, "GraphQL gave no answer")]
)
def test_without_graphql_everything_is_read_by_rest(serving: Serving, status: int, why: str) -> None:
    there, store = serving(), MemoryStore()
    there.refused = {"/graphql": status}
    report = read(there, store)
    assert [sentence for sentence in report.missing if "boards" not in sentence] == []
    assert list(report.remarks) == [f"pull requests: {why}, {BY_REST}"]
    assert events(store)["pull_request"] == 49
    # Halves are tried where an answer failed, and no more once several came to nothing.
    assert there.requests.count("/graphql") < 30


def test_a_repository_that_graphql_does_not_show_is_read_by_rest(serving: Serving) -> None:
    there, store = serving(), MemoryStore()
    error = {"type": "NOT_FOUND", "path": ["repository"], "message": "Could not resolve to a Repository"}
    there.boards.accident = lambda name, _: (
        {"data": {"repository": None}, "errors": [error]} if name == "pulls" else None
    )
    report = read(there, store)
    assert list(report.remarks) == [f"pull requests: GraphQL gave no answer, {BY_REST}"]
    assert events(store)["pull_request"] == 49


def too_large(there: World, most: int) -> None:
    """More than so many pull requests are more than GitHub computes."""
    there.boards.accident = lambda name, _: (
        {"message": "Server Error"}
        if name == "pulls" and there.boards.questions[-1]["query"].count(": pullRequest(") > most
        else None
    )


def test_a_question_that_is_too_large_is_asked_in_halves(serving: Serving) -> None:
    there, store, whole = serving(), MemoryStore(), MemoryStore()
    read(there, whole)
    too_large(there, 7)
    report = read(there, store)
    assert (report.missing, report.remarks) == ({}, {})
    assert store.deliveries == whole.deliveries
    assert not [path for path in there.requests if path.startswith(f"/repos/{ANTS}/pulls/")]


def test_half_an_answer_is_not_taken_for_a_whole_one(serving: Serving) -> None:
    there, store, whole = serving(), MemoryStore(), MemoryStore()
    read(there, whole)
    tries = iter(range(3))

    def accident(name: str, _: Any) -> dict[str, Any] | None:
        error = {"type": "RESOURCE_LIMITS_EXCEEDED", "message": "Too much"}
        if name == "pulls" and next(tries, None) is not None:
            return {"data": {"repository": {"p4": None}}, "errors": [error]}
        return None

    there.boards.accident = accident
    assert not read(there, store).missing
    assert store.deliveries == whole.deliveries


def test_a_pull_request_that_graphql_cannot_answer_is_read_by_rest(serving: Serving) -> None:
    there, store = serving(), MemoryStore()
    there.boards.accident = lambda *_: {"data": None} if "p53: " in there.boards.questions[-1]["query"] else None
    report = read(there, store)
    assert (report.missing, report.remarks) == ({}, {})
    assert {path for path in there.requests if path.startswith(f"/repos/{ANTS}/pulls/")} == {
        f"/repos/{ANTS}/pulls/53{part}" for part in ("", "/reviews", "/commits", "/files")
    }
    assert events(store)["pull_request_review"] == 30


def test_further_pages_without_an_answer_leave_no_half_of_a_list(serving: Serving) -> None:
    there, store = eventful(serving()), MemoryStore()
    there.boards.accident = lambda name, _: {"data": None} if name == "more" else None
    assert not read(there, store).missing
    (told,) = (body for body in bodies(store, "pull_request_commits") if body["pull_request"]["number"] == 41)
    assert len(told["commits"]) == LONG_LISTS["commits"]


def test_an_answer_from_before_the_list_is_not_taken(serving: Serving) -> None:
    there, store = serving(), MemoryStore()
    late = deepcopy(there.objects[f"/repos/{ANTS}/pulls/53"])
    read(there, store)
    change_pull(there, ANTS, 53, "2022-04-30T10:00:00Z", title="Another title")
    changed = there.objects[f"/repos/{ANTS}/pulls/53"]

    def reading(path: str) -> None:
        # What GraphQL asks for is older than what REST lists.
        there.objects[f"/repos/{ANTS}/pulls/53"] = late if path == "/graphql" else changed

    there.reading = reading
    read(there, store)
    titles = [
        body["pull_request"]["title"] for body in bodies(store, "pull_request") if body["pull_request"]["number"] == 53
    ]
    assert titles[1:] == ["Another title"]


def test_unfinished_checks_are_asked_for_without_telling_the_pull_request_again(serving: Serving) -> None:
    there, store = serving(), MemoryStore()
    (pull,) = (pull for pull in there.lists[f"/repos/{ANTS}/pulls"] if pull["number"] == 210)
    change_pull(there, ANTS, 210, "2022-04-30T10:00:00Z")
    checks = there.lists[f"/repos/{ANTS}/commits/{pull['head']['sha']}/check-runs"]
    checks[0] |= {"status": "in_progress", "conclusion": None}
    read(there, store)
    before = dict(store.deliveries)
    checks[0] |= {"status": "completed", "conclusion": "failure"}
    assert read(there, store).tallies["pull requests"].requests == 1 + 1
    news = [told for key, told in store.deliveries.items() if key not in before]
    assert [event for event, _ in news] == ["pull_request_check_runs"]
    assert json.loads(news[0][1])["check_runs"][0]["conclusion"] == "failure"


def of_pulls(sentences: Iterable[str]) -> list[str]:
    """Sorted; the fake refuses statuses of deployments with those of commits."""
    return sorted(said for said in sentences if said.startswith("pull requests: "))


@pytest.mark.parametrize("hidden", ["/check-runs", "/status"])
def test_what_a_token_may_see_of_the_head_is_there_without_the_rest(hidden: str) -> None:
    worlds = eventful(world()), without_graph(eventful(world()))
    for there in worlds:
        there.refused = {hidden: 403}
    with synced(worlds[0]) as (by_graph, first), synced(worlds[1]) as (by_rest, second):
        assert rows(by_graph)["head_checks"] == rows(by_rest)["head_checks"]
        (ours,) = by_graph.rows("SELECT failed_checks FROM pull_request_facts WHERE number = 53")
        assert ours["failed_checks"] == {"/check-runs": 1, "/status": 2}[hidden]
    for report in (first, second):
        (said,) = of_pulls(report.refused)
        assert ("Checks: read" in said, "Commit statuses: read" in said) == (
            hidden == "/check-runs",
            hidden == "/status",
        )


def test_a_token_that_sees_nothing_of_the_head_is_told_of_both_permissions(serving: Serving) -> None:
    there = serving()
    there.refused = {"/check-runs": 403, "/status": 403}
    checks, statuses = of_pulls(read(there, MemoryStore()).refused)
    assert ("Checks: read" in checks, "Commit statuses: read" in statuses) == (True, True)


def test_a_pending_status_is_asked_for_again_where_checks_are_hidden(serving: Serving) -> None:
    there, store = serving(), MemoryStore()
    there.refused = {"/check-runs": 403}
    (pull,) = (pull for pull in there.lists[f"/repos/{ANTS}/pulls"] if pull["number"] == 210)
    change_pull(there, ANTS, 210, "2022-04-30T10:00:00Z")
    at = "2022-04-30T10:00:00Z"
    told = {"context": "ci", "state": "pending", "created_at": at, "updated_at": at, "node_id": "ci"}
    there.lists[f"/repos/{ANTS}/commits/{pull['head']['sha']}/status"] = [told]
    read(there, store)
    told |= {"state": "failure", "created_at": "2022-04-30T10:09:00Z"}
    read(there, store)
    assert [body["statuses"][0]["state"] for body in bodies(store, "commit_statuses")] == ["pending", "failure"]
    assert read(there, store).tallies["pull requests"].requests == 1


@pytest.mark.parametrize("by_rest", [False, True])
def test_files_are_read_as_far_as_rest_lists_them(serving: Serving, by_rest: bool) -> None:
    there, store = without_graph(serving()) if by_rest else serving(), MemoryStore()
    listed = there.lists[f"/repos/{ANTS}/pulls/53/files"]
    most = 3_000
    there.lists[f"/repos/{ANTS}/pulls/53/files"] = [
        listed[0] | {"filename": f"{each}.md"} for each in range(most if by_rest else most + 1)
    ]
    read(there, store)
    (told,) = (body for body in bodies(store, "pull_request_files") if body["pull_request"]["number"] == 53)
    assert [file["filename"] for file in told["files"]] == [f"{each}.md" for each in range(most)]


def test_a_pull_request_that_is_gone_is_no_fault(serving: Serving) -> None:
    there, store = serving(), MemoryStore()
    del there.objects[f"/repos/{ANTS}/pulls/53"]
    report = read(there, store)
    assert (report.missing, report.refused) == ({}, {})
    assert events(store)["pull_request"] == 48
