"""The diagnosis of a store: why an answer is empty, for commands and for GET /api/v1/status."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

import pyarrow as pa

from koalr_server.clock import Calendar, Moment
from koalr_server.diagnosis.counting import count
from koalr_server.diagnosis.counts import CustomMetric
from koalr_server.diagnosis.report import report
from koalr_server.errors import InputError
from koalr_server.store.custom_metrics import find_team, saved_metrics
from koalr_server.store.database import Database
from koalr_server.store.organisation import organisation, sample_dates

Arguments = Mapping[str, Any]
Tables = Mapping[str, pa.Table]
Answer = dict[str, Any]


def status(database: Database, moment: Moment, team_ids: Collection[str] | None, held: Mapping[str, Any]) -> Answer:
    """The body of GET /api/v1/status for some teams together, None for the organisation.

    Args:
        held: what organisation.py says of the store.
    """
    metrics = _custom_metrics(database, team_ids)
    return report(count(database.rows, moment.now, team_ids, metrics), held, moment)


def diagnose(database: Database, arguments: Arguments, _tables: Tables) -> Answer:
    """The same for a command. Arguments: as_of (ISO 8601 with a zone, or None), team (id or name, or None).

    Raises:
        InputError: there is no such team.
    """
    as_of, team = arguments["as_of"], arguments["team"]
    team_id = None if team is None else find_team(database, team)
    if team is not None and team_id is None:
        raise InputError(f"No team {team!r} in this store; `GET /api/v1/teams` lists them.")
    calendar = Calendar(as_of=None if as_of is None else datetime.fromisoformat(as_of))
    moment = calendar.moment(sample_dates(database))
    return status(database, moment, None if team_id is None else {team_id}, organisation(database))


def _custom_metrics(database: Database, team_ids: Collection[str] | None) -> list[CustomMetric]:
    """The saved metrics, of some teams only those that are theirs."""
    found = []
    for slug, metric in saved_metrics(database).items():
        team = metric.document.get("team")
        team_id = None if team is None else find_team(database, team)
        if team_ids is None or team_id in team_ids:
            found.append(CustomMetric(slug, metric.document["source"], team is None or team_id is not None))
    return found
