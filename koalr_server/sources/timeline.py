"""An incident out of what a tool told of it from moment to moment; the same for every tool (pure).

Each field is a facet of its own, so that a body which does not say it leaves it alone. Each moment is one too: what the incident's
state was then. So a message that got lost costs little, and one that comes late falls into its place.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from koalr_server.sources.observation import ALWAYS, Fields, Observation, Rows
from koalr_server.sources.rules import Rules

KIND = "incident"
MOMENT = "at:"


@dataclass(frozen=True, slots=True)
class State:
    """What an incident was at a moment.

    Args:
        status: in the words of the tool.
        ended: whether it was over.
        since: when that came to be, an instant.
    """

    status: str
    ended: bool
    since: str


def observations(key: str, at: str, fields: Mapping[str, Any], state: State | None) -> list[Observation]:
    """What one body tells of an incident.

    Args:
        key: the id of its record, such as "pagerduty:PQ1K5C8".
        at: the moment the body speaks of, see `values.moment`.
        fields: what it says, null included: title, severity, service and startedAt as in the record, `counts`, false for what
            is no incident as of this moment (merged, suppressed, a test), and `deleted`, true for what never comes back.
        state: None if the body does not say.
    """
    told = [Observation(KIND, key, name, at, {name: value}) for name, value in fields.items()]
    return told if state is None else [*told, Observation(KIND, key, MOMENT + at, ALWAYS, asdict(state))]


def incident(key: str, facets: Mapping[str, Fields], rules: Rules) -> Rows:  # noqa: ARG001 - an Assembler
    """The record of an incident; none before its start and a state are known, and none for what does not count."""
    states = [fields for facet, fields in sorted(facets.items()) if facet.startswith(MOMENT)]
    told: dict[str, Any] = {"counts": True, "deleted": False, "startedAt": None}
    for facet, fields in facets.items():
        if not facet.startswith(MOMENT):
            told |= fields
    if not states or told["startedAt"] is None or told["deleted"] or not told["counts"]:
        return {}
    record = {
        "id": key,
        "title": told.get("title") or key,
        "severity": told.get("severity"),
        "status": states[-1]["status"],
        "startedAt": told["startedAt"],
        "resolvedAt": _resolved_at(states, told["startedAt"]),
        "service": told.get("service"),
    }
    return {"incidents": [record]}


def _resolved_at(states: Sequence[Fields], started_at: str) -> str | None:
    """The start of the time at the end in which it was over all along; null while it is open, also when it was reopened."""
    resolved_at: str | None = None
    for state in reversed(states):
        if not state["ended"]:
            break
        resolved_at = state["since"]
    # A start that somebody entered later can lie after the end; a negative time to restore would spoil a mean.
    return None if resolved_at is None else max(resolved_at, started_at)
