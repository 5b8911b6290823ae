"""The throughput of an organisation and its teams, day by day (pure but for the query given)."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from koalr_server.forecast.history import read_finished
from koalr_server.metrics.scope import Query, Rows, prepared, resolve

TEAMS = "SELECT team_id, name FROM teams ORDER BY name, team_id"


def read_series(rows: Query, now: datetime, organisation: str) -> list[dict[str, Any]]:
    """`name` and `finished` (items per day up to yesterday, since the first finished item) of all together and of each team.

    Args:
        rows: answers a statement with exactly the parameters it names.
        now: naive UTC.
    """

    def query(sql: str, parameters: Mapping[str, object]) -> Rows:
        return rows(*prepared(sql, parameters))

    scopes: Sequence[tuple[str, frozenset[str] | None]] = [
        (organisation, None),
        *((f"team {team['name']}", frozenset({team["team_id"]})) for team in rows(TEAMS, {})),
    ]
    return [
        {"name": name, "finished": list(read_finished(query, now, resolve(query, team_ids)))}
        for name, team_ids in scopes
    ]
