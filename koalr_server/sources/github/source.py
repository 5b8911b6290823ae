"""GitHub as a source: who reads which event (pure)."""

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from koalr_server.sources.github import (
    boards,
    codeowners,
    commits,
    deployments,
    events,
    head_checks,
    issues,
    names,
    organisation,
    pull_requests,
    signature,
)
from koalr_server.sources.observation import Observation

READERS: Mapping[str, Callable[[Any], Iterator[Observation]]] = {
    "check_run": head_checks.check_run,
    "deployment": deployments.deployment,
    "deployment_status": deployments.deployment_status,
    "issue_comment": issues.embedded,
    "issues": issues.issue,
    "membership": organisation.membership,
    "projects_v2_item": boards.item,
    "pull_request": pull_requests.pull_request,
    "pull_request_review": pull_requests.review,
    "pull_request_review_comment": pull_requests.embedded,
    "pull_request_review_thread": pull_requests.embedded,
    "push": commits.push,
    "release": deployments.release,
    "repository": organisation.repository,
    "status": head_checks.status,
    "team": organisation.team,
    "team_add": organisation.team,
    "workflow_run": deployments.workflow_run,
    events.CODEOWNERS: codeowners.codeowners,
    events.COMMIT: commits.commit,
    events.COMMIT_STATUSES: head_checks.statuses,
    events.ISSUE_BOARDS: boards.issue_boards,
    events.ISSUE_TIMELINE: issues.timeline,
    events.PULL_REQUEST_CHECK_RUNS: head_checks.check_runs,
    events.PULL_REQUEST_COMMITS: pull_requests.commits,
    events.PULL_REQUEST_FILES: pull_requests.files,
    events.PULL_REQUEST_TIMELINE: pull_requests.timeline,
    events.TAG: deployments.tag,
    events.TEAM_MEMBERS: organisation.team_members,
    events.TEAM_REPOSITORIES: organisation.team_repositories,
}
LONGEST_DELIVERY_ID = 100


class GitHub:
    """The source of GitHub and GitHub Enterprise."""

    name = "github"
    secret_setting: str | None = signature.SECRET_SETTING

    def verify(self, headers: Mapping[str, str], body: bytes, secrets: Sequence[str], now: datetime) -> None:  # noqa: ARG002
        """GitHub signs no time, so `now` does not matter.

        Raises:
            Refusal: no secret is set, or the signature is missing or of none of the secrets.
        """
        signature.verify(headers, body, secrets)

    def check(self, body: Any) -> Sequence[str]:  # noqa: ANN401, ARG002
        """Nothing: GitHub cannot mend its bodies."""
        return ()

    def event(self, headers: Mapping[str, str], body: bytes) -> str:  # noqa: ARG002
        """X-GitHub-Event."""
        return headers.get("x-github-event", "").strip()

    def delivery_key(self, headers: Mapping[str, str], body: bytes) -> str:
        """X-GitHub-Delivery, which GitHub keeps when somebody has it sent again."""
        told = headers.get("x-github-delivery", "").strip()
        usable = told.isascii() and told.isprintable() and 0 < len(told) <= LONGEST_DELIVERY_ID
        return told if usable else hashlib.sha256(body).hexdigest()

    def observe(self, event: str, body: Any) -> list[Observation]:  # noqa: ANN401
        """What a body of an event tells, and what its repositories are called; nothing of events that are not in `READERS`."""
        reader = READERS.get(event)
        told = list(reader(body)) if reader else []
        return [*told, *names.named(body)] if told else []


GITHUB = GitHub()
