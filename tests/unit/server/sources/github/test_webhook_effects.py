"""What becomes of each example payload that GitHub publishes: all 198, one by one."""

import json
from collections import Counter
from typing import Any

import pytest

from tests.unit.server.sources.github.bodies import fixture, records

WEBHOOKS = fixture("webhooks")
REPO = "Codertocat/Hello-World"
SHA = "6113728f27ae82c7b1a177c8d03f9e96e0adf246"

# Of each record what identifies it and what the event is about.
SHOWN = {
    "pushed_commits": ("repo", "sha", "parents", "author", "committedAt", "message"),
    "pushes": ("head", "commits"),
    "head_checks": ("repo", "sha", "failed"),
    "deployments": ("id", "repo", "env", "status", "startedAt", "deployedAt"),
    "members": ("team", "login"),
    "pull_requests": (
        "repo",
        "number",
        "createdAt",
        "readyAt",
        "closedAt",
        "mergedAt",
        "mergeSha",
        "labels",
        "additions",
    ),
    "repos": ("repo", "teams"),
    "reviews": ("repo", "number", "reviewer", "state", "submittedAt"),
    "teams": ("id", "name"),
    "work_items": ("key", "type", "createdAt", "startedAt", "doneAt", "status"),
}


def deployment(id_: str, status: str, started_at: str, deployed_at: str | None = None, **other: str) -> dict[str, Any]:
    row = {"id": id_, "repo": REPO, "env": "production", "status": status, "startedAt": started_at, **other}
    return row | ({"deployedAt": deployed_at} if deployed_at else {})


def pull_request(labels: list[str], **other: Any) -> dict[str, Any]:
    return {"repo": REPO, "number": 2, "createdAt": "2019-05-15T15:20:33Z", "labels": labels, **other}


def review(state: str) -> dict[str, Any]:
    at = "2019-05-15T15:20:38Z"
    return {"repo": REPO, "number": 2, "reviewer": "Codertocat", "state": state, "submittedAt": at}


def item(created_at: str = "2019-05-15T15:20:18Z", key: str = f"{REPO}#1") -> dict[str, Any]:
    return {"key": key, "type": "bug", "createdAt": created_at, "status": "open"}


UNLABELLED = {name: value for name, value in item().items() if name != "type"}


def checks(sha: str, failed: int, repo: str = REPO) -> dict[str, Any]:
    return {"head_checks": [{"repo": repo, "sha": sha, "failed": failed}]}


CHECKED, ASKED = "ec26c3e57ca3a959ca5aad62de7213c562f8c821", "5bd5f196a46b8222fb7484f05faba41a73cf34bd"
AGAIN = "d6fde92930d4715a2b49857d24b940956b26d2d3"
WHOLE = pull_request(["bug"], additions=1)
EMBEDDED = pull_request(["bug"])
DEPLOYED = "2019-05-15T15:20:53Z"
PAGES = deployment("github:145988746", "in_progress", "2022-01-03T01:28:30Z", env="github-pages")
RELEASE = deployment("github:release/17372790", "success", DEPLOYED, DEPLOYED)
RUN_AT = "2020-10-05T16:33:49Z"
RUN, RUN_REPO = "github:run/289782451", "octo-org/octo-repo"
TEAM_ID = "github:3253328"
TEAM = {"teams": [{"id": TEAM_ID, "name": "github"}]}
COMMIT = {
    "repo": REPO,
    "sha": SHA,
    "parents": [],
    "author": "Codertocat",
    "committedAt": "2019-05-15T15:19:25Z",
    "message": "Initial commit",
}
THREAD = {
    "repo": "octo-org/octo-repo",
    "number": 118,
    "createdAt": "2022-03-07T16:14:34Z",
    "labels": [],
}

