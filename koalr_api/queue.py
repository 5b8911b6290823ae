"""What is to be sent, in which order and when: one job per question, as the budget and the circuit allow (pure)."""

import itertools
import math
from collections.abc import Iterator

from koalr_api.budget import Budget, Told
from koalr_api.circuit import Circuit
from koalr_api.entries import Entry
from koalr_api.job import Job, Settled
from koalr_api.request import Priority, Reader, Request

# A refresh nobody asked for again within so many times to live is dropped.
INTEREST_TTLS = 2.0


class Queue:
    """Jobs by question, queued and in flight.

    Args:
        ttl_secs: how long a value is fresh.
        retry_secs: after its first one, how long further tries of a job that somebody waits for may begin.

    Attributes:
        in_flight: questions that are being asked.
        sent: requests in all.
    """

    def __init__(self, ttl_secs: float, retry_secs: float, budget: Budget, circuit: Circuit) -> None:
        self.in_flight: set[Request] = set()
        self.sent = 0
        self._ttl_secs = ttl_secs
        self._retry_secs = retry_secs
        self._budget = budget
        self._circuit = circuit
        self._jobs: dict[Request, Job] = {}
        self._numbers = itertools.count()

    def __contains__(self, request: Request) -> bool:
        return request in self._jobs

    def __getitem__(self, request: Request) -> Job:
        return self._jobs[request]

    def __len__(self) -> int:
        return len(self._jobs)

    @property
    def waiting(self) -> int:
        """Jobs nobody has taken up."""
        return sum(1 for _ in self._queued())

    def add(
        self,
        request: Request,
        reader: Reader,
        priority: Priority,
        entry: Entry | None,
        insists: bool,
        accepts_secs: float,
        now: float,
    ) -> bool:
        """Ask for a question; True if nobody did before. The most urgent of those who ask decides its place."""
        job = self._jobs.get(request)
        new = job is None
        if job is None:
            since = now if entry is None or priority == Priority.WAITING else entry.fetched
            job = self._jobs[request] = Job(request, reader, priority, since, now, next(self._numbers))
            job.etag = entry.answer.etag if entry is not None else None
        elif priority < job.priority:
            job.priority = priority
            job.since = now if priority == Priority.WAITING else job.since
        if priority == Priority.WAITING:
            job.retry_until = now + self._retry_secs
        job.asked = now
        job.insists = job.insists or insists
        job.accepts_secs = min(job.accepts_secs, accepts_secs)
        return new

    def next_job(self, now: float) -> Job | float | None:
        """The job to send now, else the seconds after which asking again is worth it; None: not before something happens."""
        self._forget_unwanted(now)
        queued = list(self._queued())
        ready = [job for job in queued if self._ready_at(job) <= now]
        later = [at - now for job in queued if now < (at := self._ready_at(job)) < math.inf]
        if not ready:
            return min(later, default=None)
        job = min(ready, key=lambda job: job.order(self._ttl_secs))
        taken = self._budget.take(now, job.priority == Priority.WAITING)
        if isinstance(taken, float):
            return min([taken, *later])
        job.spend = taken
        job.tries += 1
        if job.tries == 1 and job.priority == Priority.WAITING:
            job.retry_until = now + self._retry_secs
        job.probe = self._circuit.probing = self._circuit.is_open
        self.in_flight.add(job.request)
        return job

    def landed(self, job: Job, told: Told, now: float) -> None:
        """A job came back; it is queued again until it is settled."""
        assert job.spend is not None
        self._budget.settle(job.spend, now, told)
        self.sent += 1
        self._put_back(job)

    def broken_off(self, job: Job, now: float) -> None:
        """The sender of a job was interrupted. It may have arrived, so it counts."""
        if job.spend is not None:
            self._budget.settle(job.spend, now, Told())
        self._not_tried(job, now)

    def unsent(self, job: Job, now: float, again_secs: float = 0.0) -> None:
        """A job was not sent after all, because another process is at it or has it."""
        if job.spend is not None:
            self._budget.give_back()
        self._not_tried(job, now + again_secs)

    def settle(self, job: Job, settled: Settled) -> None:
        """The end of a job."""
        job.settled = settled
        del self._jobs[job.request]

    def settle_waiting(self, settled: Settled) -> None:
        """The end of all queued jobs that somebody waits for."""
        for job in [job for job in self._queued() if job.waiters]:
            self.settle(job, settled)

    def place(self, job: Job) -> int:
        """Its place among the queued, from 1; 1 too if it is on its way."""
        mine = job.order(self._ttl_secs)
        return 1 + sum(other.order(self._ttl_secs) < mine for other in self._queued())

    def expected_secs(self, job: Job, now: float) -> float:
        """Seconds until its request may be sent."""
        ready_at = self._ready_at(job)
        ready_secs = ready_at - now if ready_at < math.inf else 0.0
        return max(self._budget.expected_secs(now, self.place(job)), ready_secs, 0.0)

    def after_fork(self) -> None:
        """In a child process: what was in flight is the parent's, and is queued here."""
        for job in self._jobs.values():
            job.spend, job.waiters = None, 0
        self.in_flight.clear()
        self._circuit.probing = False
        self._budget.after_fork()

    def _not_tried(self, job: Job, again_at: float) -> None:
        if job.spend is not None:
            job.tries -= 1
        self._put_back(job)
        self._circuit.probing = self._circuit.probing and not job.probe
        job.not_before = again_at

    def _put_back(self, job: Job) -> None:
        job.spend = None
        self.in_flight.discard(job.request)

    def _queued(self) -> Iterator[Job]:
        return (job for job in self._jobs.values() if job.spend is None)

    def _ready_at(self, job: Job) -> float:
        if not self._circuit.is_open:
            return job.not_before
        if self._circuit.probing:
            return math.inf
        return job.not_before if job.insists else max(job.not_before, self._circuit.again_at)

    def _forget_unwanted(self, now: float) -> None:
        before = now - INTEREST_TTLS * max(self._ttl_secs, 1.0)
        for job in [job for job in self._queued() if not job.waiters and job.asked < before]:
            del self._jobs[job.request]
