"""What a sync with GitHub tells the store: everything once, whatever happens on the way."""

import json
import re
from collections import Counter
from itertools import pairwise
from typing import Any

import pytest

from koalr_server.sources.rules import Rules
from koalr_server.sources.values import instant
from koalr_server.sync.github.credentials import Token
from koalr_server.sync.github.session import Order, Surroundings, read_github
from koalr_server.sync.outbox import Store
from koalr_server.sync.report import Report
from tests.integration.server import github_server as network
from tests.integration.server.github_server import TOKEN, World
from tests.integration.server.github_world import (
    ANTS,
    Serving,
    add_commits,
    add_deployment,
    change_pull,
    examples,
    without_graph,
    world,
)
from tests.integration.server.memory_store import Killed, MemoryStore

LONG_AGO = "2010-01-01T00:00:00Z"


def read(
    there: World,
    store: Store,
    *names: str,
    organisation: str | None = None,
    since: str = LONG_AGO,
    rules: Rules | None = None,
    said: list[str] | None = None,
) -> Report:
    """One run."""
    order = Order(there.base_url, Token(TOKEN), organisation, names or (ANTS,), since, rules or Rules())
    around = Surroundings(there.time.clock, there.time.sleep, lambda: 0.5)
    return read_github(order, store, around, (said if said is not None else []).append)


def events(store: MemoryStore) -> Counter[str]:
    return Counter(event for event, _ in store.deliveries.values())


def bodies(store: MemoryStore, event: str) -> list[dict[str, Any]]:
    return [json.loads(body) for name, body in store.deliveries.values() if name == event]


@pytest.fixture(scope="module")
def undisturbed() -> MemoryStore:
    store = MemoryStore()
    with world().running() as there:
        assert not read(there, store).missing
    return store


@pytest.fixture(scope="module")
def undisturbed_by_rest() -> MemoryStore:
    store = MemoryStore()
    with without_graph(world()).running() as there:
        assert not read(there, store).missing
    return store


def test_every_object_is_told_in_the_envelope_of_its_webhook(undisturbed: MemoryStore) -> None:
    told = events(undisturbed)
    assert told == {
        "repository": 1,
        "pull_request": 49,
        "pull_request_review": 30,
        "pull_request_commits": 49,
        "pull_request_files": 49,
        "pull_request_timeline": 49,
        "pull_request_check_runs": 49,
        "commit": len(world().lists[f"/repos/{ANTS}/commits"]),
        "deployment": 5,
        "deployment_status": 5,
        "release": len(examples()["releases"]),
        "issues": 26,
        "issue_timeline": 26,
    }
    (pull,) = (body for body in bodies(undisturbed, "pull_request") if body["pull_request"]["number"] == 53)
    assert (pull["action"], pull["repository"]["full_name"]) == ("synced", ANTS)
    assert pull["pull_request"]["additions"] == examples()["pull"]["additions"]
    reviewed = Counter(body["pull_request"]["number"] for body in bodies(undisturbed, "pull_request_review"))
    assert reviewed == {53: 15, 41: 12, 51: 3}
    assert undisturbed.settled == len(undisturbed.deliveries)


def test_rest_tells_as_many_objects_as_graphql(undisturbed: MemoryStore, undisturbed_by_rest: MemoryStore) -> None:
    assert events(undisturbed_by_rest) == events(undisturbed)


def test_the_code_of_a_commit_stays_where_it_is(undisturbed: MemoryStore) -> None:
    commit = bodies(undisturbed, "commit")[0]["commit"]
    assert commit["files"][0]["filename"] == examples()["commit"]["files"][0]["filename"]
    assert not any(b'"patch":' in body for _, body in undisturbed.deliveries.values())


@pytest.mark.parametrize(("page_size", "by_rest", "accidents"), [(100, False, 25), (7, False, 30), (7, True, 60)])
def test_accidents_on_the_way_change_nothing(
    serving: Serving,
    undisturbed: MemoryStore,
    undisturbed_by_rest: MemoryStore,
    page_size: int,
    by_rest: bool,
    accidents: int,
) -> None:
    kinds = [
        network.bad_gateway,
        network.cut_json,
        network.broken_off,
        network.secondary_limit,
        network.retry_after,
    ]
    there = without_graph(serving()) if by_rest else serving()
    there.page_size, there.hourly = page_size, 100
    there.accidents = {5 * number: kinds[number % len(kinds)] for number in range(1, accidents)}
    store = MemoryStore()
    report = read(there, store)
    assert not report.missing
    assert not there.accidents
    assert store.deliveries == (undisturbed_by_rest if by_rest else undisturbed).deliveries


