"""Real bodies of GitHub, and what records come of deliveries."""

import gzip
import json
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from koalr_server.sources.assembly import assemble
from koalr_server.sources.github.names import KIND, Names
from koalr_server.sources.github.source import GITHUB
from koalr_server.sources.observation import latest
from koalr_server.sources.rules import Rules

FIXTURES = Path(__file__).parents[4] / "fixtures" / "github"
EVERYTHING_DEPLOYS = Rules(deploy_workflows=["*"], deploy_releases=["*"])

Records = dict[str, list[dict[str, Any]]]


def fixture(name: str) -> Any:
    return json.loads(gzip.decompress((FIXTURES / f"{name}.json.gz").read_bytes()))


def records(deliveries: Iterable[tuple[str, Any]], rules: Rules = EVERYTHING_DEPLOYS) -> Records:
    """What the store would hold after these events and bodies; rows by kind, what is null left out."""
    observed = [told for event, body in deliveries for told in GITHUB.observe(event, body)]
    by_name = defaultdict(list)
    for told in observed:
        by_name[told.key].append(told)
    names = Names(held for key in by_name for held in latest(t for t in by_name[key] if t.kind == KIND).values())
    things = defaultdict(list)
    for told in observed:
        things[names.identity(told.thing)].append(names.retold(told))
    rows: Records = defaultdict(list)
    for thing in sorted(things):
        for kind, found in assemble(things[thing], rules).items():
            rows[kind] += [{name: value for name, value in row.items() if value is not None} for row in found]
    return dict(rows)


def only(deliveries: Iterable[tuple[str, Any]], kind: str, rules: Rules = EVERYTHING_DEPLOYS) -> dict[str, Any]:
    """The one record of a kind."""
    (row,) = records(deliveries, rules)[kind]
    return row
