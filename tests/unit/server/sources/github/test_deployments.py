"""Deployments: GitHub's own, runs of workflows and releases."""

from typing import Any

import pytest

from koalr_server.sources.rules import Rules
from tests.unit.server.sources.github.bodies import only, records
from tests.unit.server.sources.github.stories import (
    DEPLOYMENT,
    MERGED,
    REPOSITORY,
    Delivery,
    clock,
    on_deployment_status,
)

TAGGED = "9" * 40
BY_NAME = Rules(deploy_workflows=["Deploy*", "release.yml"], deploy_releases=["v*"])


def run(conclusion: str | None, updated: int = 5, **fields: Any) -> Delivery:
    return "workflow_run", {
        "action": "completed",
        "repository": REPOSITORY,
        "workflow_run": {
            "id": 8,
            "name": "Deploy",
            "event": "push",
            "status": "completed" if conclusion else "in_progress",
            "conclusion": conclusion,
            "head_sha": MERGED,
            "created_at": clock(0),
            "run_started_at": clock(1),
            "updated_at": clock(updated),
            **fields,
        },
    }


def release(action: str = "published", **fields: Any) -> Delivery:
    return "release", {
        "action": action,
        "repository": REPOSITORY,
        "release": {
            "id": 6,
            "tag_name": "v1@2",
            "target_commitish": "main",
            "draft": False,
            "prerelease": False,
            "created_at": clock(0),
            "published_at": clock(4),
            **fields,
        },
    }


def read(minute: int, **fields: Any) -> Delivery:
    event, body = release("synced", **fields)
    return event, {**body, "read_at": clock(minute)}


@pytest.mark.parametrize(
    ("states", "status", "deployed"),
    [
        ([], "in_progress", None),
        (["queued", "pending", "waiting", "in_progress"], "in_progress", None),
        (["in_progress", "success"], "success", 52),
        (["success", "inactive"], "success", 51),
        (["success", "success"], "success", 51),
        (["failure"], "failure", None),
        (["error"], "failure", None),
        (["failure", "inactive"], "failure", None),
        (["failure", "success"], "success", 52),
        (["success", "failure"], "failure", None),
        (["success", "failure", "success"], "success", 53),
        (["success", "in_progress"], "success", 51),
        (["waiting", "inactive"], "cancelled", None),
        (["something_new"], "in_progress", None),
        (["SUCCESS"], "success", 51),
    ],
)
def test_the_last_success_or_failure_decides(states: list[str], status: str, deployed: int | None) -> None:
    statuses = [on_deployment_status(number, state, 50 + number) for number, state in enumerate(states, start=1)]
    row = only([DEPLOYMENT[0], *statuses], "deployments")
    assert (row["status"], row.get("deployedAt")) == (status, None if deployed is None else clock(deployed))


def test_statuses_follow_their_times_and_not_their_numbers() -> None:
    story = [DEPLOYMENT[0], on_deployment_status(10, "failure", 51), on_deployment_status(9, "success", 52)]
    assert only(story, "deployments")["status"] == "success"


def test_a_deployment_has_what_its_object_says() -> None:
    assert only(DEPLOYMENT, "deployments") == {
        "id": "github:5",
        "repo": "acme/api",
        "env": "production",
        "sha": MERGED,
        "startedAt": clock(50),
        "deployedAt": clock(55),
        "status": "success",
    }


@pytest.mark.parametrize(
    ("environment", "said", "is_production"),
    [
        ({"transient_environment": True}, Rules(), False),
        ({"transient_environment": True, "production_environment": True}, Rules(), True),
        ({"transient_environment": False}, Rules(), None),
        ({"transient_environment": "yes"}, Rules(), None),
        # Who lists the environments means these alone.
        ({"transient_environment": True}, Rules(production_environments=["review/*"]), None),
    ],
)
def test_an_environment_of_one_deployment_is_not_production_whatever_its_name(
    environment: dict[str, Any], said: Rules, is_production: bool | None
) -> None:
    review = {"id": 5, "environment": "review/fix-live-chat", "created_at": clock(0), **environment}
    told = [("deployment", {"repository": REPOSITORY, "deployment": review})]
    assert only(told, "deployments", said).get("isProduction") is is_production