def test_a_second_run_asks_only_whether_something_has_changed(serving: Serving) -> None:
    there, store = serving(*(f"acme/{name}" for name in ("ants", "bees", "cats", "dogs", "eels"))), MemoryStore()
    first = read(there, store, organisation="acme")
    before = dict(store.deliveries)
    second = read(there, store, organisation="acme")
    assert store.deliveries == before
    assert second.requests < 0.05 * first.requests
    # Lists without a time of their own are told only when they have changed.
    assert (second.tallies["teams"].new, second.tallies["teams"].known) == (0, 0)
    assert (second.missing, second.requests) == ({}, 1 + 5 * 4 + 3 + 2 + 1)


@pytest.mark.parametrize(("by_rest", "requests"), [(False, 1), (True, 1 + 7)])
def test_a_change_costs_what_changed_and_the_list_again(serving: Serving, by_rest: bool, requests: int) -> None:
    there, store = without_graph(serving()) if by_rest else serving(), MemoryStore()
    read(there, store)
    before = dict(store.deliveries)
    change_pull(there, ANTS, 53, "2022-04-30T10:00:00Z", title="Another title")
    report = read(there, store)
    assert report.tallies["pull requests"].requests == 1 + requests + 1
    news = [store.deliveries[key] for key in store.deliveries if key not in before]
    lists = {f"pull_request_{name}" for name in ("commits", "files", "timeline")}
    assert {event for event, _ in news} == {"pull_request", *lists}
    assert read(there, store).tallies["pull requests"].requests == 1


def test_a_list_is_not_read_down_to_the_last_that_was_wanted(serving: Serving) -> None:
    there, store = serving(), MemoryStore()
    there.page_size = 10
    # GitHub lists pull requests among issues; here all of them changed after the last issue.
    issues, pulls = (there.lists[f"/repos/{ANTS}/{name}"] for name in ("issues", "pulls"))
    for pull in pulls:
        issues.append({**pull, "pull_request": {}, "updated_at": f"2022-04-1{pull['number'] % 10}T00:00:00Z"})
    read(there, store)
    assert events(store)["issues"] == 26
    issues.append({**issues[0], "id": 1, "number": 9001, "updated_at": "2022-04-29T00:00:00Z"})
    # The list, its new issue's timeline (which is not there), and the list again.
    assert read(there, store).tallies["issues"].requests == 1 + 1 + 1
    assert events(store)["issues"] == 27


@pytest.mark.parametrize(("by_rest", "moments"), [(False, (4, 8, 10)), (True, (4, 60, 250))])
def test_what_changes_while_it_is_read_is_not_lost(serving: Serving, by_rest: bool, moments: tuple[int, ...]) -> None:
    there, store = without_graph(serving()) if by_rest else serving(), MemoryStore()
    there.page_size = 10
    changes = iter([(4, "2022-04-20T10:00:00Z"), (211, "2022-04-21T10:00:00Z"), (9, "2022-04-22T10:00:00Z")])

    def meddle(path: str) -> None:
        # After the first page, in the midst of the details, and after the last.
        if len(there.requests) in moments and (change := next(changes, None)):
            change_pull(there, ANTS, change[0], change[1], title=f"Changed at {change[1]}")

    there.reading = meddle
    read(there, store)
    there.reading = lambda path: None
    afterwards = MemoryStore()
    read(there, afterwards)
    assert next(changes, None) is None
    assert afterwards.deliveries.items() <= store.deliveries.items()


def test_what_is_removed_while_a_list_is_read_hides_nothing(serving: Serving) -> None:
    there, store = serving(), MemoryStore()
    there.page_size = 10
    listed = there.lists[f"/repos/{ANTS}/issues"]
    newest = max(listed, key=lambda issue: str(issue["updated_at"]))

    def meddle(path: str) -> None:
        if path == f"/repos/{ANTS}/issues" and there.requests.count(path) == 2 and newest in listed:
            listed.remove(newest)

    there.reading = meddle
    read(there, store)
    assert {body["issue"]["number"] for body in bodies(store, "issues")} >= {issue["number"] for issue in listed}
    assert newest not in listed


@pytest.mark.parametrize("dies_at", [2, 3, 4, 5, 6, 7, 9, 12, 15])
def test_a_killed_run_is_resumed_and_loses_nothing(serving: Serving, undisturbed: MemoryStore, dies_at: int) -> None:
    there, store = serving(), MemoryStore(dies_at)
    with pytest.raises(Killed):
        read(there, store)
    store.dies_at = None
    assert not read(there, store).missing
    assert store.deliveries == undisturbed.deliveries


