"""Daily throughput of the organisation and its teams, for back-tests."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import pyarrow as pa

from koalr_server.clock import Calendar
from koalr_server.forecast.series import read_series
from koalr_server.store.database import Database
from koalr_server.store.organisation import organisation, sample_dates


def throughput(database: Database, arguments: Mapping[str, Any], _tables: Mapping[str, pa.Table]) -> dict[str, Any]:
    """{"series": [{"name", "finished"}]}, the organisation first (forecast/series.py).

    Arguments: as_of (ISO 8601 with a zone, or None).
    """
    as_of = arguments["as_of"]
    calendar = Calendar(as_of=None if as_of is None else datetime.fromisoformat(as_of))
    now = calendar.moment(sample_dates(database)).now
    return {"series": read_series(database.rows, now, organisation(database)["name"])}
