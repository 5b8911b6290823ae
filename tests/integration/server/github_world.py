"""A small organisation on the fake GitHub, out of real bodies (tests/fixtures/github_rest/NOTICE.md)."""

import gzip
import json
from collections.abc import Callable
from copy import deepcopy
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any
from zlib import crc32

from tests.integration.server.github_server import VirtualTime, World

FIXTURES = Path(__file__).parents[2] / "fixtures" / "github_rest"
NOW = datetime(2022, 5, 1, 12, tzinfo=UTC)
ANTS = "acme/ants"
PULL_FIELDS = ("merged_by", "comments", "review_comments", "commits", "additions", "deletions", "changed_files")

Body = dict[str, Any]
Serving = Callable[..., World]
"""Serves a world of repositories until the test ends."""


@cache
def _text(name: str) -> str:
    return gzip.decompress((FIXTURES / name).read_bytes()).decode()


def ants(full_name: str) -> Body:
    """The real repository under another name."""
    told: Body = json.loads(_text("ants.json.gz").replace("panjf2000/ants", full_name))
    return told


def examples() -> Body:
    """GitHub's own examples."""
    told: Body = json.loads(_text("examples.json.gz"))
    return told


def world(*full_names: str) -> World:
    """An organisation with these repositories, all alike."""
    found = World(VirtualTime(NOW))
    for full_name in full_names or (ANTS,):
        add_repository(found, full_name)
    found.lists["/orgs/acme/repos"] = [found.objects[f"/repos/{name}"] for name in full_names or (ANTS,)]
    found.lists["/orgs/acme/teams"] = examples()["teams"]
    found.lists["/orgs/acme/teams/justice-league/members"] = examples()["members"]
    found.lists["/orgs/acme/teams/justice-league/repos"] = found.lists["/orgs/acme/repos"][:1]
    return found


def without_graph(found: World) -> World:
    """The same on a server whose GraphQL does not know pull requests."""
    found.boards.unknown = ("PullRequest",)
    return found


def unlanded(found: World, full_name: str = ANTS) -> World:
    """The same before any of its pull requests came to the default branch."""
    found.lists[f"/repos/{full_name}/commits"] = []
    return found


def add_repository(found: World, full_name: str) -> None:
    """One more repository."""
    told, shown = ants(full_name), examples()
    owner, name = full_name.split("/")
    path = f"/repos/{full_name}"
    repository = {**shown["repository"], "full_name": full_name, "name": name, "default_branch": "main"}
    repository["id"] = crc32(full_name.encode())
    repository["pushed_at"] = "2021-10-13T13:00:00Z"
    found.objects[path] = repository | {"owner": {**repository["owner"], "login": owner}}
    found.lists[f"{path}/pulls"] = []
    for pull in told["pulls"]:
        number = str(pull["number"])
        add_pull(found, full_name, pull, told["reviews"].get(number, []), told["commits"].get(number, []))
    found.lists[f"{path}/issues"] = told["issues"]
    for issue in told["issues"]:
        found.lists[f"{path}/issues/{issue['number']}/timeline"] = shown["timeline"]
    add_commits(found, full_name, [commit for commits in told["commits"].values() for commit in commits])
    deployment, status = shown["deployments"][0], shown["statuses"][0]
    found.lists[f"{path}/deployments"] = []
    for day in range(1, 6):
        add_deployment(found, full_name, {**deployment, "id": day, "created_at": f"2022-04-0{day}T08:00:00Z"}, [status])
    found.lists[f"{path}/releases"] = shown["releases"]


def add_pull(found: World, full_name: str, pull: Body, reviews: list[Body], commits: list[Body]) -> None:
    """A pull request with what belongs to it; the list has less of it than the object."""
    path, number = f"/repos/{full_name}", pull["number"]
    found.lists[f"{path}/pulls"].append(pull)
    found.objects[f"{path}/pulls/{number}"] = pull | {name: examples()["pull"][name] for name in PULL_FIELDS}
    found.lists[f"{path}/pulls/{number}/reviews"] = reviews
    found.lists[f"{path}/pulls/{number}/commits"] = commits
    found.lists[f"{path}/pulls/{number}/files"] = examples()["commit"]["files"]
    found.lists[f"{path}/issues/{number}/timeline"] = examples()["timeline"]
    found.lists[f"{path}/commits/{pull['head']['sha']}/check-runs"] = finished_checks(pull["head"]["sha"])
    found.lists[f"{path}/commits/{pull['head']['sha']}/status"] = []


def finished_checks(head: str) -> list[Body]:
    """Check runs of a commit that are over."""
    return [
        check | {"status": "completed", "conclusion": "success", "head_sha": head}
        for check in examples()["check_runs"]["check_runs"]
    ]


def add_commits(found: World, full_name: str, commits: list[Body]) -> None:
    """Commits of the default branch, newest first in its list."""
    path = f"/repos/{full_name}"
    listed = {commit["sha"]: commit for commit in [*commits, *found.lists.get(f"{path}/commits", [])]}
    ordered = sorted(listed.values(), key=lambda commit: str(commit["commit"]["committer"]["date"]), reverse=True)
    found.lists[f"{path}/commits"] = ordered
    for commit in commits:
        whole = commit | {name: examples()["commit"][name] for name in ("stats", "files")}
        found.objects[f"{path}/commits/{commit['sha']}"] = whole


def add_deployment(found: World, full_name: str, deployment: Body, statuses: list[Body]) -> None:
    """A deployment with its statuses."""
    path = f"/repos/{full_name}/deployments"
    deployment = deployment | {"updated_at": deployment["created_at"]}
    found.lists[path].append(deployment)
    found.objects[f"{path}/{deployment['id']}"] = deployment
    found.lists[f"{path}/{deployment['id']}/statuses"] = statuses


def change_pull(found: World, full_name: str, number: int, updated_at: str, **told: Any) -> None:
    """Somebody changes a pull request, which moves it to the front of its list."""
    path = f"/repos/{full_name}/pulls"
    for pull in (*found.lists[path], found.objects[f"{path}/{number}"]):
        if pull["number"] == number:
            pull.update(deepcopy(told), updated_at=updated_at)
