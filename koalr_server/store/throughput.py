"""Daily throughput of the organisation and its teams, for back-tests."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import pyarrow as pa

from koalr_server.clock import Calendar
from koalr_server.forecast.history import read_finished
from koalr_server.metrics.scope import prepared, resolve
from koalr_server.store.database import Database
from koalr_server.store.organisation import organisation, sample_dates


def throughput(database: Database, arguments: Mapping[str, Any], _tables: Mapping[str, pa.Table]) -> dict[str, Any]:
    """Items finished per day up to yesterday, the oldest first, since the first known item.

    Arguments: as_of (ISO 8601 with a zone, or None). Answers {"series": [{"name", "finished"}]}, the organisation first.
    """

    def query(sql: str, parameters: Mapping[str, object]) -> list[dict[str, Any]]:
        return database.rows(*prepared(sql, parameters))

    as_of = arguments["as_of"]
    calendar = Calendar(as_of=None if as_of is None else datetime.fromisoformat(as_of))
    now = calendar.moment(sample_dates(database)).now
    scopes: list[tuple[str, frozenset[str] | None]] = [(organisation(database)["name"], None)]
    for team in database.rows("SELECT team_id, name FROM teams ORDER BY name, team_id"):
        scopes.append((f"team {team['name']}", frozenset({team["team_id"]})))
    return {
        "series": [
            {"name": name, "finished": list(read_finished(query, now, resolve(query, team_ids)))}
            for name, team_ids in scopes
        ]
    }
