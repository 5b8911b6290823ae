"""Stories as deliveries: what GitHub sends while a pull request, a deployment and an issue live."""

from typing import Any

REPOSITORY = {"id": 1, "full_name": "acme/api", "default_branch": "main", "updated_at": "2026-01-01T00:00:00Z"}
HEAD, NEXT_HEAD, MERGED = "a" * 40, "b" * 40, "c" * 40

Delivery = tuple[str, dict[str, Any]]


def clock(minute: int) -> str:
    return f"2026-03-02T{9 + minute // 60:02}:{minute % 60:02}:00Z"


def pull_request(updated: int, **fields: Any) -> dict[str, Any]:
    """A pull request as of a minute."""
    return {
        "number": 12,
        "title": "Search by name",
        "state": "open",
        "draft": False,
        "user": {"login": "ann", "type": "User"},
        "body": "Closes #7",
        "labels": [],
        "created_at": clock(0),
        "updated_at": clock(updated),
        "merged_at": None,
        "closed_at": None,
        "merge_commit_sha": "d" * 40,
        "head": {"ref": "search", "sha": HEAD},
        "additions": 10,
        "deletions": 2,
        "changed_files": 3,
        **fields,
    }


def on_pull_request(action: str, minute: int, **fields: Any) -> Delivery:
    return "pull_request", {"action": action, "repository": REPOSITORY, "pull_request": pull_request(minute, **fields)}


def on_review(action: str, minute: int, number: int, state: str, submitted: int, login: str = "bob") -> Delivery:
    told = {"id": number, "state": state, "submitted_at": clock(submitted), "user": {"login": login}}
    return "pull_request_review", {
        "action": action,
        "repository": REPOSITORY,
        "pull_request": pull_request(minute),
        "review": told,
    }


def check(number: int, conclusion: str | None, started: int, name: str = "test", **fields: Any) -> dict[str, Any]:
    return {
        "id": number,
        "name": name,
        "head_sha": HEAD,
        "status": "completed" if conclusion else "in_progress",
        "conclusion": conclusion,
        "started_at": clock(started),
        "completed_at": clock(started + 1) if conclusion else None,
        "pull_requests": [{"number": 12, "base": {"repo": {"id": 1}}}],
        **fields,
    }


def on_check(run: dict[str, Any]) -> Delivery:
    return "check_run", {"action": "completed", "repository": REPOSITORY, "check_run": run}


def merged(minute: int) -> dict[str, Any]:
    at = clock(minute)
    return {"state": "closed", "merged_at": at, "closed_at": at, "merge_commit_sha": MERGED}


def on_deployment_status(number: int, state: str, minute: int) -> Delivery:
    return "deployment_status", {
        "action": "created",
        "repository": REPOSITORY,
        "deployment": deployed(),
        "deployment_status": {"id": number, "state": state, "created_at": clock(minute)},
    }


def deployed() -> dict[str, Any]:
    return {"id": 5, "sha": MERGED, "environment": "production", "created_at": clock(50), "updated_at": clock(50)}


def on_release(action: str, minute: int, **fields: Any) -> Delivery:
    """Of one release, a prerelease as long as it is called one, and without the time of change that older servers lack."""
    told = {
        "id": 6,
        "tag_name": "v1",
        "draft": action == "created",
        "prerelease": action == "prereleased",
        "created_at": clock(0),
        "published_at": None if action == "created" else clock(minute),
        **fields,
    }
    return "release", {"action": action, "repository": REPOSITORY, "release": told}


def on_run(attempt: int, minute: int, conclusion: str | None) -> Delivery:
    told = {
        "id": 8,
        "run_attempt": attempt,
        "name": "Deploy",
        "event": "push",
        "head_branch": "main",
        "head_sha": MERGED,
        "conclusion": conclusion,
        "created_at": clock(0),
        "updated_at": clock(minute),
    }
    return "workflow_run", {"action": "completed", "repository": REPOSITORY, "workflow_run": told}


def on_push(ref: str, minute: int) -> Delivery:
    told = {"id": f"{minute + 1:040x}", "timestamp": clock(minute), "author": {"name": "Ann"}, "message": "Search"}
    return "push", {"ref": ref, "before": HEAD, "commits": [told], "head_commit": told, "repository": REPOSITORY}


def on_member(action: str) -> Delivery:
    team = {"id": 3, "name": "Core"}
    return "membership", {"action": action, "scope": "team", "team": team, "member": {"login": "ann"}}


def on_team(action: str) -> Delivery:
    named = {"team": {"id": 3, "name": "Platform" if action == "edited" else "Core"}}
    changes = {"changes": {"name": {"from": "Core"}}} if action == "edited" else {}
    return "team", {"action": action, "repository": REPOSITORY, **named, **changes}


def on_repository(action: str, minute: int) -> Delivery:
    named = {"full_name": "acme/core"} if action == "renamed" else {}
    told = {**REPOSITORY, **named, "updated_at": clock(minute)}
    changes = {"changes": {"repository": {"name": {"from": "api"}}}} if action == "renamed" else {}
    return "repository", {"action": action, "repository": told, **changes}


def issue(updated: int, **fields: Any) -> dict[str, Any]:
    """An issue as of a minute."""
    return {
        "number": 7,
        "title": "Cannot search",
        "state": "open",
        "state_reason": None,
        "labels": [],
        "created_at": clock(0),
        "updated_at": clock(updated),
        "closed_at": None,
        **fields,
    }


def on_issue(action: str, minute: int, label: str | None = None, **fields: Any) -> Delivery:
    body = {"action": action, "repository": REPOSITORY, "issue": issue(minute, **fields)}
    return "issues", body | ({"label": {"name": label}} if label else {})


def closed(minute: int, reason: str | None = "completed") -> dict[str, Any]:
    return {"state": "closed", "state_reason": reason, "closed_at": clock(minute)}


DOING = [{"name": "In progress"}]
PULL_REQUEST: list[Delivery] = [
    on_pull_request("opened", 0),
    on_pull_request("converted_to_draft", 2, draft=True),
    on_check(check(1, "failure", 3)),
    on_pull_request("ready_for_review", 6, draft=False),
    on_check(check(2, "success", 7)),
    on_review("submitted", 10, 90, "changes_requested", 10),
    on_review("dismissed", 12, 90, "dismissed", 10),
    on_review("submitted", 14, 91, "approved", 14, login="eve"),
    on_pull_request("closed", 20, **merged(20)),
]
DEPLOYMENT: list[Delivery] = [
    ("deployment", {"action": "created", "repository": REPOSITORY, "deployment": deployed()}),
    on_deployment_status(1, "in_progress", 51),
    on_deployment_status(2, "failure", 52),
    on_deployment_status(3, "success", 55),
    on_deployment_status(4, "inactive", 90),
]
ISSUE: list[Delivery] = [
    on_issue("opened", 0),
    on_issue("labeled", 5, "In progress", labels=DOING),
    on_issue("closed", 10, labels=DOING, **closed(10)),
    on_issue("reopened", 20, labels=DOING),
    on_issue("unlabeled", 30, "In progress"),
    on_issue("labeled", 40, "In progress", labels=DOING),
    on_issue("closed", 50, labels=DOING, **closed(50)),
]
