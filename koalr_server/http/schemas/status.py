"""What the answer about gaps in the data looks like."""

from datetime import datetime

from koalr_server.http.schemas.fields import Described, figure, whole
from koalr_server.http.schemas.lists import Organisation


class Basis(Described):
    """So many records of a kind."""

    count: int = figure("How many", 2596)
    what: str = figure("Of what, in the right number", "production deployments")


class Lack(Described):
    """A gap in the data."""

    text: str = figure("What is missing and what follows from it", "No incident was ever imported.")
    command: str | None = figure(
        "What brings it, null if no command does", "python -m koalr_server import incidents FILE"
    )


class Finding(Described):
    """What one answer of this API rests on and lacks."""

    answer: str = figure("Its field, or its list", "mttr")
    name: str = figure("What people call it", "Time to restore")
    endpoint: str = figure("Where it is asked for", "GET /api/v1/metrics/dora")
    status: str = figure("ok, partial or missing", "partial")
    basis: list[Basis] = whole("What it rests on")
    newestAt: datetime | None = figure("Its newest record", "2026-03-14T18:22:00Z")
    lacks: list[Lack] = whole("What is missing")


class Step(Lack):
    """Something to do about it."""

    answers: list[str] = figure("Names of the answers it helps", ["Time to restore"])


class Idle(Described):
    """Deliveries of an event that told nothing."""

    event: str = figure("What the tool calls it, empty where only the body says it", "ping")
    fault: str | None = figure(
        "Why the bodies could not be read, null for what does not concern the figures", "not JSON"
    )
    deliveries: int = figure("How many, since all were last read anew", 2)


class Source(Described):
    """What a tool has sent."""

    source: str = figure("Its name, as in /api/ingest/{source}", "github")
    deliveries: int = figure("Bodies that are kept", 5120)
    newestAt: datetime | None = figure("When the last one came", "2026-03-14T18:22:00Z")
    unread: int = figure("Of them not read into the figures yet", 0)
    idle: list[Idle] = whole("Events that told nothing, the most frequent first")
    lacks: list[Lack] = whole("What to look at, the most urgent first")


class Status(Described):
    """Why an answer is empty: findings in the order of the API page, and what to do, most useful first."""

    version: str = figure("Of this server", "1.0")
    store: str = figure("What its data are kept in", "single file")
    now: datetime = figure("What now is", "2026-03-14T18:30:00Z")
    organisation: Organisation = whole("What this server holds")
    days: int = figure("Counts are of so many days up to the newest record", 90)
    findings: list[Finding] = whole("One per answer, in the order of the API page")
    steps: list[Step] = whole("What to do, most useful first")
    sources: list[Source] | None = whole("What each tool has sent; null for a key that is limited to teams")
