"""What is answered from memory, what is asked, and in which order (pure: the time is an argument, nothing is sent).

A value is fresh for its time to live, then shown while it is renewed behind, then shown for as long as renewing fails.
A refusal (401, 403, 404, 400) ends that: what a key may not see now is not shown from memory either. A refused key
takes every value with it.
"""

import itertools
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import NamedTuple

from cachetools import LRUCache

from koalr_api.answer import Answer
from koalr_api.budget import UNTOLD_CLOSING_SECS, Budget, Told
from koalr_api.circuit import (
    FIRST_BACKOFF_SECS,
    FIRST_REFUSAL_BACKOFF_SECS,
    LONGEST_BACKOFF_SECS,
    Backoff,
    Circuit,
    backoff_secs,
    is_outage,
    is_refusal,
)
from koalr_api.entries import Entries, Entry
from koalr_api.errors import (
    APIConnectionError,
    APIStatusError,
    AuthenticationError,
    InternalServerError,
    NotFoundError,
    RateLimitError,
)
from koalr_api.job import Exchange, Failed, Job, Pending, Settled, Shown, Tally
from koalr_api.request import Audience, Priority, Reader, Request
from koalr_api.retry import RETRIED_STATUSES
from koalr_api.statistics import EntryAge, Statistics

TTL_SPREAD = 0.1
# A refresh nobody asked for again within so many times to live is dropped from the queue.
INTEREST_TTLS = 2.0


class Rules(NamedTuple):
    """How long values serve and how failures are retried.

    Attributes:
        ttl_secs: a value is fresh for this, give or take a tenth by chance so that values do not expire together.
        stale_secs: a value older than this is never shown.
        max_retries, retry_budget_secs: tries after the first while someone waits, and when the last may begin.
        most_entries, most_bytes: bounds of the memory.
    """

    ttl_secs: float = 60.0
    stale_secs: float = 86_400.0
    max_retries: int = 2
    retry_budget_secs: float = 2.0
    most_entries: int = 1024
    most_bytes: int = 64 * 1024 * 1024


