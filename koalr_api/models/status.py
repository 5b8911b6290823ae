"""What a server says of its own data: GET /status, which is no part of the documented API."""

from dataclasses import dataclass, field
from datetime import datetime

from koalr_api.model import Model, Rows
from koalr_api.models.records import Organisation


@dataclass(frozen=True, slots=True)
class Basis(Model):
    """So many records of a kind."""

    count: int
    """Number of records."""
    what: str
    """Of what; agrees with the count."""


@dataclass(frozen=True, slots=True)
class Lack(Model):
    """A gap in the data."""

    text: str
    """What is missing and what follows from it."""
    command: str | None
    """The command on the server that fills it; None where no command does."""


@dataclass(frozen=True, slots=True)
class Finding(Model):
    """What one answer of the API rests on and lacks."""

    answered: str = field(metadata={"wire": "answer"})
    """Its field, such as "leadTime", or its list."""
    name: str
    """What people call it."""
    endpoint: str
    """Where it is asked for."""
    status: str
    """ok, partial or missing."""
    basis: Rows[Basis]
    """What it rests on."""
    newest_at: datetime | None
    """Its newest record."""
    lacks: Rows[Lack]
    """What is missing."""


@dataclass(frozen=True, slots=True)
class Step(Model):
    """Something to do: a gap and the names of the answers that filling it helps."""

    text: str
    """What is missing."""
    command: str | None
    """The command on the server that fills it; None where no command does."""
    answers: tuple[str, ...]
    """Names of the answers it helps."""


@dataclass(frozen=True, slots=True)
class IdleEvent(Model):
    """Deliveries of an event that told nothing."""

    event: str
    """What the tool calls it; empty where only the body says it."""
    fault: str | None
    """Why the bodies could not be read; None for what does not concern the figures."""
    deliveries: int
    """How many, since all were last read anew."""


@dataclass(frozen=True, slots=True)
class Source(Model):
    """What a tool has sent to the server."""

    source: str
    """Its name, such as "github"."""
    deliveries: int
    """Bodies that are kept."""
    newest_at: datetime | None
    """When the last one came."""
    unread: int
    """Of them not read into the figures yet."""
    idle: Rows[IdleEvent]
    """Events that told nothing, the most frequent first."""
    lacks: Rows[Lack]
    """What to look at, the most urgent first."""


@dataclass(frozen=True, slots=True)
class Status(Model):
    """GET /status: a finding per answer, and what to do about them, most useful first."""

    version: str
    """Of the server."""
    now: datetime
    """What now is for the server."""
    days: int
    """Counts are of so many days up to the newest record."""
    organisation: Organisation
    """Whose data the server holds."""
    findings: Rows[Finding]
    """One per answer, in the order of the API page."""
    steps: Rows[Step]
    """What to do, most useful first."""
    sources: Rows[Source] | None = None
    """What each tool has sent; None on a server that does not say, or for a key that is limited to teams."""
    store: str | None = None
    """What its data are kept in, such as "single file"; None on a server that does not say."""
