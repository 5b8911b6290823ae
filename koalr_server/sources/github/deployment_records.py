"""The record of a deployment (pure)."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from koalr_server.sources.github.deployments import UNPUBLISHED, WITHDRAWN
from koalr_server.sources.observation import Fields, Rows
from koalr_server.sources.rules import Rules, among

PRODUCTION = "production"
FAILURES = ("failure", "error")
DECIDED = ("success", *FAILURES)
# What the conclusion of a run would be as the status of a deployment; others did nothing.
STATES = {
    "success": "success",
    "failure": "failure",
    "timed_out": "failure",
    "startup_failure": "failure",
    "cancelled": "inactive",
    None: "in_progress",
}
# Such runs try a change out before it is merged.
TRIALS = ("pull_request", "pull_request_target", "merge_group")
# GitHub gives the name of a tag where that of a branch would stand, and does not say which it is.
_VERSION = re.compile(r"v\d+|v?\d+(?:\.\d+)+(?:[-+.][\w.+-]*)?", re.ASCII | re.IGNORECASE)


def deployment_records(key: str, told: Mapping[str, Fields], rules: Rules) -> Rows:
    """`deployments` of a deployment, of a run the rules name, or of a release they name."""
    repo = key.partition("@")[0]
    row = _deployment(told, rules) or _run(told, rules) or _release(told, rules)
    return {"deployments": [{"repo": repo, **row}]} if row else {}


def _deployment(told: Mapping[str, Fields], rules: Rules) -> Fields | None:
    known = told.get("deployment")
    if known is None:
        return None
    statuses = [status for facet, status in told.items() if facet.startswith("status:")]
    row = {**known, "id": f"github:{known['id']}", **outcome(statuses)}
    called_so, passes = row.pop("isProduction", False), row.pop("isTransient", False)
    # GitHub says false of every name but "production", so only true was said by somebody; and the setting knows better. What
    # exists for one deployment alone is a preview, though the branch in its name may speak of production.
    said = (called_so or passes) and not rules.production_environments
    return {**row, "isProduction": called_so} if said else row


def outcome(statuses: Iterable[Fields]) -> dict[str, Any]:
    """What became of a deployment: its last success or failure decides, whatever came in between.

    A success is dated by the first one after the last failure. GitHub makes earlier deployments `inactive` when a later one
    succeeds, so that says nothing, unless nothing else was ever decided.
    """
    ordered = sorted(statuses, key=lambda status: (status["at"], status["id"]))
    succeeded_at = None
    status = "cancelled" if any(found["state"] == "inactive" for found in ordered) else "in_progress"
    for found in ordered:
        if found["state"] == "success":
            status, succeeded_at = "success", succeeded_at or found["at"]
        elif found["state"] in FAILURES:
            status, succeeded_at = "failure", None
    return {"status": status, "deployedAt": succeeded_at}


def _run(told: Mapping[str, Fields], rules: Rules) -> Fields | None:
    """A run with all its attempts. Of those that decided nothing only the last one counts."""
    known = [fields for facet, fields in told.items() if facet.startswith("attempt:")]
    attempts = sorted((each for each in known if _deploys(each, rules)), key=lambda each: each["attempt"])
    statuses = [
        {"at": each["finishedAt"], "id": each["attempt"], "state": STATES[each["conclusion"]]}
        for each in attempts
        if each["conclusion"] in STATES
    ]
    if not statuses:
        return None
    decided = [each for each in statuses[:-1] if each["state"] in DECIDED]
    return {
        "id": f"github:run/{attempts[0]['id']}",
        "env": PRODUCTION,
        "isProduction": True,
        "sha": attempts[-1]["sha"],
        "startedAt": attempts[0]["startedAt"],
        **outcome([*decided, statuses[-1]]),
    }


def _deploys(run: Fields, rules: Rules) -> bool:
    """Whether a run is of a workflow the rules name, and of the default branch or a tag, or nobody knows of which."""
    if run["event"] in TRIALS or not any(among(title, rules.deploy_workflows) for title in run["names"]):
        return False
    head, default = run["headBranch"], run["defaultBranch"]
    of_tag = run["tagged"] or bool(_VERSION.fullmatch(head or ""))
    return of_tag or None in (head, default) or bool(head == default)


def _release(told: Mapping[str, Fields], rules: Rules) -> Fields | None:
    """Of several releases of one tag, which drafts allow, the first that was published."""
    published = [
        release
        for facet, release in told.items()
        if facet.startswith("release:")
        and _is_out(release, told)
        and release["full"]
        and among(release["tag"], rules.deploy_releases)
    ]
    if not published:
        return None
    first = min(published, key=lambda release: (release["publishedAt"], release["id"]))
    return {
        "id": f"github:release/{first['id']}",
        "env": PRODUCTION,
        "isProduction": True,
        "sha": told.get("tag", first)["sha"],
        "startedAt": first["publishedAt"],
        "status": "success",
        "deployedAt": first["publishedAt"],
    }


def _is_out(release: Fields, told: Mapping[str, Fields]) -> bool:
    """Whether a release is published: not a draft, not deleted, and not taken back since."""
    if release["draft"] or not release["publishedAt"] or f"{WITHDRAWN}:{release['id']}" in told:
        return False
    taken_back = told.get(f"{UNPUBLISHED}:{release['id']}")
    return taken_back is None or "" < taken_back["at"] < release["publishedAt"]
