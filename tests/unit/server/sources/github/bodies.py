"""Real bodies of GitHub, and what records come of deliveries."""

import gzip
import json
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from koalr_server.sources.assembly import assemble
from koalr_server.sources.github.source import GITHUB
from koalr_server.sources.rules import Rules

FIXTURES = Path(__file__).parents[4] / "fixtures" / "github"
EVERYTHING_DEPLOYS = Rules(deploy_workflows=["*"], deploy_releases=["*"])

Records = dict[str, list[dict[str, Any]]]


def fixture(name: str) -> Any:
    return json.loads(gzip.decompress((FIXTURES / f"{name}.json.gz").read_bytes()))


def records(deliveries: Iterable[tuple[str, Any]], rules: Rules = EVERYTHING_DEPLOYS) -> Records:
    """What the store would hold after these events and bodies; rows by kind, what is null left out."""
    things = defaultdict(list)
    for event, body in deliveries:
        for told in GITHUB.observe(event, body):
            things[told.thing].append(told)
    rows: Records = defaultdict(list)
    for thing in sorted(things):
        for kind, found in assemble(things[thing], rules).items():
            rows[kind] += [{name: value for name, value in row.items() if value is not None} for row in found]
    return dict(rows)


def only(deliveries: Iterable[tuple[str, Any]], kind: str, rules: Rules = EVERYTHING_DEPLOYS) -> dict[str, Any]:
    """The one record of a kind."""
    (row,) = records(deliveries, rules)[kind]
    return row
