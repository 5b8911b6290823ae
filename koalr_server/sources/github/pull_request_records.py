"""The records of a pull request: itself and its reviews (pure)."""

from collections.abc import Mapping
from typing import Any

from koalr_server.sources.github.thing import repo_and_number
from koalr_server.sources.github.values import GHOST
from koalr_server.sources.observation import Fields, Rows
from koalr_server.sources.rules import Rules


def pull_request_records(key: str, told: Mapping[str, Fields], rules: Rules) -> Rows:  # noqa: ARG001 - an Assembler
    """`pull_requests` as soon as its object is known; `reviews`, `branch_commits` and `pull_request_files` also without."""
    repo, number = repo_and_number(key)
    named: dict[str, Any] = {"repo": repo, "number": number}
    rows: dict[str, list[Fields]] = {"reviews": [{**named, **review} for review in _reviews(told)]}
    alike = told.get("commits", {}).get("alike", ())
    rows["branch_commits"] = [{**named, "sha": sha, "authoredAt": at, "title": title} for sha, at, title in alike]
    files = told.get("files", {}).get("files", ())
    rows["pull_request_files"] = [{**named, **file} for file in files]
    if "object" in told:
        rows["pull_requests"] = [{**named, **_pull_request(told)}]
    return {kind: found for kind, found in rows.items() if found}


def _pull_request(told: Mapping[str, Fields]) -> Fields:
    known = {name: value for name, value in told["object"].items() if name != "closed"}
    commits = told.get("commits", {})
    return {
        **known,
        "labels": told.get("labels", {}).get("labels"),
        **told.get("size", {}),
        "readyAt": ready_at(told),
        "commits": commits.get("shas"),
        "firstCommitAt": commits.get("firstCommitAt"),
    }


def ready_at(told: Mapping[str, Fields]) -> str | None:
    """When it was ready for review: when created if it never was a draft, else first after its last time as a draft.

    None while it is a draft, and where nobody was told whether it ever was one.
    """
    if told.get("draft", {}).get("draft"):
        return None
    moves = [move for facet, move in told.items() if facet.startswith("draft:")]
    if moves:
        drafted_at = max((move["at"] for move in moves if move["draft"]), default="")
        return min((move["at"] for move in moves if not move["draft"] and move["at"] > drafted_at), default=None)
    never_a_draft = "timeline" in told or told.get("opened") == {"draft": False}
    return str(told["object"]["createdAt"]) if never_a_draft else None


def _reviews(told: Mapping[str, Fields]) -> list[Fields]:
    states = {facet.partition(":")[2]: fields for facet, fields in told.items() if facet.startswith("review:")}
    dismissed = {facet.partition(":")[2]: fields for facet, fields in told.items() if facet.startswith("dismissed:")}
    states |= {number: {**fields, "state": "dismissed"} for number, fields in dismissed.items()}
    reviews = [
        {"reviewer": GHOST, **fields, **told.get(f"reviewer:{number}", {})} for number, fields in sorted(states.items())
    ]
    distinct = {tuple(sorted(review.items())): review for review in reviews}
    return list(distinct.values())
