"""Puts an organisation of the oracle's rows through the real import and asks the real metrics."""

import io
import json
from datetime import UTC, datetime
from functools import partial
from typing import Any

from koalr_server.clock import Calendar
from koalr_server.forecast.backlog import backlog
from koalr_server.forecast.delivery import delivery
from koalr_server.forecast.history import History, read_history
from koalr_server.http.service import Service
from koalr_server.http.wire import shown
from koalr_server.ingest.files import read_file
from koalr_server.metrics import lists
from koalr_server.metrics.copilot import copilot
from koalr_server.metrics.dora import dora
from koalr_server.metrics.flow import flow
from koalr_server.metrics.reviews import review_metrics
from koalr_server.metrics.scope import Scope, resolve
from koalr_server.metrics.summaries import Metric, summarise
from koalr_server.metrics.value_stream import value_stream
from koalr_server.metrics.windows import Window
from koalr_server.records import KINDS
from koalr_server.risk.floors import Floors
from koalr_server.risk.pull_request import Question, risk
from koalr_server.store.database import Database
from koalr_server.store.gateway import LocalAccess

METRICS: dict[str, Metric] = {
    "dora": dora,
    "flow": flow,
    "review_metrics": review_metrics,
    "value_stream": value_stream,
    "copilot": partial(copilot, minutes_per_line=0.2),
}
ALL_ROWS = 1_000_000


def import_rows(database: Database, organisation: dict[str, list[dict[str, Any]]]) -> None:
    """Import every kind given, as files of JSON lines, in one go."""
    tables = {}
    for kind in (kind for kind in KINDS if kind in organisation):
        rows = organisation[kind]
        text = "\n".join(json.dumps(row, default=_json) for row in rows)
        imported = read_file(kind, io.StringIO(text), f"{kind}.jsonl")
        assert not imported.faults, imported.faults[:3]
        tables[kind] = imported.table
    LocalAccess(database).call("load", {}, tables)


def with_api_ids(database: Database, organisation: dict[str, list[dict[str, Any]]]) -> dict[str, list[dict[str, Any]]]:
    """The organisation with each deployment's API id as `apiId`: ids break ties between deployments of one second."""
    by_external = {}
    by_nature = {}
    for row in database.rows("SELECT * FROM deployments"):
        by_external[row["repo"], row["external_id"]] = row["deployment_id"]
        by_nature[row["repo"], row["env"], row["sha"], row["started_at"] or row["deployed_at"]] = row["deployment_id"]

    def api_id(row: dict[str, Any]) -> str:
        if row.get("id"):
            return by_external[row["repo"], row["id"]]
        moment = (
            datetime.fromisoformat(row.get("startedAt") or row["deployedAt"])
            .astimezone(UTC)
            .replace(tzinfo=None, microsecond=0)
        )
        return by_nature[row["repo"], row["env"], row.get("sha") or None, moment]

    return {**organisation, "deployments": [{**row, "apiId": api_id(row)} for row in organisation["deployments"]]}


def _json(value: object) -> str:
    assert isinstance(value, datetime)
    return value.isoformat()


class Loaded:
    """Answers of the implementation for one organisation as of one moment."""

    def __init__(self, database: Database, now: datetime) -> None:
        self.service = Service(database, Calendar(as_of=now if now.tzinfo else now.replace(tzinfo=UTC)))
        self.now = self.service.moment().now

    def scope(self, team: str | None) -> Scope:
        """Scope of a team by name."""
        if team is None:
            return resolve(self.service.query, None)
        rows = self.service.database.rows(
            "SELECT team_id FROM teams WHERE name = $team OR team_id = $team", {"team": team}
        )
        return resolve(self.service.query, [row["team_id"] for row in rows])

    def metric(self, name: str, days: int, team: str | None = None) -> dict[str, Any]:
        """A metric's answer as on the wire."""
        answer = summarise(METRICS[name], self.service.query, self.now, days, self.scope(team))
        found: dict[str, Any] = shown(answer, self.service.moment().shift)
        return found

    def history(self, team: str | None = None) -> History:
        """What forecasts rest on."""
        return read_history(self.service.query, self.now, self.scope(team))

    def forecast_delivery(self, items: int, team: str | None = None) -> dict[str, Any]:
        """The delivery forecast as on the wire."""
        found: dict[str, Any] = shown(delivery(self.history(team), items, team), self.service.moment().shift)
        return found

    def forecast_backlog(self, team: str | None = None) -> dict[str, Any]:
        """The backlog forecast as on the wire."""
        return backlog(self.history(team), team)

    def pr_risk(self, repo: str, number: int, team: str | None = None) -> dict[str, Any]:
        """A pull request's risk score as on the wire."""
        owner, _, name = repo.rpartition("/")
        found = risk(self.service.query, Question(number, name, owner), self.now, self.scope(team), Floors())
        assert found is not None
        return found

    def rows(self, name: str, days: int, team: str | None = None) -> list[dict[str, Any]]:
        """All rows of a list as on the wire."""
        window = Window.rolling(self.now, days)
        if name == "incidents":
            rows = lists.incidents(self.service.query, window, self.scope(team))
        else:
            listing = lists.deployments if name == "deployments" else partial(lists.pull_requests, floors=Floors())
            rows, total = listing(self.service.query, window, self.scope(team), 1, ALL_ROWS)
            assert total == len(rows)
        found: list[dict[str, Any]] = shown(rows, self.service.moment().shift)
        return found
