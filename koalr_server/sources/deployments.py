"""Deployments from any CI, by `POST /api/ingest/deployments` (pure)."""

from typing import Any

from koalr_server.records import KINDS
from koalr_server.sources.observation import Fields
from koalr_server.sources.posted import Posted

EXAMPLE = """\
curl -sS -X POST "$SERVER/api/ingest/deployments" -H "X-Koalr-Key: $KEY" -H "Content-Type: application/json" \\
  --data '{"repo": "acme/api", "env": "production", "status": "success", "id": "'"$RUN_ID"'", "sha": "'"$SHA"'",
           "deployedAt": "'"$(date -u +%FT%TZ)"'"}'"""


def _natural_key(row: Fields) -> list[Any]:
    """As the store has it: repository and id, else repository, environment, commit and first time."""
    if row["id"]:
        return ["id", row["repo"], row["id"]]
    return [row["repo"], row["env"], row["sha"], row["startedAt"] or row["deployedAt"]]


def _ended(row: Fields) -> bool:
    return bool(row["status"] != "in_progress")


DEPLOYMENTS = Posted(
    name="deployments",
    kind=KINDS["deployments"],
    thing="posted_deployment",
    defaults={"env": "production", "status": "success"},
    natural_key=_natural_key,
    ended=_ended,
    times=("startedAt", "deployedAt"),
    example=EXAMPLE,
)
