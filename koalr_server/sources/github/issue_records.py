"""The record of an issue: a work item, or an incident if it has such a label (pure)."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from koalr_server.sources.github.issue_history import changes, done_on_a_board, ordered, spans_of_work
from koalr_server.sources.github.moves import LABEL
from koalr_server.sources.github.thing import repo_and_number
from koalr_server.sources.observation import Fields, Rows
from koalr_server.sources.rules import Rules, among

# Reasons to close that are no work done.
UNDONE = ("not_planned", "duplicate")
TYPES = (
    "bug",
    "defect",
    "enhancement",
    "feature",
    "task",
    "chore",
    "documentation",
    "story",
    "epic",
    "spike",
    "question",
)
_TYPE = re.compile(r"(?:type|kind)\s*[:/]\s*(\S.*)", re.IGNORECASE)
LEVELS = ("critical", "major", "high", "medium", "minor", "low")
_LEVELS = "|".join(LEVELS)
_SEVERITY = re.compile(rf"sev(?:erity)?[-_:/ ]*([0-9]|{_LEVELS})|({_LEVELS})", re.IGNORECASE)
_PRIORITY = re.compile(rf"p(?:rio(?:rity)?)?[-_:/ ]*(?:([0-5])|({_LEVELS}))", re.IGNORECASE)


def issue_records(key: str, told: Mapping[str, Fields], rules: Rules) -> Rows:
    """`work_items` or `incidents`; nothing of an issue that was deleted or moved to another repository.

    A work item closed as not planned or as a duplicate has no times but its creation, for it is neither done nor in progress;
    its status says which. An incident closed so was none.
    """
    if "gone" in told or "object" not in told:
        return {}
    issue, labels = told["object"], _labels(told)
    if not any(among(label, rules.incident_labels) for label in labels):
        return {"work_items": [_work_item(key, told, labels, rules)]}
    return {} if _undone(issue) else {"incidents": [_incident(key, issue, labels)]}


def _labels(told: Mapping[str, Fields]) -> list[str]:
    """Those of the list that was told last, with what came and went in its second or since."""
    listed = told.get("labels", {})
    names = {label.lower(): label for label in listed.get("labels", ())}
    for move in _moves(told):
        kind, _, label = move["track"].partition(":")
        if kind == LABEL and "at" in listed and move["at"] >= listed["at"]:
            names.pop(label, None)
            names |= {label: move["state"]} if move["state"] else {}
    return sorted(names.values())


def _undone(issue: Fields) -> bool:
    return issue["closed"] and issue["reason"] in UNDONE


def _incident(key: str, issue: Fields, labels: Iterable[str]) -> Fields:
    return {
        "id": f"github:{key}",
        "title": issue["title"],
        "severity": severity(labels),
        "status": "resolved" if issue["closed"] else "open",
        "startedAt": issue["createdAt"],
        "resolvedAt": issue["closedAt"],
        "repo": repo_and_number(key)[0],
    }


def _work_item(key: str, told: Mapping[str, Fields], labels: Iterable[str], rules: Rules) -> Fields:
    issue = told["object"]
    item: dict[str, Any] = {
        "key": key,
        "type": (issue["type"] or "").lower() or type_of(labels),
        "repo": repo_and_number(key)[0],
        "createdAt": issue["createdAt"],
    }
    if _undone(issue):
        return {**item, "status": issue["reason"]}
    times = _times(told, rules)
    status = "done" if times["doneAt"] else "in_progress" if times["startedAt"] else "open"
    return {**item, **times, "status": status}


def _times(told: Mapping[str, Fields], rules: Rules) -> dict[str, Any]:
    """When it was started and done, and how many seconds somebody worked on it.

    It is started when it first comes into a started state; where it never did, when it is first assigned after it was
    created, for a form that assigns at once says nothing. It is done when it is closed, or when its board says so.
    """
    issue = told["object"]
    moves = changes(_moves(told))
    reopened_at = max((move["at"] for move in _of(told, "reopened:")), default="")
    on_board = done_on_a_board(moves, rules.done_states, reopened_at)
    done_at = min((known for known in (issue["closedAt"], on_board) if known), default=None)
    spans = spans_of_work(moves, rules.started_states)
    assigned = [move["at"] for move in _of(told, "assigned:") if move["at"] > issue["createdAt"]]
    started_at = spans[0].started_at if spans else min(assigned, default=None)
    if started_at and done_at and started_at > done_at:
        return {"startedAt": None, "doneAt": done_at, "activeSecs": None}
    active_secs = sum(span.secs_until(done_at) for span in spans) if spans and done_at else None
    return {"startedAt": started_at, "doneAt": done_at, "activeSecs": active_secs}


def _moves(told: Mapping[str, Fields]) -> list[Fields]:
    opened = told.get("opened")
    at_first = None if opened is None else {f"{LABEL}:{label.lower()}": label for label in opened["labels"]}
    return ordered(_of(told, "move:"), told["object"]["createdAt"], at_first)


def _of(told: Mapping[str, Fields], prefix: str) -> list[Fields]:
    return [fields for facet, fields in told.items() if facet.startswith(prefix)]


def type_of(labels: Iterable[str]) -> str | None:
    """The type a label names, "kind/bug" and "type: bug" before a plain "bug"; in lower case."""
    marked = [found[1].strip().lower() for label in labels if (found := _TYPE.fullmatch(label))]
    plain = [label.lower() for label in labels if label.lower() in TYPES]
    return next(iter(sorted(marked) + sorted(plain)), None)


def severity(labels: Iterable[str]) -> str | None:
    """The severity a label names, such as "sev1" (of "SEV-1", "severity: 1") or "critical"; "p1" where there is only that."""
    severities, priorities = _levels(_SEVERITY, "sev", labels), _levels(_PRIORITY, "p", labels)
    return next(iter(severities + priorities), None)


def _levels(pattern: re.Pattern[str], prefix: str, labels: Iterable[str]) -> list[str]:
    """The levels labels name, those with a number first, the gravest first."""
    found = [(match[1] or match[2]).lower() for label in labels if (match := pattern.fullmatch(label))]
    numbers, words = sorted(level for level in found if level.isdigit()), [level for level in LEVELS if level in found]
    return [f"{prefix}{number}" for number in numbers] + words
