"""What a body tells of a thing, and what holds of the thing when all that was told is taken together (pure)."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Fields = Mapping[str, Any]
"""JSON values by name."""

ALWAYS = ""
"""The version of what never changes."""


@dataclass(frozen=True, slots=True)
class Observation:
    """What one body says of one side of a thing, as of a moment.

    Args:
        kind: of the thing, such as "pull_request"; one of `assembly.ASSEMBLERS`.
        key: its natural key as text, such as "acme/api#12"; the same from every body that speaks of it.
        facet: the side that is told, such as "object", "review:91" or "status:5". Sides that come from different bodies or
            change independently are facets of their own.
        version: orders what is told of a facet, later ones being greater as text: an ISO 8601 instant of the sender, in UTC
            with whole seconds (microseconds where every version of the facet has them), or ALWAYS. Never the time of arrival.
        fields: what is told, as JSON values; instants as ISO 8601 text.
    """

    kind: str
    key: str
    facet: str
    version: str
    fields: Fields

    @property
    def thing(self) -> tuple[str, str]:
        """Kind and key."""
        return self.kind, self.key


def latest(observations: Iterable[Observation]) -> dict[str, Observation]:
    """Per facet of one thing what was told last: the greatest version; of equal ones the greatest text, so that order is no matter."""
    found: dict[str, tuple[str, str, Observation]] = {}
    for told in observations:
        candidate = (told.version, json.dumps(told.fields, sort_keys=True), told)
        known = found.get(told.facet)
        if known is None or candidate[:2] > known[:2]:
            found[told.facet] = candidate
    return {facet: found[facet][2] for facet in sorted(found)}


def standing(observations: Iterable[Observation]) -> dict[str, Fields]:
    """What holds of each facet of one thing."""
    return {facet: told.fields for facet, told in latest(observations).items()}


@dataclass(frozen=True, slots=True)
class Delivery:
    """A body that arrived, before anybody has read it.

    Args:
        source: the tool, a key of `SOURCES`.
        event: what the tool calls the event, such as "pull_request"; "" where only the body says it.
        key: tells deliveries of a source apart: the tool's delivery id, or a hash of the body where there is none.
        body: as it came, JSON.
    """

    source: str
    event: str
    key: str
    body: bytes


Rows = Mapping[str, Sequence[Fields]]
"""Records by kind (records.py), each with its wire names; an absent field is null."""
