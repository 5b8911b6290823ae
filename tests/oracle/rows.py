"""What the oracle reads: rows in the import format, and how their cells become Python values.

The oracle is a second, independent reading of every metric: plain Python, slow, with a loop where a loop is clearest.
It shares nothing with the server, so a mistake must be made twice to go unnoticed.
"""

import re
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

Row = dict[str, Any]
Organisation = dict[str, list[Row]]
"""Kind (teams, members, repos, commits, pull_requests, reviews, deployments, incidents, work_items, copilot_*) to its rows."""

KINDS = (
    "teams",
    "members",
    "repos",
    "commits",
    "pull_requests",
    "reviews",
    "deployments",
    "incidents",
    "work_items",
    "copilot_seats",
    "copilot_user_days",
    "copilot_days",
)


def instant(value: object) -> datetime | None:
    """ISO text or a datetime as naive UTC whole seconds; fractions are cut off. Nothing stays None."""
    if value is None or value == "":
        return None
    moment = value if isinstance(value, datetime) else datetime.fromisoformat(str(value))
    if moment.tzinfo is not None:
        moment = moment.astimezone(UTC).replace(tzinfo=None)
    return moment.replace(microsecond=0)


def required_instant(value: object) -> datetime:
    """An instant that must be there.

    Raises:
        ValueError: the cell is empty.
    """
    moment = instant(value)
    if moment is None:
        raise ValueError(f"a time is required here, got {value!r}")
    return moment


def wire(moment: datetime | None) -> str | None:
    """A naive UTC instant as ISO 8601 with Z."""
    return None if moment is None else moment.isoformat(timespec="seconds") + "Z"


def texts(value: object) -> list[str]:
    """A list of texts, whether it came as a list or as one cell with ; , or spaces between."""
    if value is None:
        return []
    parts: Iterable[object] = re.split(r"[;,\s]+", value) if isinstance(value, str) else value  # type: ignore[assignment]
    return [str(part) for part in parts if part]


def names(value: object) -> list[str]:
    """A list of names; names may hold spaces and commas, so one cell is split at ; alone."""
    if isinstance(value, str):
        return [part.strip() for part in value.split(";") if part.strip()]
    return texts(value)
