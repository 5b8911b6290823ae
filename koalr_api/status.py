"""What a server says of its own data: GET /status, which is no part of the documented API."""

from dataclasses import dataclass
from datetime import datetime

from koalr_api.answer import Answer, Answered


@dataclass(frozen=True, slots=True)
class Basis:
    """So many records of a kind; `what` agrees with the count."""

    count: int
    what: str


@dataclass(frozen=True, slots=True)
class Lack:
    """A gap in the data, and the command on the server that fills it (None: no command does)."""

    text: str
    command: str | None


@dataclass(frozen=True, slots=True)
class Finding:
    """What one answer of the API rests on and lacks."""

    answer: str
    """Its field, such as "leadTime", or its list."""
    name: str
    """What people call it."""
    endpoint: str
    status: str
    """ok, partial or missing."""
    basis: tuple[Basis, ...]
    newest_at: datetime | None
    lacks: tuple[Lack, ...]


@dataclass(frozen=True, slots=True)
class Step:
    """Something to do: a gap and the names of the answers that filling it helps."""

    text: str
    command: str | None
    answers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Organisation:
    """Whose data the server holds."""

    name: str
    sample: bool
    newest_fact_at: datetime | None
    loaded_at: datetime | None


@dataclass(frozen=True, slots=True)
class Status(Answered):
    """GET /status: a finding per answer, and what to do about them, most useful first."""

    version: str
    """Of the server."""
    now: datetime
    """What now is for the server."""
    days: int
    """Counts are of so many days up to the newest record."""
    organisation: Organisation
    findings: tuple[Finding, ...]
    steps: tuple[Step, ...]
    _answer: Answer | None = None