def test_a_status_without_its_deployment_waits_for_it() -> None:
    event, body = DEPLOYMENT[3]
    alone = (event, {**body, "deployment": {"id": 5}})
    assert records([alone]) == {}
    assert only([alone, DEPLOYMENT[0]], "deployments")["status"] == "success"


@pytest.mark.parametrize(
    ("conclusion", "status", "deployed_at"),
    [
        ("success", "success", clock(5)),
        ("failure", "failure", None),
        ("timed_out", "failure", None),
        ("startup_failure", "failure", None),
        ("cancelled", "cancelled", None),
        (None, "in_progress", None),
    ],
)
def test_a_run_of_a_deploying_workflow_is_a_deployment(conclusion: Any, status: str, deployed_at: Any) -> None:
    row = only([run(conclusion)], "deployments", BY_NAME)
    assert (row["id"], row["env"], row["sha"]) == ("github:run/8", "production", MERGED)
    assert (row["status"], row["startedAt"], row.get("deployedAt")) == (status, clock(1), deployed_at)


@pytest.mark.parametrize("conclusion", ["skipped", "neutral", "stale", "action_required", "something_new"])
def test_a_run_that_did_nothing_is_no_deployment(conclusion: str) -> None:
    assert records([run(conclusion)], BY_NAME) == {}


@pytest.mark.parametrize(
    "fields",
    [
        {"name": "Test"},
        {"name": None},
        {"event": "pull_request"},
        {"event": "pull_request_target"},
        {"event": "merge_group"},
    ],
)
def test_runs_of_other_workflows_and_of_trials_are_no_deployments(fields: dict[str, Any]) -> None:
    assert records([run("success", **fields)], BY_NAME) == {}


def test_a_workflow_is_also_known_by_its_file() -> None:
    told = run("success", name="Ship it", path=".github/workflows/release.yml@refs/heads/main")
    assert only([told], "deployments", BY_NAME)["status"] == "success"


def test_nothing_deploys_unless_the_rules_say_so() -> None:
    assert records([run("success"), release()], Rules()) == {}


@pytest.mark.parametrize(
    ("conclusions", "status", "deployed"),
    [
        (["failure", "success"], "success", 6),
        (["success", "success"], "success", 5),
        (["success", None], "success", 5),
        (["success", "failure"], "failure", None),
        (["success", "failure", "success"], "success", 7),
        (["success", "cancelled"], "success", 5),
        (["success", "skipped"], "success", 5),
        (["cancelled", None], "in_progress", None),
        ([None, "cancelled"], "cancelled", None),
        (["failure", None], "failure", None),
    ],
)
def test_attempts_of_a_run_decide_as_statuses_do(
    conclusions: list[str | None], status: str, deployed: int | None
) -> None:
    told = [
        run(conclusion, 5 + index, run_attempt=1 + index, run_started_at=clock(1 + index))
        for index, conclusion in enumerate(conclusions)
    ]
    for story in (told, told[::-1]):
        row = only(story, "deployments")
        assert (row["status"], row.get("deployedAt")) == (status, None if deployed is None else clock(deployed))
        assert row["startedAt"] == clock(1)


@pytest.mark.parametrize(
    ("fields", "deploys"),
    [
        ({"head_branch": "main"}, True),
        ({"head_branch": None}, True),
        ({"head_branch": "search"}, False),
        ({"head_branch": "v2-search"}, False),
        ({"head_branch": "12-search"}, False),
        ({"head_branch": "v2"}, True),
        ({"head_branch": "1.2.3"}, True),
        ({"head_branch": "v1.2.3-rc.1"}, True),
        ({"head_branch": "nightly", "event": "release"}, True),
        ({"head_branch": "nightly", "path": ".github/workflows/release.yml@refs/tags/nightly"}, True),
    ],
)
def test_runs_of_the_default_branch_and_of_tags_are_deployments(fields: dict[str, Any], deploys: bool) -> None:
    assert ("deployments" in records([run("success", **fields)])) == deploys


def test_a_run_of_any_branch_deploys_where_nobody_names_the_default_one() -> None:
    event, body = run("success", head_branch="search")
    assert only([(event, {**body, "repository": {"full_name": "acme/api"}})], "deployments")["status"] == "success"


