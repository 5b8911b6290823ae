"""One deployment that GitHub and a script both tell counts once; two that are alike stay two."""

import random
from collections.abc import Iterator
from typing import Any

import pytest

from koalr_server.sources.observation import Delivery
from koalr_server.sources.rules import Rules
from koalr_server.store.database import Database
from koalr_server.store.settling import agree_on_rules
from tests.integration.server.loaded import import_rows
from tests.integration.server.telling import github, posted, take

REPO = "acme/api"
A, B = "a" * 40, "b" * 40
RULES = Rules(deploy_workflows=("Deploy",))


@pytest.fixture
def database() -> Iterator[Database]:
    database = Database.in_memory()
    yield database
    database.close()


def clock(minute: int) -> str:
    return f"2026-03-02T{10 + minute // 60:02}:{minute % 60:02}:00Z"


def job(number: int, began: int, ended: int, sha: str = A, state: str = "success", env: str = "production") -> Delivery:
    """A job of GitHub Actions with an environment, as its deployment tells of it; minutes."""
    body = {
        "repository": {"full_name": REPO, "default_branch": "main"},
        "deployment": {"id": number, "environment": env, "sha": sha, "created_at": clock(began)},
        "deployment_status": {"id": number, "state": state, "created_at": clock(ended)},
    }
    return github("deployment_status", body)


def run(number: int, began: int, ended: int, sha: str = A) -> Delivery:
    """The run of the workflow, which a setting calls a deployment."""
    told = {
        "id": number,
        "name": "Deploy",
        "event": "push",
        "head_branch": "main",
        "head_sha": sha,
        "conclusion": "success",
    }
    times = {"created_at": clock(began), "run_started_at": clock(began), "updated_at": clock(ended)}
    repository = {"full_name": REPO, "default_branch": "main"}
    return github("workflow_run", {"repository": repository, "workflow_run": told | times})


def call(id_: str | None, minute: int, sha: str = A, **fields: Any) -> Delivery:
    """The generic call at the end of a job."""
    row = {"repo": REPO, "env": "production", "id": id_, "sha": sha, "deployedAt": clock(minute), **fields}
    return posted("deployments", {name: value for name, value in row.items() if value is not None})


def counted(database: Database) -> list[str]:
    """The senders' ids of the deployments that count, in order of time."""
    rows = database.rows(
        """SELECT coalesce(d.external_id, '') AS id FROM deployment_facts f JOIN deployments d USING (deployment_id)
        WHERE f.finished_at IS NOT NULL ORDER BY f.finished_at, id"""
    )
    return [row["id"] for row in rows]


ONE = {
    "a call in the job": [job(1, 0, 10), call("run-7", 9)],
    "a call without an id": [job(1, 0, 10), call(None, 9)],
    "a call with a start": [job(1, 0, 10), call("run-7", 9, startedAt=clock(1))],
    "a call of a later job": [job(1, 0, 10), call("run-7", 15)],
    "a call at the start, then at the end": [
        job(1, 0, 10),
        call("run-7", 0, status="in_progress", deployedAt=None, startedAt=clock(0)),
        call("run-7", 9, startedAt=clock(0)),
    ],
    "an environment in other capitals": [job(1, 0, 10, env="Production"), call("run-7", 9)],
    "a run that a setting names": [job(1, 2, 10), run(7, 0, 12)],
    "all three": [job(1, 2, 10), run(7, 0, 12), call("7", 9)],
    "a call long after the job and in the run": [job(1, 2, 10), run(7, 0, 40), call("7", 35)],
}


@pytest.mark.parametrize("told", ONE.values(), ids=ONE)
def test_what_is_told_twice_counts_once_as_github_tells_it(told: list[Delivery], database: Database) -> None:
    take(database, RULES, *told)
    assert counted(database) == ["github:1"]
    assert len(database.rows("FROM deployment_facts")) == 1


def test_a_file_that_tells_of_a_job_again_counts_once(database: Database) -> None:
    take(database, RULES, job(1, 0, 10))
    row = {"id": "7", "repo": REPO, "env": "production", "status": "success", "sha": A, "deployedAt": clock(9)}
    import_rows(database, {"deployments": [row]})
    assert counted(database) == ["github:1"]


