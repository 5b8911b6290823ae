"""Everything the API answers from a store, to compare two stores."""

from datetime import datetime
from typing import Any

from koalr_server.store.database import Database
from koalr_server.store.diagnosing import status
from koalr_server.store.organisation import organisation
from tests.integration.server.loaded import METRICS, Loaded

WINDOWS = (7, 90)
LISTS = ("deployments", "pull_requests", "incidents")


def answers(database: Database, now: datetime) -> dict[str, Any]:
    """Metrics, lists, forecasts, scores and the diagnosis, of all and of some teams."""
    loaded = Loaded(database, now)
    teams = [None, *(row["name"] for row in database.rows("SELECT name FROM teams ORDER BY name LIMIT 2"))]
    found: dict[str, Any] = {}
    for team in teams:
        for days in WINDOWS:
            found |= {f"{name} {days} {team}": loaded.metric(name, days, team) for name in METRICS}
            found |= {f"{name} {days} {team}": loaded.rows(name, days, team) for name in LISTS}
        found[f"delivery {team}"] = loaded.forecast_delivery(20, team)
        found[f"backlog {team}"] = loaded.forecast_backlog(team)
    for row in database.rows("SELECT repo, number FROM pull_request_facts ORDER BY repo, number LIMIT 5"):
        found[f"risk {row}"] = loaded.pr_risk(row["repo"], row["number"])
    told = status(database, loaded.service.moment(), None, organisation(database))
    return found | {name: told[name] for name in ("findings", "steps", "sources")}