class Desk:
    """The state of one client: values, queue, failures, budget.

    Args:
        chance: uniform in [0, 1).
    """

    def __init__(self, rules: Rules, budget: Budget, chance: Callable[[], float]) -> None:
        self.rules = rules
        self.budget = budget
        self.tally = Tally()
        self._chance = chance
        self._jobs: dict[Request, Job] = {}
        self._numbers = itertools.count()
        self._in_flight: set[Request] = set()
        self._entries = Entries(rules.most_entries, rules.most_bytes, self._in_flight)
        self._backoffs: LRUCache[Request, Backoff] = LRUCache(rules.most_entries)
        self._circuit = Circuit(chance)

    # Asking

    def ask(self, request: Request, reader: Reader, audience: Audience, now: float) -> Shown | Pending | Failed:
        """Answer a question from memory, or queue it."""
        entry = self._entries.get(request)
        if entry is not None:
            age_secs = now - entry.fetched
            accepted = audience.max_age_secs
            if now < entry.fresh_until and (accepted is None or age_secs <= accepted):
                self.tally.hits += 1
                return Shown(entry.read(reader))
            if age_secs > self.rules.stale_secs:
                entry = None
            elif accepted is not None and age_secs <= accepted:
                queued = self._queue(request, reader, audience.priority, entry, audience, now)
                return Shown(self._stale(request, entry, reader), queued)
        return self._ask_anew(request, reader, audience, entry, now)

    def late(self, job: Job, now: float) -> Shown | Pending:
        """What a caller gets whose patience ended: an old value if there is one, else its place in the queue."""
        entry = self._usable(job.request, now)
        if entry is not None:
            return Shown(self._stale(job.request, entry, job.reader))
        self.tally.pending += 1
        return Pending(job)

    def outcome(self, job: Job, settled: Settled, now: float) -> Shown | Failed:
        """What a caller gets that waited to the end: the value, an old one if asking failed, else the error."""
        if settled.error is None:
            return Shown(settled.value)
        entry = self._usable(job.request, now)
        if entry is not None:
            return Shown(self._stale(job.request, entry, job.reader))
        self.tally.failed += 1
        return Failed(settled.error)

    def place(self, job: Job) -> int:
        """Its place in the queue, from 1; 1 too if it is on its way."""
        ttl_secs = self.rules.ttl_secs
        mine = job.order(ttl_secs)
        return 1 + sum(other.order(ttl_secs) < mine for other in self._queued())

    def expected_secs(self, job: Job, now: float) -> float:
        """Seconds until its request may be sent."""
        return max(self.budget.expected_secs(now, self.place(job)), self._ready_at(job) - now, 0.0)

    def _ask_anew(
        self, request: Request, reader: Reader, audience: Audience, entry: Entry | None, now: float
    ) -> Shown | Pending | Failed:
        """A question without a value that would do: wait for one, unless asking is known to fail."""
        failing = None if audience.insists else self._failing(request, entry is not None, now)
        background = audience.priority == Priority.WARMING or (failing is not None and entry is not None)
        priority = audience.priority if background else Priority.WAITING
        queued = self._queue(request, reader, priority, entry, audience, now)
        if failing is None:
            return Pending(self._jobs[request])
        if entry is not None:
            return Shown(self._stale(request, entry, reader), queued)
        self.tally.failed += 1
        return Failed(failing, queued)

    def _queue(
        self, request: Request, reader: Reader, priority: Priority, entry: Entry | None, audience: Audience, now: float
    ) -> bool:
        """Make sure there is a job for the question; whether it is a new one. A question that backs off gets none."""
        job = self._jobs.get(request)
        new = job is None
        if job is None:
            if audience.insists:
                self._backoffs.pop(request, None)
            elif self._backing_off(request, now):
                return False
            since = now if entry is None else entry.fetched
            job = self._jobs[request] = Job(request, reader, priority, since, now, next(self._numbers))
            job.etag = entry.answer.etag if entry is not None else None
        job.asked = now
        if priority < job.priority or (new and priority == Priority.WAITING):
            job.priority, job.since = priority, now if priority == Priority.WAITING else job.since
        if priority == Priority.WAITING:
            job.retry_until = now + self.rules.retry_budget_secs
        job.insists = job.insists or audience.insists
        return new

    def _stale(self, request: Request, entry: Entry, reader: Reader) -> object:
        self.tally.stale += 1
        backoff = self._backoffs.get(request)
        error = self._circuit.error or (backoff.error if backoff is not None else None)
        return entry.read(reader) if error is None else entry.stale(reader, str(error))

    def _usable(self, request: Request, now: float) -> Entry | None:
        entry = self._entries.get(request)
        return entry if entry is not None and now - entry.fetched <= self.rules.stale_secs else None

    def _failing(self, request: Request, has_value: bool, now: float) -> Exception | None:
        """Why asking now would fail; with a value to show, a failed last try is reason enough not to wait for the next."""
        if self._circuit.is_open:
            return self._circuit.error
        backoff = self._backoffs.get(request)
        return backoff.error if backoff is not None and (has_value or now < backoff.again_at) else None

    def _backing_off(self, request: Request, now: float) -> bool:
        backoff = self._backoffs.get(request)
        return backoff is not None and now < backoff.again_at

    # Sending

    def next_job(self, now: float) -> Job | float | None:
        """The job to send now, else the seconds after which asking again is worth it; None: not before something happens."""
        self._forget_unwanted(now)
        queued = list(self._queued())
        ready = [job for job in queued if self._ready_at(job) <= now]
        later = [at - now for job in queued if now < (at := self._ready_at(job)) < float("inf")]
        if not ready:
            return min(later, default=None)
        job = min(ready, key=lambda job: job.order(self.rules.ttl_secs))
        taken = self.budget.take(now, job.priority == Priority.WAITING)
        if isinstance(taken, float):
            return min([taken, *later])
        job.spend = taken
        job.tries += 1
        job.probe = self._circuit.probing = self._circuit.is_open
        self._in_flight.add(job.request)
        self.tally.requests += 1
        return job

    def finished(self, job: Job, exchange: Exchange, now: float) -> None:
        """A sent job came back."""
        assert job.spend is not None
        refused = isinstance(exchange.error, RateLimitError)
        retry_secs = _retry_secs(exchange)
        self.budget.settle(
            job.spend,
            now,
            _told(exchange),
            (UNTOLD_CLOSING_SECS if retry_secs is None else retry_secs) if refused else None,
        )
        self._landed(job)
        if exchange.error is not None:
            self._failed(job, exchange.error, retry_secs, exchange, now)
        else:
            self._succeeded(job, exchange, now)

    def unsent(self, job: Job, now: float, again_secs: float = 0.0) -> None:
        """A job was not sent after all, because another process is at it or its sender was interrupted."""
        if job.spend is not None:
            self.budget.give_back(job.spend)
        self._landed(job)
        self._circuit.probing = self._circuit.probing and not job.probe
        job.not_before = now + again_secs

    def after_fork(self) -> None:
        """In a child process: what was in flight is the parent's, and is queued here."""
        for job in self._jobs.values():
            job.spend, job.waiters = None, 0
        self._in_flight.clear()
        self._circuit.probing = False
        self.budget.after_fork()

    def _landed(self, job: Job) -> None:
        job.spend = None
        self._in_flight.discard(job.request)

    def _succeeded(self, job: Job, exchange: Exchange, now: float) -> None:
        self._server_answered()
        self._backoffs.pop(job.request, None)
        answer, value = exchange.answer, exchange.value
        assert answer is not None
        if exchange.unchanged:
            entry = self._entries.get(job.request)
            if entry is None:  # dropped meanwhile: ask for the whole of it
                job.etag = None
                return
            old = entry.answer
            answer = replace(answer, raw=old.raw, scoped_team=old.scoped_team, etag=old.etag, size_bytes=old.size_bytes)
            value = job.reader(answer)
            self.tally.unchanged += 1
        spread = 1.0 - TTL_SPREAD + 2 * TTL_SPREAD * self._chance()
        self._entries.put(job.request, Entry(answer, value, now, now + self.rules.ttl_secs * spread))
        self.tally.last_success_at = exchange.at
        self.tally.changes += 1
        self._settle(job, Settled(value))

    def _failed(self, job: Job, error: Exception, retry_secs: float | None, exchange: Exchange, now: float) -> None:
        if not isinstance(error, NotFoundError):  # which says nothing of the API's state
            self.tally.last_error, self.tally.last_error_at = str(error), exchange.at
        if is_outage(error):
            self._circuit.failed(error, now, job.probe)
        elif isinstance(error, APIStatusError) and not isinstance(error, RateLimitError):
            self._server_answered()
        self._forget_refused(job.request, error)
        again_at = self._back_off(job.request, error, retry_secs, now)
        worth_it = not self._circuit.is_open and _passing(error) and job.tries <= self.rules.max_retries
        if worth_it and again_at <= job.retry_until:
            job.not_before = again_at
            return
        self._settle(job, Settled(error=error))
        if self._circuit.is_open:
            self._end_waiting(error)

    def _back_off(self, request: Request, error: Exception, retry_secs: float | None, now: float) -> float:
        before = self._backoffs.get(request)
        failures = 1 if before is None else before.failures + 1
        first_secs = FIRST_REFUSAL_BACKOFF_SECS if is_refusal(error) else FIRST_BACKOFF_SECS
        secs = backoff_secs(failures, first_secs, LONGEST_BACKOFF_SECS, self._chance())
        again_at = now + (secs if retry_secs is None else retry_secs)
        self._backoffs[request] = Backoff(failures, error, again_at)
        return again_at

    def _forget_refused(self, request: Request, error: Exception) -> None:
        if isinstance(error, AuthenticationError):
            self._entries.clear()
        elif is_refusal(error):
            self._entries.drop(request)
        else:
            return
        self.tally.changes += 1

    def _end_waiting(self, error: Exception) -> None:
        """Nobody waits for tries of their own when the server was just found away."""
        for job in [job for job in self._queued() if job.waiters]:
            self._settle(job, Settled(error=error))

    def _server_answered(self) -> None:
        if self._circuit.is_open:
            # They failed because the server was away.
            self._backoffs.clear()
        self._circuit.answered()

    def _settle(self, job: Job, settled: Settled) -> None:
        job.settled = settled
        del self._jobs[job.request]

    def _queued(self) -> Iterator[Job]:
        return (job for job in self._jobs.values() if job.spend is None)

    def _ready_at(self, job: Job) -> float:
        if not self._circuit.is_open:
            return job.not_before
        if self._circuit.probing:
            return float("inf")
        return job.not_before if job.insists else max(job.not_before, self._circuit.again_at)

    def _forget_unwanted(self, now: float) -> None:
        before = now - INTEREST_TTLS * max(self.rules.ttl_secs, 1.0)
        for job in [job for job in self._queued() if not job.waiters and job.asked < before]:
            del self._jobs[job.request]

    # Looking in from outside

    def restore(self, request: Request, answer: Answer, age_secs: float, now: float) -> None:
        """Take in an answer of an earlier process; it is stale, so the first to ask for it has it renewed."""
        if age_secs <= self.rules.stale_secs:
            self._entries.put(request, Entry(answer, None, now - age_secs, now))

    @property
    def queued(self) -> int:
        """Jobs nobody has taken up."""
        return sum(1 for _ in self._queued())

    def kept(self, request: Request) -> Answer | None:
        """The answer kept for a question."""
        entry = self._entries.get(request)
        return entry.answer if entry is not None else None

    def forget(self) -> None:
        """Drop every answer."""
        self._entries.clear()
        self.tally.changes += 1

    def answers(self) -> list[tuple[Request, Answer]]:
        """What is kept now."""
        return [(request, entry.answer) for request, entry in self._entries.items()]

    def statistics(self, now: float) -> Statistics:
        """Figures for a status page."""
        kept = [(str(request), entry) for request, entry in self._entries.items()]
        return Statistics(
            hits=self.tally.hits,
            stale=self.tally.stale,
            pending=self.tally.pending,
            failed=self.tally.failed,
            requests=self.tally.requests,
            unchanged=self.tally.unchanged,
            requests_last_minute=self.budget.spent(now),
            limit=self.budget.limit,
            budget_left=self.budget.left(now),
            queued=self.queued,
            in_flight=len(self._in_flight),
            entries=len(self._entries),
            size_bytes=self._entries.size_bytes,
            reachable=not self._circuit.is_open,
            last_success_at=self.tally.last_success_at,
            last_error=self.tally.last_error,
            last_error_at=self.tally.last_error_at,
            ages=tuple(
                EntryAge(text, now - entry.fetched, now < entry.fresh_until) for text, entry in sorted(kept, key=_text)
            ),
        )


def _text(kept: tuple[str, Entry]) -> str:
    return kept[0]


def _passing(error: Exception) -> bool:
    if isinstance(error, (RateLimitError, InternalServerError)):
        return error.status in RETRIED_STATUSES
    return isinstance(error, APIConnectionError)


def _retry_secs(exchange: Exchange) -> float | None:
    retry_at = exchange.error.retry_at if isinstance(exchange.error, APIStatusError) else None
    return None if retry_at is None else max(0.0, (retry_at - exchange.at).total_seconds())


def _told(exchange: Exchange) -> Told:
    limit = exchange.rate_limit
    if limit is None:
        return Told()
    reset_secs = None if limit.reset_at is None else (limit.reset_at - exchange.at).total_seconds()
    return Told(limit.limit, limit.remaining, reset_secs)