def test_what_was_accepted_before_a_kill_is_not_asked_for_again(serving: Serving) -> None:
    # Cursors are read, the repository accepted, 25 pull requests, their cursor set.
    there, store = serving(), MemoryStore(dies_at=5)
    with pytest.raises(Killed):
        read(there, store)
    assert store.operations == ["cursors", "accept", "accept", "set_cursors"]
    store.dies_at, asked = None, len(there.boards.questions)
    read(there, store)
    again = [number for told in there.boards.questions[asked:] for number in re.findall(r"p(\d+): ", told["query"])]
    assert len(again) == 49 - 25


def test_a_cursor_is_set_only_after_what_it_covers_was_accepted(serving: Serving) -> None:
    there, store = serving(), MemoryStore()
    read(there, store)
    for number, operation in enumerate(store.operations):
        assert operation != "set_cursors" or "accept" in store.operations[:number]
    whole = store.operations.index("set_cursors") + 1
    killed = MemoryStore(dies_at=whole)
    with pytest.raises(Killed):
        read(serving(), killed)
    assert killed.deliveries
    assert not killed.values


def test_one_pull_request_without_an_answer_leaves_the_rest_and_is_read_next_time(
    serving: Serving, undisturbed: MemoryStore
) -> None:
    there, store = serving(), MemoryStore()
    there.refused = {"/pulls/53": 502}
    there.boards.accident = lambda *_: {"data": None} if "p53: " in there.boards.questions[-1]["query"] else None
    report = read(there, store)
    assert report.missing == {"pull requests: GitHub answered 502, 6 times": [ANTS]}
    assert there.requests.count(f"/repos/{ANTS}/pulls/53") == 6
    assert events(store)["pull_request"] == 48
    assert events(store)["issues"] == 26
    there.refused = {}
    there.boards.accident = lambda *_: None
    assert not read(there, store).missing
    assert store.deliveries == undisturbed.deliveries


def test_since_leaves_out_what_was_not_touched_since_and_an_earlier_one_reads_on(
    serving: Serving, undisturbed: MemoryStore
) -> None:
    there, store = serving(), MemoryStore()
    read(there, store, since="2021-01-01T00:00:00Z")
    pulls = bodies(store, "pull_request")
    assert 0 < len(pulls) < 49
    assert all(body["pull_request"]["updated_at"] >= "2021-01-01" for body in pulls)
    read(there, store, since=LONG_AGO)
    assert store.deliveries == undisturbed.deliveries


def test_an_organisation_is_its_repositories_and_teams(serving: Serving) -> None:
    there, store = serving("acme/ants", "acme/bees"), MemoryStore()
    read(there, store, organisation="acme")
    assert {body["repository"]["full_name"] for body in bodies(store, "pull_request")} == {"acme/ants", "acme/bees"}
    (team,) = bodies(store, "team_members")
    assert team["members"][0]["login"] == "octocat"
    assert team["read_at"].endswith("Z")
    (owned,) = bodies(store, "team_repositories")
    assert owned["repositories"] == ["acme/ants", "acme/bees"]
    assert [each["repositories"] for each in owned["teams"]] == [["acme/ants"]]
    there.lists["/orgs/acme/teams/justice-league/members"] = []
    read(there, store, organisation="acme")
    assert [body["members"] for body in bodies(store, "team_members")][1:] == [[]]


def test_several_repositories_are_read_by_name_and_a_missing_one_is_named(serving: Serving) -> None:
    there, store = serving("acme/ants", "acme/bees"), MemoryStore()
    report = read(there, store, "acme/ants", "acme/none", "acme/bees")
    assert {body["repository"]["full_name"] for body in bodies(store, "issues")} == {"acme/ants", "acme/bees"}
    assert list(report.missing.values()) == [["acme/none"]]


def test_commits_merged_late_are_found_whatever_their_dates_say(serving: Serving) -> None:
    there, store = serving(), MemoryStore()
    listed = there.lists[f"/repos/{ANTS}/commits"]
    for newer, older in pairwise(listed):
        newer["parents"] = [{"sha": older["sha"]}]
    read(there, store, since="2020-01-01T00:00:00Z")
    assert 0 < events(store)["commit"] < len(listed)
    head = listed[0]
    old = {**head, "sha": "a" * 40, "parents": head["parents"]}
    old["commit"] = {**head["commit"], "committer": {**head["commit"]["committer"], "date": "2019-01-01T00:00:00Z"}}
    merge = {**head, "sha": "b" * 40, "parents": [{"sha": head["sha"]}, {"sha": "a" * 40}]}
    merge["commit"] = {**head["commit"], "committer": {**head["commit"]["committer"], "date": "2021-10-31T00:00:00Z"}}
    add_commits(there, ANTS, [old, merge])
    there.objects[f"/repos/{ANTS}"]["pushed_at"] = "2021-10-31T00:00:00Z"
    known = events(store)["commit"]
    read(there, store, since="2020-01-01T00:00:00Z")
    assert events(store)["commit"] == known + 2


