"""A request on its way through the desk, and what becomes of it."""

import math
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple, TypeVar

from koalr_api.answer import Answer, RateLimit
from koalr_api.budget import Spend, Told
from koalr_api.errors import RateLimitError
from koalr_api.request import Priority, Reader, Request
from koalr_api.retry import told_secs

# How much longer than a page's a value may grow old before its refresh comes first, in times to live. So a page beats
# a TV of the same age, and a TV's value is never starved by pages: it overtakes a page's that is this much younger.
GRACE = {Priority.PAGE: 0.0, Priority.TV: 1.0, Priority.WARMING: 2.0}


class Exchange(NamedTuple):
    """What came of sending a request: an answer or an error.

    Attributes:
        unchanged: the answer was 304 and has no body; the one kept is right.
        value: the model read from the answer.
        rate_limit: what the headers said, also those of a refusal.
        at: when it came.
        shared: another process fetched the answer.
    """

    at: datetime
    answer: Answer | None = None
    value: Any = None
    unchanged: bool = False
    error: Exception | None = None
    rate_limit: RateLimit | None = None
    shared: bool = False

    @property
    def told(self) -> Told:
        """What it says of the budget."""
        limit, remaining, reset_at = self.rate_limit or (None, None, None)
        reset_secs = None if reset_at is None else (reset_at - self.at).total_seconds()
        refused = isinstance(self.error, RateLimitError)
        return Told(limit, remaining, reset_secs, refused, told_secs(self.error, self.at))


@dataclass(slots=True, eq=False, repr=False)
class Job:
    """One request that is queued or in flight; there is never a second one for the same question.

    Attributes:
        since: for those who wait, when the first asked; else when the value to be renewed was fetched.
        asked: when somebody asked last.
        number: in the order they were queued.
        not_before: earliest time of the next try.
        retry_until: a further try that would begin later than this is not made.
        accepts_secs: an answer of another process must be younger than this.
        waiters: callers that wait at this moment.
        settled: the end of it; a caller reads it and not the cache, so that bounds of the cache never lose an answer.
        All times are monotonic seconds.
    """

    request: Request
    reader: Reader
    priority: Priority
    since: float
    asked: float
    number: int
    etag: str | None = None
    not_before: float = -math.inf
    retry_until: float = -math.inf
    tries: int = 0
    insists: bool = False
    accepts_secs: float = math.inf
    waiters: int = 0
    spend: Spend | None = None
    probe: bool = False
    settled: "Settled | None" = None

    def order(self, ttl_secs: float) -> tuple[int, float, int]:
        """Its place among the queued: whoever waits, by time of asking; then values by age."""
        if self.priority == Priority.WAITING:
            return 0, self.since, self.number
        return 1, self.since + GRACE[self.priority] * ttl_secs, self.number


class Settled(NamedTuple):
    """A job's end: a model, or the error there was instead."""

    value: Any = None
    error: Exception | None = None


class Shown(NamedTuple):
    """A value to show at once; `queued` if its refresh was queued just now."""

    value: Any
    queued: bool = False


class Pending(NamedTuple):
    """No value that may be shown yet."""

    job: Job


class Failed(NamedTuple):
    """No value, and asking is not worth it now; `queued` if a try for later was queued just now."""

    error: Exception
    queued: bool = False


E = TypeVar("E", bound=BaseException)


def bare(error: E) -> E:
    """An error that may be kept: without the frames it came through and what it was raised from.

    These hold on to everything there was when it was raised, the request with its key included.
    """
    error.__context__ = error.__cause__ = None
    return error.with_traceback(None)
