"""What is answered from memory and what is asked (pure: the time is an argument, nothing is sent).

A value is fresh for its time to live, then shown while it is renewed behind, then shown for as long as renewing fails.
A refusal (401, 403, 404, 400) ends that: what a key may not see now is not shown from memory either. A refused key
takes every value with it.
"""

from collections.abc import Callable
from dataclasses import replace

from koalr_api.answer import Answer
from koalr_api.budget import Budget
from koalr_api.circuit import Circuit
from koalr_api.entries import Entries, Entry
from koalr_api.errors import AuthenticationError, NotFoundError, ResponseValidationError
from koalr_api.failures import Failures
from koalr_api.job import Exchange, Failed, Job, Pending, Settled, Shown
from koalr_api.queue import Queue
from koalr_api.request import Audience, Priority, Reader, Request
from koalr_api.retry import is_refusal, worth_retrying
from koalr_api.rules import Rules
from koalr_api.statistics import Statistics, Tally

TTL_SPREAD = 0.1


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
        self._failures = Failures(rules.most_entries, self._circuit, chance)
        self.queue = Queue(rules.ttl_secs, rules.retry_budget_secs, budget, self._circuit)
        self._entries = Entries(rules.most_entries, rules.most_bytes, self.queue.in_flight)
        # Whatever is younger is fresh with every draw of the spread.
        self._fresh_secs = rules.ttl_secs * (1.0 - TTL_SPREAD)

    # Asking

    def ask(self, request: Request, reader: Reader, audience: Audience, now: float) -> Shown | Pending | Failed:
        """Answer a question from memory, or queue it."""
        entry = self._readable(request, reader)
        if entry is not None:
            age_secs = now - entry.fetched
            accepted = audience.max_age_secs
            if now < entry.fresh_until and (accepted is None or age_secs <= accepted):
                self.tally.hits += 1
                return Shown(entry.read(reader))
            if age_secs > self.rules.stale_secs:
                entry = None
            elif accepted is not None and age_secs <= accepted:
                queued = self._queue(request, reader, audience.priority, entry, audience, self._fresh_secs, now)
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
        failing = None if audience.insists else self._failures.known(request, entry is not None, now)
        background = audience.priority == Priority.WARMING or (failing is not None and entry is not None)
        priority = audience.priority if background else Priority.WAITING
        accepts_secs = self._fresh_secs if audience.max_age_secs is None else audience.max_age_secs
        queued = self._queue(request, reader, priority, entry, audience, accepts_secs, now)
        if failing is None:
            return Pending(self.queue[request])
        if entry is not None:
            return Shown(self._stale(request, entry, reader), queued)
        self.tally.failed += 1
        return Failed(failing, queued)

    def _queue(
        self,
        request: Request,
        reader: Reader,
        priority: Priority,
        entry: Entry | None,
        audience: Audience,
        accepts_secs: float,
        now: float,
    ) -> bool:
        """Make sure there is a job for the question; whether it is a new one. A question that backs off gets none."""
        if request not in self.queue:
            if audience.insists:
                self._failures.forgive(request)
            elif self._failures.left_alone(request, now):
                return False
        return self.queue.add(request, reader, priority, entry, audience.insists, accepts_secs, now)

    def _readable(self, request: Request, reader: Reader) -> Entry | None:
        """The entry, if its answer fits: one of an earlier process may be from before a documented field came."""
        entry = self._entries.get(request)
        if entry is not None:
            try:
                entry.read(reader)
            except ResponseValidationError:
                self._entries.drop(request)
                return None
        return entry

    def _stale(self, request: Request, entry: Entry, reader: Reader) -> object:
        self.tally.stale += 1
        error = self._failures.latest(request)
        return entry.read(reader) if error is None else entry.stale(reader, str(error))

    def _usable(self, request: Request, now: float) -> Entry | None:
        entry = self._entries.get(request)
        return entry if entry is not None and now - entry.fetched <= self.rules.stale_secs else None

    # Answers

    def finished(self, job: Job, exchange: Exchange, now: float) -> None:
        """A sent job came back."""
        if exchange.shared:
            self._adopted(job, exchange, now)
            return
        self.queue.landed(job, exchange.told, now)
        if exchange.error is not None:
            self._failed(job, exchange.error, exchange, now)
        else:
            self._succeeded(job, exchange, now)

    def _succeeded(self, job: Job, exchange: Exchange, now: float) -> None:
        self._failures.succeeded(job.request)
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
        self.tally.last_success_at = exchange.at
        self._keep(job, answer, value, now)

    def _adopted(self, job: Job, exchange: Exchange, now: float) -> None:
        """Another process had the answer: that cost no request, and says nothing of the API's state."""
        assert exchange.answer is not None
        self.queue.unsent(job, now)
        self.tally.shared += 1
        age_secs = (exchange.at - exchange.answer.fetched_at).total_seconds()
        entry = self._keep(job, exchange.answer, exchange.value, now - age_secs)
        if entry.fresh_until <= now:
            self.queue.add(job.request, job.reader, Priority.PAGE, entry, False, self._fresh_secs, now)

    def _keep(self, job: Job, answer: Answer, value: object, fetched: float) -> Entry:
        spread = 1.0 - TTL_SPREAD + 2 * TTL_SPREAD * self._chance()
        entry = Entry(answer, value, fetched, fetched + self.rules.ttl_secs * spread)
        self._entries.put(job.request, entry)
        self.tally.changes += 1
        self.queue.settle(job, Settled(value))
        return entry

    def _failed(self, job: Job, error: Exception, exchange: Exchange, now: float) -> None:
        if not isinstance(error, NotFoundError):  # which says nothing of the API's state
            self.tally.last_error, self.tally.last_error_at = str(error), exchange.at
        self._forget_refused(job.request, error)
        job.not_before = self._failures.failed(job, error, exchange, now)
        if self._may_try_again(job, error, now):
            return
        self.queue.settle(job, Settled(error=error))
        if self._circuit.is_open:
            # Nobody waits for tries of their own when the API was just found away.
            self.queue.settle_waiting(Settled(error=error))

    def _may_try_again(self, job: Job, error: Exception, now: float) -> bool:
        """Whether the next try of a job can help, and would begin in time: after its pause, when the budget has room."""
        if self._circuit.is_open or not worth_retrying(error) or job.tries > self.rules.max_retries:
            return False
        return now + self.queue.expected_secs(job, now) <= job.retry_until

    def _forget_refused(self, request: Request, error: Exception) -> None:
        if isinstance(error, AuthenticationError):
            self._entries.clear()
        elif is_refusal(error):
            self._entries.drop(request)
        else:
            return
        self.tally.changes += 1

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
            ages=self._entries.ages(now),
            shared=self.tally.shared,
        )
