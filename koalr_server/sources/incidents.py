"""Incidents from a tool of one's own, by `POST /api/ingest/incidents` (pure)."""

from typing import Any

from koalr_server.records import KINDS
from koalr_server.sources.observation import Fields
from koalr_server.sources.posted import Posted

EXAMPLE = """\
curl -sS -X POST "$SERVER/api/ingest/incidents" -H "X-Koalr-Key: $KEY" -H "Content-Type: application/json" \\
  --data '{"id": "outage-17", "title": "Checkout answers 500", "severity": "SEV1", "repo": "acme/api",
           "startedAt": "'"$(date -u +%FT%TZ)"'"}'"""


def _natural_key(row: Fields) -> list[Any]:
    """As the store has it: the id, else title, repository, service and start."""
    return ["id", row["id"]] if row["id"] else [row["title"], row["repo"], row["service"], row["startedAt"]]


def _ended(row: Fields) -> bool:
    return row["resolvedAt"] is not None


INCIDENTS = Posted(
    name="incidents",
    kind=KINDS["incidents"],
    thing="posted_incident",
    defaults={},
    natural_key=_natural_key,
    ended=_ended,
    times=("startedAt",),
    example=EXAMPLE,
)