MORE = {
    "a redeploy that both tell": (
        [job(1, 0, 10), call("7", 9), job(2, 12, 20), call("8", 19)],
        ["github:1", "github:2"],
    ),
    "a redeploy within minutes": ([job(1, 0, 2), call("7", 2), job(2, 3, 5), call("8", 5)], ["github:1", "github:2"]),
    "a redeploy that only the script tells": ([job(1, 0, 10), call("7", 9), call("8", 14)], ["github:1", "8"]),
    "a redeploy by a script later on": ([job(1, 0, 10), call("8", 16)], ["github:1", "8"]),
    "a redeploy before the job": ([call("6", 0), job(1, 6, 10)], ["6", "github:1"]),
    "two calls without GitHub": ([call("7", 9), call("8", 10)], ["7", "8"]),
    "two jobs without a call": ([job(1, 0, 10), job(2, 9, 11)], ["github:1", "github:2"]),
    "back and forth": (
        [job(1, 0, 2), job(2, 2, 4, B), job(3, 4, 6), call("7", 2), call("8", 4, B), call("9", 6)],
        ["github:1", "github:2", "github:3"],
    ),
    "back and forth, forth by the script": (
        [job(1, 0, 2), job(2, 2, 3, B), call("9", 5)],
        ["github:1", "github:2", "9"],
    ),
    "back by the script, and forth": ([job(1, 0, 2), call("8", 3, B), job(3, 4, 6)], ["github:1", "8", "github:3"]),
    "another commit": ([job(1, 0, 10), call("7", 9, B)], ["7", "github:1"]),
    "another environment": ([job(1, 0, 10), call("7", 9, env="prod-eu")], ["7", "github:1"]),
    "another repository": ([job(1, 0, 10), call("7", 9, repo="acme/web")], ["7", "github:1"]),
    "no commit": ([job(1, 0, 10), call("7", 9, sha="")], ["7", "github:1"]),
    "a success after a failure that GitHub tells": ([job(1, 0, 10, state="failure"), call("7", 9)], ["7"]),
    "a success while GitHub has told no end": ([job(1, 0, 10, state="in_progress"), call("7", 9)], ["7"]),
}


@pytest.mark.parametrize(("told", "expected"), MORE.values(), ids=MORE)
def test_what_may_be_two_stays_two(told: list[Delivery], expected: list[str], database: Database) -> None:
    take(database, RULES, *told)
    assert counted(database) == expected


@pytest.mark.parametrize("seed", range(5))
def test_in_any_order_the_same_count(seed: int, database: Database) -> None:
    told = [job(1, 0, 10), call("7", 9), run(7, 0, 12), job(2, 13, 20), call("8", 19), job(3, 20, 22, B), call("9", 24)]
    random.Random(seed).shuffle(told)
    for each in told:
        take(database, RULES, each)
    assert counted(database) == ["github:1", "github:2", "github:3", "9"]


def test_what_only_the_script_says_is_kept(database: Database) -> None:
    """Which deployment it takes back, what it contains, and that its environment is production."""
    back = call("8", 19, B, rollbackOf="7", commits=[A], env="fleet", isProduction=True)
    take(database, RULES, job(1, 0, 10, env="fleet"), call("7", 9, env="fleet", isProduction=True))
    take(database, RULES, job(2, 12, 20, B, env="fleet"), back)
    assert counted(database) == ["github:1", "github:2"]
    (failed,) = database.rows("SELECT sha, failure FROM deployment_facts WHERE failed_at IS NOT NULL")
    assert failed == {"sha": A, "failure": "rollback"}
    assert {row["sha"] for row in database.rows("SELECT sha FROM reached")} == {A}


def test_an_incident_may_name_either(database: Database) -> None:
    take(database, RULES, job(1, 0, 10), call("7", 9))
    incident = {"title": "Down", "deploymentId": "7", "startedAt": "2026-03-09T10:00:00Z"}
    take(database, RULES, posted("incidents", incident))
    (failed,) = database.rows(
        "SELECT d.external_id FROM deployment_facts f JOIN deployments d USING (deployment_id) WHERE f.failed_at IS NOT NULL"
    )
    assert failed == {"external_id": "github:1"}


def test_the_script_counts_again_when_the_run_no_longer_does(database: Database) -> None:
    take(database, RULES, run(7, 0, 10), call("7", 9))
    assert counted(database) == ["github:run/7"]
    agree_on_rules(database, Rules())
    assert counted(database) == ["7"]
