"""Real answers of the REST API, in the envelopes in which the sync hands them over."""

from collections import Counter, defaultdict
from typing import Any

from tests.unit.server.sources.github.bodies import fixture, only, records
from tests.unit.server.sources.github.stories import Delivery

ANTS = {"full_name": "panjf2000/ants", "default_branch": "master"}
DEVLAKE = fixture("devlake")
EXAMPLES = {example["path"].removeprefix("/repos/{owner}/{repo}"): example["value"] for example in fixture("rest")}
HELLO = {"full_name": "octocat/Hello-World", "default_branch": "master"}


def objects(table: str) -> list[Any]:
    return [row["data"] for row in DEVLAKE[table]]


def synced(event: str, repository: dict[str, Any], **fields: Any) -> Delivery:
    return event, {"action": "synced", "repository": repository, **fields}


def grouped(table: str) -> dict[int, list[Any]]:
    """Objects by the number of the pull request they were asked for."""
    found = defaultdict(list)
    for row in DEVLAKE[table]:
        found[row["input"]["Number"]].append(row["data"])
    return found


def ants() -> list[Delivery]:
    pulls = objects("pull_requests")
    named = {pull["number"]: pull for pull in pulls}
    return [
        *(synced("pull_request", ANTS, pull_request=pull) for pull in pulls),
        *(
            synced("pull_request_review", ANTS, pull_request={"number": number}, review=review)
            for number, reviews in grouped("pull_request_reviews").items()
            for review in reviews
        ),
        *(
            synced("pull_request_commits", ANTS, pull_request=named.get(number, {"number": number}), commits=commits)
            for number, commits in grouped("pull_request_commits").items()
        ),
        *(synced("issues", ANTS, issue=issue) for issue in objects("issues")),
        *(
            synced("issue_timeline", ANTS, issue={"number": event["issue"]["number"]}, timeline=[event])
            for event in objects("events")
        ),
        *(synced("workflow_run", ANTS, workflow_run=run) for run in objects("runs")),
    ]


def test_a_repository_is_read_whole() -> None:
    found = records(ants())
    pulls, issues = objects("pull_requests"), objects("issues")
    assert len(found["pull_requests"]) == len({pull["number"] for pull in pulls})
    assert len(found["work_items"]) == len({issue["number"] for issue in issues if "pull_request" not in issue})
    runs = [run for run in objects("runs") if run["event"] != "pull_request"]
    assert Counter(row["status"] for row in found["deployments"]) == Counter(
        run["conclusion"] or "in_progress" for run in runs
    )
    reviews = [row for row in objects("pull_request_reviews") if row["state"] != "PENDING"]
    assert len(found["reviews"]) == len({review["id"] for review in reviews})


def test_runs_are_read_whatever_the_case_of_their_words() -> None:
    trials = [run for run in objects("runs") if run["event"] == "pull_request"]
    told = [
        synced("workflow_run", ANTS, workflow_run={**run, "event": "push", "head_branch": "master"}) for run in trials
    ]
    assert Counter(row["status"] for row in records(told)["deployments"]) == Counter(
        success=7, failure=4, cancelled=1, in_progress=5
    )


def test_pull_requests_have_their_merges_and_their_first_commits() -> None:
    found = {row["number"]: row for row in records(ants())["pull_requests"]}
    for pull in objects("pull_requests"):
        row = found[pull["number"]]
        assert row.get("mergeSha") == (pull["merge_commit_sha"] if pull["merged_at"] else None)
        assert row.get("mergedAt") == pull["merged_at"]
        assert row["author"] == pull["user"]["login"]
    known = {number: commits for number, commits in grouped("pull_request_commits").items() if number in found}
    assert known
    for number, commits in known.items():
        assert set(found[number]["commits"]) == {commit["sha"] for commit in commits}
        assert found[number]["firstCommitAt"] == min(commit["commit"]["author"]["date"] for commit in commits)


def test_bots_are_told_by_their_type_or_left_to_their_name() -> None:
    told = [
        synced("pull_request", {"full_name": "test/repo"}, pull_request=pull)
        for pull in objects("pull_requests_bot_filter")
    ]
    found = records(told)["pull_requests"]
    assert [row["author"] for row in found] == ["human-dev", "renovate[bot]"]
    assert all("isBot" not in row for row in found)


def test_a_pull_request_alone_has_sizes_that_a_list_lacks() -> None:
    listed = synced("pull_request", HELLO, pull_request=EXAMPLES["/pulls"][0])
    alone = synced("pull_request", HELLO, pull_request=EXAMPLES["/pulls/{pull_number}"])
    assert "additions" not in only([listed], "pull_requests")
    assert only([listed, alone], "pull_requests")["additions"] == EXAMPLES["/pulls/{pull_number}"]["additions"]


def test_examples_of_the_description_come_to_their_records() -> None:
    pull = EXAMPLES["/pulls/{pull_number}"]
    deployment = EXAMPLES["/deployments"][0]
    told = [
        synced("pull_request_review", HELLO, pull_request=pull, review=EXAMPLES["/pulls/{pull_number}/reviews"][0]),
        synced("pull_request_commits", HELLO, pull_request=pull, commits=EXAMPLES["/pulls/{pull_number}/commits"]),
        synced(
            "pull_request_check_runs",
            HELLO,
            pull_request=pull,
            check_runs=EXAMPLES["/commits/{ref}/check-runs"]["check_runs"],
        ),
        synced("commit", HELLO, commit=EXAMPLES["/commits/{ref}"]),
        synced("deployment", HELLO, deployment=deployment),
        *(
            synced("deployment_status", HELLO, deployment=deployment, deployment_status=status)
            for status in EXAMPLES["/deployments/{deployment_id}/statuses"]
        ),
        *(synced("release", HELLO, release=release) for release in EXAMPLES["/releases"]),
        *(synced("tag", HELLO, tag=tag) for tag in EXAMPLES["/tags"]),
        *(synced("workflow_run", HELLO, workflow_run=run) for run in EXAMPLES["/actions/runs"]["workflow_runs"]),
        *(synced("issues", HELLO, issue=issue) for issue in EXAMPLES["/issues"]),
        synced("issue_timeline", HELLO, issue={"number": 1347}, timeline=EXAMPLES["/issues/{issue_number}/timeline"]),
        synced("repository", EXAMPLES[""]),
    ]
    found = records(told)
    assert {kind: len(rows) for kind, rows in found.items()} == {
        "branch_commits": 1,
        "commits": 1,
        "deployments": 3,
        "head_checks": 1,
        "pull_requests": 1,
        "repos": 1,
        "reviews": 1,
    }
    assert [row["id"] for row in found["deployments"]] == ["github:1", "github:release/1", "github:run/30433642"]
    assert found["commits"][0]["files"] == [{"path": "file1.txt", "additions": 10, "deletions": 2}]
    assert found["repos"] == [{"repo": "octocat/Hello-World"}]


def test_examples_of_teams_come_to_their_records() -> None:
    team = EXAMPLES["/orgs/{org}/teams"][0]
    people = EXAMPLES["/orgs/{org}/teams/{team_slug}/members"]
    told = {"organization": {"login": "github"}, "team": team, "members": people, "read_at": "2026-03-02T09:00:00Z"}
    assert records([("team_members", told)]) == {
        "teams": [{"id": "github:1", "name": team["name"]}],
        "members": [{"team": "github:1", "login": "octocat"}],
    }
