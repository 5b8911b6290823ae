"""What a client did so far and has now, for a status page."""

from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple


@dataclass(slots=True, eq=False, repr=False)
class Tally:
    """Counts since the client was made."""

    hits: int = 0
    stale: int = 0
    pending: int = 0
    failed: int = 0
    unchanged: int = 0
    shared: int = 0
    last_success_at: datetime | None = None
    last_error: str | None = None
    last_error_at: datetime | None = None
    changes: int = 0


class EntryAge(NamedTuple):
    """An answer kept: its request, how old it is in seconds, and whether it is fresh."""

    request: str
    age_secs: float
    fresh: bool


class Statistics(NamedTuple):
    """Counts since the client was made, and its state at one moment.

    Attributes:
        hits: calls answered with a fresh value.
        stale: calls answered with an older one.
        pending: calls whose patience ended before there was any.
        failed: calls that raised what the API answered, or that it did not.
        requests: sent in all; unchanged: those answered with 304.
        requests_last_minute: that count against the limit, a few that the server no longer counts included.
        limit, budget_left: requests a minute of the key, and how many may be sent now.
        queued, in_flight: requests waiting for their turn and under way.
        entries, size_bytes: answers kept, and the bytes of their bodies.
        reachable: False while the API is taken to be away, or the key refused.
        last_success_at, last_error_at: aware; last_error: its text, without any key.
        ages: one per answer kept, by request.
        shared: answers that another process had fetched.
    """

    hits: int
    stale: int
    pending: int
    failed: int
    requests: int
    unchanged: int
    requests_last_minute: int
    limit: int
    budget_left: int
    queued: int
    in_flight: int
    entries: int
    size_bytes: int
    reachable: bool
    last_success_at: datetime | None
    last_error: str | None
    last_error_at: datetime | None
    ages: tuple[EntryAge, ...]
    shared: int = 0
