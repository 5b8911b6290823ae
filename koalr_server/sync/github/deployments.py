"""Deployments with their statuses, releases, and the runs of workflows that deploy."""

import hashlib
import json
from collections.abc import Callable, Mapping
from datetime import timedelta
from functools import partial
from typing import Any
from urllib.parse import quote

from koalr_server.sources.github.deployments import workflow_names
from koalr_server.sources.rules import Rules, among
from koalr_server.sync.github.answer import Refused
from koalr_server.sync.github.envelopes import delivery, essence, named, synced
from koalr_server.sync.github.errand import Errand
from koalr_server.sync.github.listing import Listing, Taken, follow, singly, updated_at
from koalr_server.sync.position import Stub

DEPLOYMENTS_PERMISSION = "Deployments: read"
RELEASES_PERMISSION = "Contents: read"
RUNS_PERMISSION = "Actions: read"
# These lists are ordered by creation, so a change shows only as far back as this.
OVERLAP = timedelta(days=1)
# Releases are ordered by their commit, and an old commit can be released today.
ALL = timedelta.max
ENDED = ("success", "failure", "error", "inactive")


def read_deployments(errand: Errand, repository: Mapping[str, Any]) -> None:
    """Read a repository's new and unfinished deployments; errors as of Connection.get."""
    path = f"/repos/{repository['full_name']}/deployments"

    def take(stub: Stub) -> Taken:
        statuses = errand.part(f"{path}/{stub.key}/statuses", DEPLOYMENTS_PERMISSION)
        told = [synced("deployment", repository, deployment=stub.body)]
        told += [
            synced("deployment_status", repository, deployment=stub.body, deployment_status=status)
            for status in statuses or []
        ]
        ended = any(status.get("state") in ENDED for status in statuses or [])
        return Taken(told, not ended)

    _follow(errand, "deployments", path, take, path)


def read_releases(errand: Errand, repository: Mapping[str, Any]) -> None:
    """Read a repository's releases, and the commits of those that are deployments; errors as of Connection.get."""
    path = f"/repos/{repository['full_name']}"
    patterns = sorted(errand.run.rules.deploy_releases)
    listing = Listing(
        # Other rules want the commits of other releases.
        name=f"releases/{_digest(patterns)}" if patterns else "releases",
        path=f"{path}/releases",
        order="published_at",
        # GitHub does not date the changes of a release.
        version=lambda body: _digest(essence(dict(body))),
        overlap=ALL,
        take=singly(errand, partial(_take_release, errand, repository)),
    )
    follow(errand, listing)


def read_runs(errand: Errand, repository: Mapping[str, Any]) -> None:
    """Read the runs of the workflows that the rules name; errors as of Connection.get."""
    if not errand.run.rules.deploy_workflows:
        return
    path = f"/repos/{repository['full_name']}/actions"
    for workflow in errand.whole(f"{path}/workflows", within="workflows").items:
        if any(among(name, errand.run.rules.deploy_workflows) for name in _names(workflow)):
            take = partial(_take_run, repository)
            runs = f"{path}/workflows/{workflow.get('id')}/runs"
            _follow(errand, f"runs/{workflow.get('id')}", runs, take, f"{path}/runs", "workflow_runs")


def _follow(
    errand: Errand, name: str, path: str, take: Callable[[Stub], Taken], single: str, within: str | None = None
) -> None:
    """Follow what ends some time after it was listed; `single` and its id are where one of them is asked for."""

    def reopen(key: str) -> Stub | None:
        try:
            body = errand.get(f"{single}/{key}").body
        except Refused:
            return None
        return listing.stub(body) if isinstance(body, dict) else None

    listing = Listing(
        name, path, "created_at", updated_at, OVERLAP, take=singly(errand, take), reopen=reopen, within=within
    )
    follow(errand, listing)


def _take_run(repository: Mapping[str, Any], stub: Stub) -> Taken:
    unfinished = stub.body.get("status") != "completed"
    return Taken([synced("workflow_run", repository, workflow_run=stub.body)], unfinished)


def _take_release(errand: Errand, repository: Mapping[str, Any], stub: Stub) -> Taken:
    # Only a change is dated, so that a release which is read once more is the same delivery.
    dated = {"read_at": stub.changed_by} if stub.changed_by else {}
    told = [synced("release", repository, release=stub.body, **dated)]
    if _deploys(stub.body, errand.run.rules):
        tag = str(stub.body.get("tag_name"))
        try:
            found = errand.get(f"/repos/{repository['full_name']}/commits/{quote(tag, safe='')}")
        except Refused:
            return Taken(told)
        sha = found.body.get("sha") if isinstance(found.body, dict) else None
        at_commit = {"name": tag, "commit": {"sha": sha}}
        told.append(delivery("tag", {"repository": named(repository), "tag": at_commit, "read_at": found.read_at}))
    return Taken(told)


def _deploys(release: Mapping[str, Any], rules: Rules) -> bool:
    return among(_text(release.get("tag_name")), rules.deploy_releases)


def _names(workflow: Mapping[str, Any]) -> set[str]:
    return workflow_names(workflow.get("name"), workflow.get("path"))


def _text(value: Any) -> str | None:  # noqa: ANN401 - JSON
    return value if isinstance(value, str) else None


def _digest(value: Any) -> str:  # noqa: ANN401 - JSON
    return hashlib.sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()[:16]
