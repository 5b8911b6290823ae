"""The record of a deployment (pure)."""

from collections.abc import Iterable, Mapping
from typing import Any

from koalr_server.sources.github.deployments import WITHDRAWN
from koalr_server.sources.observation import Fields, Rows
from koalr_server.sources.rules import Rules, among

PRODUCTION = "production"
FAILURES = ("failure", "error")
RUN_STATUSES = {
    "success": "success",
    "failure": "failure",
    "timed_out": "failure",
    "startup_failure": "failure",
    "cancelled": "cancelled",
}
# Such runs try a change out before it is merged.
TRIALS = ("pull_request", "pull_request_target", "merge_group")


def deployment_records(key: str, told: Mapping[str, Fields], rules: Rules) -> Rows:
    """`deployments` of a deployment, of a run the rules name, or of a release they name."""
    repo = key.partition("@")[0]
    row = _deployment(told) or _run(told, rules) or _release(told, rules)
    return {"deployments": [{"repo": repo, **row}]} if row else {}


def _deployment(told: Mapping[str, Fields]) -> Fields | None:
    known = told.get("deployment")
    if known is None:
        return None
    statuses = [status for facet, status in told.items() if facet.startswith("status:")]
    return {**known, "id": f"github:{known['id']}", **outcome(statuses)}


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
    known = told.get("run")
    if known is None or known["event"] in TRIALS:
        return None
    if not any(among(name, rules.deploy_workflows) for name in known["names"]):
        return None
    status = RUN_STATUSES.get(known["conclusion"]) if known["completed"] else "in_progress"
    if status is None:
        return None
    return {
        "id": f"github:run/{known['id']}",
        "env": PRODUCTION,
        "sha": known["sha"],
        "startedAt": known["startedAt"],
        "status": status,
        "deployedAt": known["finishedAt"] if status == "success" else None,
    }


def _release(told: Mapping[str, Fields], rules: Rules) -> Fields | None:
    """Of several releases of one tag, which drafts allow, the first that was published."""
    published = [
        release
        for facet, release in told.items()
        if facet.startswith("release:")
        and f"{WITHDRAWN}:{release['id']}" not in told
        and release["publishedAt"]
        and release["full"]
        and not release["draft"]
        and among(release["tag"], rules.deploy_releases)
    ]
    if not published:
        return None
    first = min(published, key=lambda release: (release["publishedAt"], release["id"]))
    return {
        "id": f"github:release/{first['id']}",
        "env": PRODUCTION,
        "sha": told.get("tag", first)["sha"],
        "startedAt": first["publishedAt"],
        "status": "success",
        "deployedAt": first["publishedAt"],
    }
