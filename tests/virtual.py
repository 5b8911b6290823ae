"""A world on a clock of its own: a server with a limit and faults, and viewers who ask for panels every minute.

Half an hour of five hundred viewers takes seconds, and the same seed gives the same half hour.
"""

import heapq
import itertools
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from koalr_api.answer import Answer, RateLimit
from koalr_api.budget import Budget
from koalr_api.desk import Desk
from koalr_api.errors import APIConnectionError, APITimeoutError, InternalServerError, RateLimitError
from koalr_api.job import Exchange, Failed, Job, Pending, Shown
from koalr_api.request import Audience, Priority, Request
from koalr_api.rules import Rules
from koalr_api.workers import MOST_WORKERS
from koalr_server.limiter import SlidingLimit

EPOCH = datetime(2026, 3, 14, tzinfo=UTC)
LATENCY_SECS = 0.2
READ_TIMEOUT_SECS = 10.0


class Time:
    """Seconds since the beginning, and what happens when."""

    def __init__(self) -> None:
        self.now = 0.0
        self._events: list[tuple[float, int, Callable[[], None]]] = []
        self._numbers = itertools.count()

    def __call__(self) -> float:
        return self.now

    def wall(self) -> datetime:
        return EPOCH + timedelta(seconds=self.now)

    def after(self, secs: float, happen: Callable[[], None]) -> None:
        heapq.heappush(self._events, (self.now + secs, next(self._numbers), happen))

    def run(self, until: float) -> None:
        """Let everything happen up to a time."""
        while self._events and self._events[0][0] <= until:
            self.now, _, happen = heapq.heappop(self._events)
            happen()
        self.now = until


class StrictLimit(SlidingLimit):
    """The server's limit without its burst."""

    def _bursting(self, now: float) -> bool:
        return False


