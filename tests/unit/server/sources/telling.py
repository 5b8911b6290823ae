"""What bodies make, from observation to records."""

import json
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from koalr_server.sources.assembly import assemble
from koalr_server.sources.observation import Observation
from koalr_server.sources.registry import SOURCES
from koalr_server.sources.rules import Rules

BODIES = Path(__file__).parents[3] / "data" / "incidents"


def body(name: str) -> Any:
    return json.loads((BODIES / f"{name}.json").read_text(encoding="utf-8"))


def records(source: str, *bodies: Any) -> list[dict[str, Any]]:
    """The records that come of bodies, by id."""
    return assembled(told for each in bodies for told in SOURCES[source].observe("", each))


def assembled(observations: Iterable[Observation]) -> list[dict[str, Any]]:
    things: dict[tuple[str, str], list[Observation]] = defaultdict(list)
    for told in observations:
        things[told.thing].append(told)
    rows = [dict(row) for told in things.values() for kind in assemble(told, Rules()).values() for row in kind]
    return sorted(rows, key=lambda row: json.dumps(row, sort_keys=True))


def record(source: str, *bodies: Any) -> dict[str, Any]:
    (only,) = records(source, *bodies)
    return only