def test_of_two_attempts_of_one_second_the_later_holds() -> None:
    row = only([run("failure", run_attempt=2), run("success", run_attempt=1)], "deployments")
    assert row["status"] == "failure"


def test_of_two_bodies_of_one_second_the_completed_run_holds() -> None:
    assert only([run(None, 5), run("failure", 5)], "deployments")["status"] == "failure"


@pytest.mark.parametrize(
    "story",
    [
        [release(draft=True)],
        [release(prerelease=True)],
        [release(published_at=None)],
        [release(tag_name="nightly")],
        [release(), release("deleted")],
        [release("unpublished", draft=True), release()],
        [release("unpublished"), release()],
    ],
)
def test_only_published_releases_of_such_tags_are_deployments(story: list[Delivery]) -> None:
    assert records(story, BY_NAME) == {}


@pytest.mark.parametrize(
    "story",
    [
        [release("released"), release("edited", prerelease=True)],
        [release("released"), release("edited", prerelease=True, updated_at=clock(9))],
        [release("edited", updated_at=clock(8)), release("edited", prerelease=True, updated_at=clock(9))],
        [release(), read(9, prerelease=True)],
        [read(5), read(9, prerelease=True)],
        [read(5), read(9, draft=True, published_at=None)],
        [release(), release("unpublished", draft=True, published_at=None)],
        [release(), release("unpublished", published_at=None, updated_at=clock(9))],
    ],
)
def test_a_release_that_became_a_draft_or_prerelease_is_no_deployment_any_more(story: list[Delivery]) -> None:
    assert records(story, BY_NAME) == records(story[::-1], BY_NAME) == {}


@pytest.mark.parametrize(
    "story",
    [
        [release("prereleased", prerelease=True), release("released")],
        [release("edited", prerelease=True), release("edited"), release("released")],
        [read(5, prerelease=True), read(9)],
        [read(5, prerelease=True), release("released", updated_at=clock(9))],
        [release(published_at=clock(2)), release("unpublished", published_at=None, updated_at=clock(3)), release()],
    ],
)
def test_a_release_that_was_published_for_good_is_a_deployment(story: list[Delivery]) -> None:
    for told in (story, story[::-1]):
        assert only(told, "deployments", BY_NAME)["deployedAt"] == clock(4)


def test_a_tag_that_was_moved_is_where_it_was_read_last() -> None:
    def tag(minute: int, commit: str) -> Delivery:
        told = {"name": "v1@2", "commit": {"sha": commit}}
        return "tag", {"repository": REPOSITORY, "tag": told, "read_at": clock(minute)}

    for story in ([tag(5, MERGED), tag(9, TAGGED)], [tag(5, TAGGED), tag(9, MERGED)]):
        shas = {only([release(), *told], "deployments")["sha"] for told in (story, story[::-1])}
        assert shas == {story[1][1]["tag"]["commit"]["sha"]}


def test_a_release_published_after_its_draft_or_prerelease_is_a_deployment() -> None:
    draft = release("created", draft=True, published_at=None)
    for story in ([draft, release()], [release("prereleased", prerelease=True), release("released")]):
        row = only(story, "deployments", BY_NAME)
        assert (row["id"], row["repo"], row["deployedAt"]) == ("github:release/6", "acme/api", clock(4))


@pytest.mark.parametrize(
    ("told", "sha"),
    [
        ([release()], None),
        ([release(target_commitish="cafe")], None),
        ([release(target_commitish=TAGGED)], TAGGED),
        ([release(), ("tag", {"repository": REPOSITORY, "tag": {"name": "v1@2", "commit": {"sha": TAGGED}}})], TAGGED),
        (
            [
                release(),
                # Of an annotated tag, `after` is the tag itself.
                (
                    "push",
                    {
                        "ref": "refs/tags/v1@2",
                        "after": "8" * 40,
                        "head_commit": {"id": TAGGED, "timestamp": clock(0)},
                        "repository": REPOSITORY,
                    },
                ),
            ],
            TAGGED,
        ),
    ],
)
def test_a_release_is_at_the_commit_of_its_tag(told: list[Delivery], sha: str | None) -> None:
    assert only(told, "deployments", BY_NAME).get("sha") == sha