@dataclass
class Server:
    """Answers after a while; `fault` may turn an answer into an error.

    `arrived` are the times requests came in, `refused` those over the limit.
    """

    time: Time
    limit: int = 60
    latency_secs: float = LATENCY_SECS
    fault: Callable[[float], Exception | None] = lambda _now: None
    arrived: list[float] = field(default_factory=list)
    refused: list[float] = field(default_factory=list)
    answered: list[tuple[float, Request]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._limit = StrictLimit(self.limit)

    def send(self, request: Request, done: Callable[[Exchange], None]) -> None:
        """Take a request; `done` is called when its answer is back."""
        self.time.after(self.latency_secs / 2, lambda: self._arrive(request, done))

    def _arrive(self, request: Request, done: Callable[[Exchange], None]) -> None:
        now = self.time.now
        fault = self.fault(now)
        if isinstance(fault, APIConnectionError):
            secs = READ_TIMEOUT_SECS if isinstance(fault, APITimeoutError) else self.latency_secs / 2
            self.time.after(secs, lambda: done(Exchange(self.time.wall(), error=fault)))
            return
        self.arrived.append(now)
        verdict = self._limit.admit(EPOCH.timestamp() + now)
        told = RateLimit(verdict.limit, verdict.remaining, datetime.fromtimestamp(verdict.reset_at, UTC))
        error = fault
        if not verdict.admitted:
            self.refused.append(now)
            error = RateLimitError("429", status=429, retry_at=told.reset_at)

        def answer() -> None:
            if error is not None:
                done(Exchange(self.time.wall(), error=error, rate_limit=told))
                return
            self.answered.append((now, request))
            found = Answer({}, self.time.wall(), self.time.wall, size_bytes=2000)
            done(Exchange(self.time.wall(), answer=found, value=read(found), rate_limit=told))

        self.time.after(self.latency_secs / 2, answer)

    def most_in_a_minute(self) -> int:
        """Requests that arrived in the busiest 60 s."""
        first = most = 0
        for index, at in enumerate(self.arrived):
            while self.arrived[first] <= at - 60:
                first += 1
            most = max(most, index - first + 1)
        return most


@dataclass(frozen=True)
class Value:
    """What a panel shows: when it was fetched."""

    fetched: float


def read(answer: Answer) -> Value:
    """The model of an answer."""
    return Value((answer.fetched_at - EPOCH).total_seconds())


@dataclass
class Seen:
    """What viewers saw: (time, seconds waited, age of the value), (time, kind) of what was no value."""

    values: list[tuple[float, float, float]] = field(default_factory=list)
    misses: list[tuple[float, str]] = field(default_factory=list)

    def since(self, begin: float) -> "Seen":
        return Seen([row for row in self.values if row[0] >= begin], [row for row in self.misses if row[0] >= begin])


# Called when a panel has what it will show.
Done = Callable[[], None]
Ask = Callable[[Request, Audience, Done], None]


class DeskOffice:
    """A desk and its workers on virtual time."""

    def __init__(self, time: Time, server: Server, seed: int = 1) -> None:
        self.time = time
        self.server = server
        self.desk = Desk(Rules(), Budget(), random.Random(seed).random)
        self.seen = Seen()
        self._flying = 0
        self._pump_at = float("inf")
        self._waiting: list[tuple[Job, float, Done]] = []

    def ask(self, request: Request, audience: Audience, done: Done) -> None:
        """One panel of one viewer."""
        began = self.time.now
        found = self.desk.ask(request, read, audience, began)
        if isinstance(found, Pending):
            found.job.waiters += 1
            waiting = (found.job, began, done)
            self._waiting.append(waiting)
            assert audience.patience_secs is not None
            self.time.after(audience.patience_secs, lambda: self._give_up(waiting))
        else:
            self._see(found, began, done)
        self._pump()

    def _pump(self) -> None:
        while self._flying < MOST_WORKERS:
            turn = self.desk.queue.next_job(self.time.now)
            if not isinstance(turn, Job):
                if turn is not None and self.time.now + turn < self._pump_at:
                    self._pump_at = self.time.now + turn
                    self.time.after(turn, self._pump_again)
                return
            self._flying += 1
            self.server.send(turn.request, lambda exchange, job=turn: self._done(job, exchange))  # type: ignore[misc]

    def _pump_again(self) -> None:
        self._pump_at = float("inf")
        self._pump()

    def _done(self, job: Job, exchange: Exchange) -> None:
        self._flying -= 1
        self.desk.finished(job, exchange, self.time.now)
        for waiting in list(self._waiting):
            settled = waiting[0].settled
            if settled is not None:
                self._waiting.remove(waiting)
                waiting[0].waiters -= 1
                self._see(self.desk.outcome(waiting[0], settled, self.time.now), *waiting[1:])
        self._pump()

    def _give_up(self, waiting: tuple[Job, float, Done]) -> None:
        if waiting in self._waiting:
            self._waiting.remove(waiting)
            waiting[0].waiters -= 1
            self._see(self.desk.late(waiting[0], self.time.now), *waiting[1:])

    def _see(self, found: Shown | Pending | Failed, began: float, done: Done) -> None:
        done()
        now = self.time.now
        if isinstance(found, Shown):
            self.seen.values.append((now, now - began, now - found.value.fetched))
        else:
            self.seen.misses.append((now, "pending" if isinstance(found, Pending) else str(found.error)))


def requests(count: int) -> list[Request]:
    """So many distinct questions."""
    return [Request("GET", "/api/v1/flow", (("days", 30), ("teamId", f"team_{index}"))) for index in range(count)]


PANELS = 8
PAGE = Audience(Priority.PAGE, patience_secs=2.0, max_age_secs=300.0)
TV = Audience(Priority.TV, patience_secs=2.0, max_age_secs=300.0)


@dataclass
class Viewer:
    """Opens a page of eight panels and looks again every minute, if the page is complete by then."""

    time: Time
    ask: Ask
    panels: list[Request]
    audience: Audience
    until: float
    open: int = 0

    def look(self) -> None:
        if self.open == 0:
            self.open = len(self.panels)
            for request in self.panels:
                self.ask(request, self.audience, self._done)
        if self.time.now + 60 <= self.until:
            self.time.after(60, self.look)

    def _done(self) -> None:
        self.open -= 1


def crowd(time: Time, ask: Ask, viewers: int, distinct: int, until: float, seed: int = 2) -> None:
    """Viewers that come within the first minute and are evenly spread over the pages; one in five is a TV."""
    draw = random.Random(seed)
    asked = requests(distinct)
    for number in range(viewers):
        first = number * PANELS % distinct
        audience = TV if draw.random() < 0.2 else PAGE
        viewer = Viewer(time, ask, asked[first : first + PANELS], audience, until)
        time.after(draw.uniform(0, 60), viewer.look)


def between(begin: float, end: float, fault: Exception) -> Callable[[float], Exception | None]:
    """A fault for a while."""
    return lambda now: fault if begin <= now < end else None


def now_and_then(chance: float, fault: Exception, seed: int = 3) -> Callable[[float], Exception | None]:
    """A fault by chance."""
    draw = random.Random(seed)
    return lambda _now: fault if draw.random() < chance else None


def failed(status: int = 500) -> InternalServerError:
    return InternalServerError(f"{status}", status=status)
