"""What the store holds as a whole: whose data, how new, and the sample's dates."""

from datetime import datetime
from typing import Any

from koalr_server.clock import SampleDates
from koalr_server.store.database import Database


def sample_dates(database: Database) -> SampleDates | None:
    """The sample's dates, or None for real data."""
    settings = _settings(database)
    if settings.get("content") != "sample":
        return None
    ends_at = datetime.fromisoformat(settings["sample_ends_at"])
    return SampleDates(ends_at, shifted=settings.get("sample_shift") == "weekly")


def organisation(database: Database) -> dict[str, Any]:
    """For a caption: name, sample or not, newest fact, last load (stored time line)."""
    repos = [
        row["repo"]
        for row in database.rows("SELECT DISTINCT repo FROM deployment_facts UNION SELECT repo FROM pull_request_facts")
    ]
    newest = database.rows(
        "SELECT greatest((SELECT max(listed_at) FROM deployment_facts), (SELECT max(merged_at) FROM pull_request_facts)) AS at"
    )[0]["at"]
    settings = _settings(database)
    sample = settings.get("content") == "sample"
    return {
        "name": "Sample organisation" if sample else _common_name(repos),
        "sample": sample,
        "newestFactAt": newest,
        "loadedAt": settings.get("loaded_at"),
        "notice": settings.get("notice"),
    }


def _settings(database: Database) -> dict[str, str]:
    return {row["name"]: row["value"] for row in database.rows("SELECT name, value FROM meta")}


def _common_name(repos: list[str]) -> str:
    """One repository's name, else the owner they share, else a neutral word."""
    if len(repos) == 1:
        return repos[0]
    owners = {repo.split("/")[0] for repo in repos if "/" in repo}
    return owners.pop() if len(owners) == 1 else "Your organisation"
