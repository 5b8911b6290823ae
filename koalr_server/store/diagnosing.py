"""The diagnosis of a store: why an answer is empty, for commands and for GET /api/v1/status."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

import pyarrow as pa

from koalr_server.clock import Calendar, Moment
from koalr_server.diagnosis.counting import count
from koalr_server.diagnosis.counts import CustomMetric
from koalr_server.diagnosis.report import report
from koalr_server.diagnosis.sources import Idle, SourceCounts
from koalr_server.errors import InputError
from koalr_server.store.custom_metrics import find_team, saved_metrics
from koalr_server.store.database import Database
from koalr_server.store.organisation import organisation, sample_dates
from koalr_server.store.settling import settled_seq

Arguments = Mapping[str, Any]
Tables = Mapping[str, pa.Table]
Answer = dict[str, Any]


def status(
    database: Database,
    moment: Moment,
    team_ids: Collection[str] | None,
    held: Mapping[str, Any],
    with_sources: bool = True,
) -> Answer:
    """The body of GET /api/v1/status for some teams together, None for the organisation.

    Args:
        held: what organisation.py says of the store.
        with_sources: whether to tell what tools have sent, which is of no team.
    """
    metrics = _custom_metrics(database, team_ids)
    counts = count(database.rows, moment.now, team_ids, metrics)
    told = report(counts, held, moment, sources(database) if with_sources else None)
    return told | {"store": database.kind}


def sources(database: Database) -> list[SourceCounts]:
    """What each tool has sent, by name."""
    idle: dict[str, list[Idle]] = defaultdict(list)
    for row in database.rows(
        """SELECT source, event, fault, sum(deliveries)::BIGINT AS deliveries FROM idle_deliveries
        GROUP BY source, event, fault ORDER BY deliveries DESC, event, fault"""
    ):
        idle[row["source"]].append(Idle(row["event"], row["fault"], row["deliveries"]))
    kept = database.rows(
        """SELECT source, count(*) AS deliveries, max(received_at) AS newest_at,
            count(*) FILTER (WHERE seq > $settled) AS unread
        FROM deliveries GROUP BY source""",
        {"settled": settled_seq(database)},
    )
    found = {row["source"]: SourceCounts(**row, idle=tuple(idle[row["source"]])) for row in kept}
    # Of some everything is older than what is kept.
    gone = {source: SourceCounts(source, 0, idle=tuple(each)) for source, each in idle.items()}
    return [each for _, each in sorted((gone | found).items())]


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