# Event, action: how many payloads come to which records. Payloads that are not here come to none.
EFFECTS: dict[tuple[str, str | None], list[tuple[int, dict[str, Any]]]] = {
    ("check_run", "completed"): [(1, checks(CHECKED, 1)), (2, checks(CHECKED, 0))],
    ("check_run", "created"): [(3, checks(CHECKED, 0))],
    ("check_run", "requested_action"): [(1, checks(ASKED, 0, "electron/electron"))],
    ("check_run", "rerequested"): [(2, checks(AGAIN, 0, "github/hello-world"))],
    ("deployment", "created"): [
        (3, {"deployments": [deployment("github:145988746", "in_progress", DEPLOYED)]}),
        (1, {"deployments": [PAGES]}),
    ],
    ("deployment_status", "created"): [
        (3, {"deployments": [deployment("github:145988746", "success", DEPLOYED, "2019-05-15T15:20:55Z")]}),
        (1, {"deployments": [PAGES]}),
    ],
    ("issue_comment", "created"): [
        (4, {"work_items": [item()]}),
        (1, {"work_items": [item("2021-01-28T22:17:31Z")]}),
    ],
    ("issue_comment", "deleted"): [(2, {"work_items": [item()]})],
    ("issue_comment", "edited"): [(2, {"work_items": [item()]})],
    ("issues", "assigned"): [(3, {"work_items": [item()]})],
    ("issues", "edited"): [(3, {"work_items": [item()]})],
    ("issues", "labeled"): [(2, {"work_items": [item()]})],
    ("issues", "locked"): [(2, {"work_items": [item()]})],
    ("issues", "opened"): [(4, {"work_items": [item()]})],
    ("issues", "pinned"): [(1, {"work_items": [UNLABELLED]})],
    ("issues", "reopened"): [(1, {"work_items": [item("2021-07-05T18:05:24Z")]})],
    # It is gone from octo-org/octo-repo, and has this number where it went.
    ("issues", "transferred"): [(1, {"work_items": [item()]})],
    ("issues", "unassigned"): [(2, {"work_items": [item()]})],
    # Its list still has the label that its action takes off.
    ("issues", "unlabeled"): [(2, {"work_items": [UNLABELLED]})],
    ("issues", "unpinned"): [(1, {"work_items": [UNLABELLED]})],
    ("issues", "unlocked"): [(2, {"work_items": [item()]})],
    ("membership", "added"): [(1, {**TEAM, "members": [{"team": TEAM_ID, "login": "Codertocat"}]})],
    ("membership", "removed"): [(3, TEAM)],
    ("pull_request", "assigned"): [(2, {"pull_requests": [WHOLE]})],
    ("pull_request", "closed"): [(2, {"pull_requests": [{**WHOLE, "closedAt": "2019-05-15T15:21:18Z"}]})],
    ("pull_request", "converted_to_draft"): [(3, {"pull_requests": [WHOLE]})],
    ("pull_request", "labeled"): [(2, {"pull_requests": [WHOLE]})],
    ("pull_request", "locked"): [(2, {"pull_requests": [WHOLE]})],
    ("pull_request", "opened"): [
        (1, {"pull_requests": [pull_request([], additions=1, readyAt="2019-05-15T15:20:33Z")]}),
        (3, {"pull_requests": [{**WHOLE, "readyAt": "2019-05-15T15:20:33Z"}]}),
    ],
    ("pull_request", "ready_for_review"): [(3, {"pull_requests": [{**WHOLE, "readyAt": "2019-05-15T15:21:18Z"}]})],
    ("pull_request", "reopened"): [(2, {"pull_requests": [WHOLE]})],
    ("pull_request", "review_request_removed"): [(1, {"pull_requests": [WHOLE]})],
    ("pull_request", "review_requested"): [(1, {"pull_requests": [WHOLE]})],
    ("pull_request", "synchronize"): [(1, {"pull_requests": [WHOLE]})],
    ("pull_request", "unassigned"): [(2, {"pull_requests": [WHOLE]})],
    ("pull_request", "unlabeled"): [(2, {"pull_requests": [WHOLE]})],
    ("pull_request", "unlocked"): [(2, {"pull_requests": [WHOLE]})],
    ("pull_request_review", "dismissed"): [(1, {"pull_requests": [EMBEDDED], "reviews": [review("dismissed")]})],
    ("pull_request_review", "submitted"): [
        (1, {"pull_requests": [pull_request([])], "reviews": [review("commented")]}),
        (2, {"pull_requests": [EMBEDDED], "reviews": [review("commented")]}),
    ],
    ("pull_request_review_comment", "created"): [
        (1, {"pull_requests": [pull_request([])]}),
        (2, {"pull_requests": [EMBEDDED]}),
    ],
    ("pull_request_review_comment", "deleted"): [(1, {"pull_requests": [EMBEDDED]})],
    ("pull_request_review_comment", "edited"): [(1, {"pull_requests": [EMBEDDED]})],
    ("pull_request_review_thread", "resolved"): [(1, {"pull_requests": [THREAD]}), (1, {"pull_requests": [EMBEDDED]})],
    ("pull_request_review_thread", "unresolved"): [(1, {"pull_requests": [EMBEDDED]})],
    ("push", None): [(2, {"pushed_commits": [COMMIT], "pushes": [{"head": SHA, "commits": [SHA]}]})],
    ("release", "created"): [(3, {"deployments": [RELEASE]})],
    ("release", "edited"): [(2, {"deployments": [RELEASE]})],
    ("release", "published"): [(3, {"deployments": [RELEASE]})],
    ("release", "released"): [(1, {"deployments": [RELEASE]})],
    ("repository", "created"): [(2, {"repos": [{"repo": "Octocoders/Hello-World"}]})],
    ("repository", "edited"): [(2, {"repos": [{"repo": "Octocoders/Hello-World"}]})],
    ("repository", "privatized"): [(2, {"repos": [{"repo": REPO}]})],
    ("repository", "publicized"): [(3, {"repos": [{"repo": REPO}]})],
    ("repository", "renamed"): [(1, {"repos": [{"repo": "Octocoders/Hello-World"}]})],
    # Gone from the owner it had before.
    ("repository", "transferred"): [(3, {"repos": [{"repo": "Octocoders/Hello-World"}]})],
    ("status", None): [(4, checks(SHA, 0))],
    ("team", "added_to_repository"): [(2, {**TEAM, "repos": [{"repo": "Octocoders/Hello-World", "teams": [TEAM_ID]}]})],
    ("team", "created"): [(1, TEAM)],
    ("team", "edited"): [(1, TEAM)],
    ("team", "removed_from_repository"): [(1, {**TEAM, "repos": [{"repo": "Octocoders/Hello-World", "teams": []}]})],
    # Its action says completed, its object that it waits.
    ("workflow_run", "completed"): [
        (1, {"deployments": [deployment("github:run/1589141559", "in_progress", "2021-12-16T19:37:22Z")]}),
        (2, {"deployments": [deployment(RUN, "success", RUN_AT, RUN_AT, repo=RUN_REPO)]}),
    ],
    ("workflow_run", "requested"): [(1, {"deployments": [deployment(RUN, "in_progress", RUN_AT, repo=RUN_REPO)]})],
}

