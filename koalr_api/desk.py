"""What is answered from memory and what is asked (pure: the time is an argument, nothing is sent).

A value is fresh for its time to live, then shown while it is renewed behind, then shown for as long as renewing fails.
A refusal (401, 403, 404, 400) ends that: what a key may not see now is not shown from memory either. A refused key
takes every value with it.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import NamedTuple

from cachetools import LRUCache

from koalr_api.answer import Answer
from koalr_api.budget import Budget, Told
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
    APIStatusError,
    AuthenticationError,
    NotFoundError,
    RateLimitError,
)
from koalr_api.job import Exchange, Failed, Job, Pending, Settled, Shown, Tally
from koalr_api.queue import Queue
from koalr_api.request import Audience, Priority, Reader, Request
from koalr_api.retry import worth_retrying
from koalr_api.statistics import EntryAge, Statistics

TTL_SPREAD = 0.1
# A server that wants to be left alone for longer is asked once in so long all the same.
LONGEST_TOLD_SECS = 300.0


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
    """The state of one client: values and failures here, what is to be sent in `queue`.

    Args:
        chance: uniform in [0, 1).
    """

    def __init__(self, rules: Rules, budget: Budget, chance: Callable[[], float]) -> None:
        self.rules = rules
        self.budget = budget
        self.tally = Tally()
        self._chance = chance
        self._circuit = Circuit(chance)
        self.queue = Queue(rules.ttl_secs, budget, self._circuit)
        self._entries = Entries(rules.most_entries, rules.most_bytes, self.queue.in_flight)
        self._backoffs: LRUCache[Request, Backoff] = LRUCache(rules.most_entries)

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

    def _ask_anew(
        self, request: Request, reader: Reader, audience: Audience, entry: Entry | None, now: float
    ) -> Shown | Pending | Failed:
        """A question without a value that would do: wait for one, unless asking is known to fail."""
        failing = None if audience.insists else self._failing(request, entry is not None, now)
        background = audience.priority == Priority.WARMING or (failing is not None and entry is not None)
        priority = audience.priority if background else Priority.WAITING
        queued = self._queue(request, reader, priority, entry, audience, now)
        if failing is None:
            return Pending(self.queue[request])
        if entry is not None:
            return Shown(self._stale(request, entry, reader), queued)
        self.tally.failed += 1
        return Failed(failing, queued)

    def _queue(
        self, request: Request, reader: Reader, priority: Priority, entry: Entry | None, audience: Audience, now: float
    ) -> bool:
        """Make sure there is a job for the question; whether it is a new one. A question that backs off gets none."""
        if request not in self.queue:
            if audience.insists:
                self._backoffs.pop(request, None)
            elif self._backing_off(request, now):
                return False
        retry_until = now + self.rules.retry_budget_secs
        return self.queue.add(request, reader, priority, entry, audience.insists, retry_until, now)

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

    # Answers

    def finished(self, job: Job, exchange: Exchange, now: float) -> None:
        """A sent job came back."""
        self.queue.landed(job, _told(exchange), now)
        if exchange.error is not None:
            self._failed(job, exchange.error, exchange, now)
        else:
            self._succeeded(job, exchange, now)

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
        self.queue.settle(job, Settled(value))

    def _failed(self, job: Job, error: Exception, exchange: Exchange, now: float) -> None:
        if not isinstance(error, NotFoundError):  # which says nothing of the API's state
            self.tally.last_error, self.tally.last_error_at = str(error), exchange.at
        if is_outage(error):
            self._circuit.failed(error, now, job.probe)
        else:
            self._server_answered()
        self._forget_refused(job.request, error)
        again_at = self._back_off(job.request, error, _retry_secs(exchange), now)
        if isinstance(error, RateLimitError):
            # Whatever is asked before this question may be asked again would be refused too.
            self.budget.close(again_at - now, now)
        worth_it = not self._circuit.is_open and worth_retrying(error) and job.tries <= self.rules.max_retries
        if worth_it and again_at <= job.retry_until:
            job.not_before = again_at
            return
        self.queue.settle(job, Settled(error=error))
        if self._circuit.is_open:
            # Nobody waits for tries of their own when the API was just found away.
            self.queue.settle_waiting(Settled(error=error))

    def _back_off(self, request: Request, error: Exception, retry_secs: float | None, now: float) -> float:
        before = self._backoffs.get(request)
        failures = 1 if before is None else before.failures + 1
        first_secs = FIRST_REFUSAL_BACKOFF_SECS if is_refusal(error) else FIRST_BACKOFF_SECS
        secs = backoff_secs(failures, first_secs, LONGEST_BACKOFF_SECS, self._chance())
        again_at = now + (secs if retry_secs is None else min(retry_secs, LONGEST_TOLD_SECS))
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

    def _server_answered(self) -> None:
        if self._circuit.is_open:
            # They failed because the server was away.
            self._backoffs.clear()
        self._circuit.answered()

    # Looking in from outside

    def restore(self, request: Request, answer: Answer, age_secs: float, now: float) -> None:
        """Take in an answer of an earlier process; it is stale, so the first to ask for it has it renewed."""
        if age_secs <= self.rules.stale_secs:
            self._entries.put(request, Entry(answer, None, now - age_secs, now))

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
            requests=self.queue.sent,
            unchanged=self.tally.unchanged,
            requests_last_minute=self.budget.spent(now),
            limit=self.budget.limit,
            budget_left=self.budget.left(now),
            queued=self.queue.waiting,
            in_flight=len(self.queue.in_flight),
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


def _retry_secs(exchange: Exchange) -> float | None:
    retry_at = exchange.error.retry_at if isinstance(exchange.error, APIStatusError) else None
    return None if retry_at is None else max(0.0, (retry_at - exchange.at).total_seconds())


def _told(exchange: Exchange) -> Told:
    limit = exchange.rate_limit
    if limit is None:
        return Told()
    reset_secs = None if limit.reset_at is None else (limit.reset_at - exchange.at).total_seconds()
    return Told(limit.limit, limit.remaining, reset_secs)
