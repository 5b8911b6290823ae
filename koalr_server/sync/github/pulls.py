"""Pull requests, each with its reviews, commits, checks and the turns it took."""

from collections.abc import Mapping
from datetime import timedelta
from functools import partial
from typing import Any

from koalr_server.sync.github.answer import Refused
from koalr_server.sync.github.envelopes import delivery, essence, named, synced
from koalr_server.sync.github.errand import PAGE, Errand
from koalr_server.sync.github.listing import Listing, Taken, follow, singly, updated_at
from koalr_server.sync.position import Stub

PERMISSION = "Pull requests: read"
CHECKS_PERMISSION = "Checks: read, of an App or in the scope repo, for fine-grained tokens cannot have it"
# What GitHub is slow to show in its list, and what changes within a second.
OVERLAP = timedelta(minutes=5)
NEWEST_FIRST = {**PAGE, "state": "all", "sort": "updated", "direction": "desc"}
# Long, private, and told elsewhere.
UNUSED_TURNS = (
    *("commented", "committed", "reviewed", "line-commented", "commit-commented"),
    *("cross-referenced", "mentioned", "subscribed", "unsubscribed"),
)


def read_pulls(errand: Errand, repository: Mapping[str, Any]) -> None:
    """Read a repository's pull requests that changed; errors as of Connection.get."""
    path = f"/repos/{repository['full_name']}"
    listing = Listing(
        name="pulls",
        path=f"{path}/pulls",
        key="number",
        order="updated_at",
        version=updated_at,
        overlap=OVERLAP,
        parameters=NEWEST_FIRST,
        take=singly(errand, partial(_take, errand, repository)),
        reopen=lambda key: Stub(key, "", "", {}),
    )
    follow(errand, listing)


def turns(timeline: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The events of a timeline that change a state."""
    return [event for event in timeline if event.get("event") not in UNUSED_TURNS]


def _take(errand: Errand, repository: Mapping[str, Any], stub: Stub) -> Taken:
    path = f"/repos/{repository['full_name']}"
    try:
        pull = errand.get(f"{path}/pulls/{stub.key}").body
    except Refused:
        return Taken([])
    if not isinstance(pull, dict):
        return Taken([])
    reviews = errand.part(f"{path}/pulls/{stub.key}/reviews", PERMISSION)
    commits = errand.part(f"{path}/pulls/{stub.key}/commits", PERMISSION)
    timeline = errand.part(f"{path}/issues/{stub.key}/timeline", PERMISSION)
    checks = _checks(errand, path, pull)
    brief = _brief(pull)
    told = [synced("pull_request", repository, pull_request=pull)]
    told += [
        synced("pull_request_review", repository, pull_request={"number": pull.get("number")}, review=review)
        for review in reviews or []
    ]
    parts = {
        "pull_request_commits": ("commits", commits, brief),
        "pull_request_timeline": ("timeline", None if timeline is None else turns(timeline), brief),
        "pull_request_check_runs": ("check_runs", checks, {"number": pull.get("number")}),
    }
    for event, (name, items, of) in parts.items():
        if items is not None:
            body = {"repository": named(repository), "pull_request": of, name: essence(items)}
            told.append(delivery(event, body))
    return Taken(told, any(check.get("status") != "completed" for check in checks or []))


def _checks(errand: Errand, path: str, pull: Mapping[str, Any]) -> list[dict[str, Any]] | None:
    head = pull.get("head")
    sha = head.get("sha") if isinstance(head, dict) else None
    if not isinstance(sha, str) or not sha.isalnum():
        return None
    return errand.part(f"{path}/commits/{sha}/check-runs", CHECKS_PERMISSION, within="check_runs")


def _brief(pull: Mapping[str, Any]) -> dict[str, Any]:
    """What orders the parts of a pull request, so that a change of its text does not make them look new."""
    head = pull.get("head")
    return {
        **{name: pull.get(name) for name in ("number", "created_at", "updated_at", "draft")},
        "head": {"sha": head.get("sha") if isinstance(head, dict) else None},
    }