# Payloads that come to nothing although their event and action do elsewhere: of a team that is gone, pushes of tags and of
# deletions, and a run that waits for somebody.
WITHOUT_EFFECT = {("membership", "removed"): 1, ("push", None): 5, ("workflow_run", "requested"): 1}


def shown(event: str, body: Any) -> dict[str, Any]:
    return {
        kind: [{field: row[field] for field in SHOWN[kind] if field in row} for row in rows]
        for kind, rows in records([(event, body)]).items()
    }


def canonical(effect: dict[str, Any]) -> str:
    return json.dumps(effect, sort_keys=True)


PAYLOADS = [
    pytest.param(event, body, id=f"{event}-{body.get('action')}-{index}")
    for event, bodies in WEBHOOKS.items()
    for index, body in enumerate(bodies)
]


def test_all_payloads_are_here() -> None:
    assert len(PAYLOADS) == 198


@pytest.mark.parametrize(("event", "body"), PAYLOADS)
def test_a_payload_comes_to_its_records(event: str, body: Any) -> None:
    told = (event, body.get("action"))
    allowed = [effect for _, effect in EFFECTS.get(told, [])]
    if not allowed or told in WITHOUT_EFFECT:
        allowed.append({})
    assert shown(event, body) in allowed


@pytest.mark.parametrize(("event", "action"), EFFECTS)
def test_as_many_payloads_have_an_effect_as_are_listed(event: str, action: str | None) -> None:
    counts = Counter(canonical(shown(event, body)) for body in WEBHOOKS[event] if body.get("action") == action)
    listed = {canonical(effect): count for count, effect in EFFECTS[event, action]}
    without = WITHOUT_EFFECT.get((event, action), 0)
    assert counts == listed | ({canonical({}): without} if without else {})