def test_a_deployment_is_asked_for_until_it_has_ended(serving: Serving) -> None:
    there, store = serving(), MemoryStore()
    deployment, status = examples()["deployments"][0], examples()["statuses"][0]
    running = {**status, "id": 90, "state": "in_progress"}
    add_deployment(there, ANTS, {**deployment, "id": 9, "created_at": "2022-04-30T08:00:00Z"}, [running])
    read(there, store)
    there.lists[f"/repos/{ANTS}/deployments/9/statuses"].append({**status, "id": 91, "state": "success"})
    read(there, store)
    assert [body["deployment_status"]["id"] for body in bodies(store, "deployment_status")][-1] == 91
    assert read(there, store).tallies["deployments"].requests == 1


def test_checks_are_asked_for_until_they_have_ended(serving: Serving) -> None:
    there, store = serving(), MemoryStore()
    (pull,) = (pull for pull in there.lists[f"/repos/{ANTS}/pulls"] if pull["number"] == 210)
    change_pull(there, ANTS, 210, "2022-04-30T10:00:00Z")
    checks = there.lists[f"/repos/{ANTS}/commits/{pull['head']['sha']}/check-runs"]
    checks[0] |= {"status": "in_progress", "conclusion": None}
    read(there, store)
    checks[0] |= {"status": "completed", "conclusion": "failure"}
    read(there, store)
    told = bodies(store, "pull_request_check_runs")[-1]
    assert (told["pull_request"]["number"], told["check_runs"][0]["conclusion"]) == (210, "failure")
    assert read(there, store).tallies["pull requests"].requests == 1


def test_runs_and_tags_are_asked_for_only_if_the_rules_name_them(serving: Serving) -> None:
    there, store = serving(), MemoryStore()
    path = f"/repos/{ANTS}/actions"
    by_file = {"id": 9, "name": "Ship it", "path": ".github/workflows/deploy.yml"}
    there.lists[f"{path}/workflows"] = [{"id": 7, "name": "Deploy"}, {"id": 8, "name": "Lint"}, by_file]
    there.lists[f"{path}/workflows/9/runs"] = []
    there.lists[f"{path}/workflows/7/runs"] = [
        {**run, "status": "completed", "created_at": "2021-10-01T08:00:00Z"}
        for run in examples()["runs"]["workflow_runs"]
    ]
    there.objects[f"/repos/{ANTS}/commits/v1.0.0"] = {"sha": "c" * 40}
    read(there, store)
    assert not events(store).keys() & {"workflow_run", "tag"}
    read(there, store, rules=Rules(deploy_workflows=["deploy*"], deploy_releases=["v*"]))
    assert events(store)["workflow_run"] == len(examples()["runs"]["workflow_runs"])
    assert [body["tag"] for body in bodies(store, "tag")] == [{"name": "v1.0.0", "commit": {"sha": "c" * 40}}]
    assert f"{path}/workflows/9/runs" in there.requests
    assert f"{path}/workflows/8/runs" not in there.requests


def test_a_release_that_changed_is_told_with_the_time_at_which_that_was_seen(serving: Serving) -> None:
    there, store = serving(), MemoryStore()
    there.objects[f"/repos/{ANTS}/commits/v1.0.0"] = {"sha": "c" * 40}
    for prerelease in (False, False, True, True):
        there.lists[f"/repos/{ANTS}/releases"][0]["prerelease"] = prerelease
        read(there, store, rules=Rules(deploy_releases=["v*"]))
    releases = [body for body in bodies(store, "release") if body["release"]["tag_name"] == "v1.0.0"]
    assert [body["release"]["prerelease"] for body in releases] == [False, True]
    dates = [body.get("read_at") for body in releases]
    assert dates[0] is None
    assert instant(dates[1]) == dates[1]
    assert max(body["read_at"] for body in bodies(store, "tag")) >= dates[1]


def test_a_team_that_left_the_list_is_told_to_have_left_it_once(serving: Serving) -> None:
    there, store = serving(), MemoryStore()
    teams = there.lists["/orgs/acme/teams"]
    read(there, store, organisation="acme")
    (team,) = teams
    teams.clear()
    read(there, store, organisation="acme")
    read(there, store, organisation="acme")
    assert [(body["action"], body["team"]["id"]) for body in bodies(store, "team")] == [
        ("synced", team["id"]),
        ("unlisted", team["id"]),
    ]
    assert instant(bodies(store, "team")[-1]["read_at"])
