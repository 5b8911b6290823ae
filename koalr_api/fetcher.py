"""The threads that ask at the desk.

One condition guards the desk; requests are sent outside it. Who waits without limit fetches in its own thread, so a
script needs no others. Workers fetch for the others.
"""

import logging
import threading
import weakref
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from koalr_api import forks
from koalr_api.courier import Courier
from koalr_api.desk import Desk
from koalr_api.errors import PendingError, restored
from koalr_api.job import Failed, Job, Pending, Shown
from koalr_api.request import Audience, Reader, Request
from koalr_api.snapshot import Snapshot
from koalr_api.statistics import Statistics
from koalr_api.workers import Workers

WORTH_SAYING_SECS = 2.0

log = logging.getLogger("koalr_api")


class Fetcher:
    """Answers questions through a desk.

    Args:
        clock: monotonic seconds; wall_clock: aware now.
        sleep: used in place of waiting to be woken; for tests on a clock of their own.
    """

    def __init__(
        self,
        desk: Desk,
        courier: Courier,
        snapshot: Snapshot | None,
        clock: Callable[[], float],
        wall_clock: Callable[[], datetime],
        sleep: Callable[[float], None] | None = None,
    ) -> None:
        self._desk = desk
        self._courier = courier
        self._snapshot = snapshot
        self._clock = clock
        self._wall_clock = wall_clock
        self._sleep = sleep
        self._equip()
        forks.watch(self)
        if snapshot is not None:
            # Also when the interpreter ends; it must not hold the fetcher itself.
            weakref.finalize(self, _save, snapshot, desk)

    def _equip(self) -> None:
        self._changed = threading.Condition(threading.Lock())
        self._workers = Workers(self._changed, self._desk.queue, self._carry_out, self._clock)

    def ask(self, request: Request, reader: Reader, audience: Audience) -> Any:  # noqa: ANN401 - a model
        """The answer for an audience, at once or after waiting as long as its patience allows.

        Raises:
            PendingError: the patience ended before there was an answer.
            KoalrError: asking failed and no older answer stands in.
        """
        with self._changed:
            found = self._desk.ask(request, reader, audience, self._clock())
            if type(found) is Shown:
                if found.queued:
                    self._workers.call()
                return found.value
            if isinstance(found, Pending):
                found = self._wait(found.job, audience.patience_secs)
            elif found.queued:
                self._workers.call()
            return self._shown(found)

    def statistics(self) -> Statistics:
        """Figures of this moment."""
        with self._changed:
            return self._desk.statistics(self._clock())

    def forget(self) -> None:
        """Drop every answer."""
        with self._changed:
            self._desk.forget()
        self._courier.forget()

    def close(self) -> None:
        """End the threads after what they are at, and write the kept answers. Asking again starts anew."""
        self._workers.close()
        if self._snapshot is not None:
            with self._changed:
                kept = self._desk.answers() if self._snapshot.unsaved(self._desk.tally.changes) else None
            if kept is not None:
                self._snapshot.save(kept)

    # Waiting (the lock is held)

    def _shown(self, found: Shown | Pending | Failed) -> Any:  # noqa: ANN401
        if isinstance(found, Shown):
            return found.value
        if isinstance(found, Failed):
            raise _anew(found.error)
        place = self._desk.queue.place(found.job)
        secs = self._desk.queue.expected_secs(found.job, self._clock())
        raise PendingError(
            f"{found.job.request.path} is number {place} in the queue and expected in about {secs:.0f} s.",
            place=place,
            expected_at=self._wall_clock() + timedelta(seconds=secs),
        )

    def _wait(self, job: Job, patience_secs: float | None) -> Shown | Pending | Failed:
        until = None if patience_secs is None else self._clock() + patience_secs
        if until is not None:
            self._workers.call()
        job.waiters += 1
        try:
            while job.settled is None:
                if until is None:
                    self._fetch_here(job)
                    continue
                left_secs = until - self._clock()
                if left_secs <= 0:
                    return self._desk.late(job, self._clock())
                self._changed.wait(min(left_secs, threading.TIMEOUT_MAX))
        finally:
            job.waiters -= 1
        return self._desk.outcome(job, job.settled, self._clock())

    def _fetch_here(self, job: Job) -> None:
        """Do what is next at the desk while our own job waits there, else wait for whoever has it."""
        turn = self._desk.queue.next_job(self._clock()) if job.spend is None else None
        if isinstance(turn, float) and turn > WORTH_SAYING_SECS:
            log.info("%s waits %.0f s for its turn.", job.request.path, turn)
        if isinstance(turn, Job):
            self._changed.release()
            try:
                self._carry_out(turn)
            finally:
                self._changed.acquire()
        elif self._sleep is not None and turn is not None:
            # On a clock of a test, time passes only so.
            self._changed.release()
            try:
                self._sleep(turn)
            finally:
                self._changed.acquire()
        else:
            self._changed.wait(turn)

    # Fetching (the lock is not held)

    def _carry_out(self, job: Job) -> None:
        try:
            with self._changed:
                known = self._desk.kept(job.request)
            again_secs, exchange = self._courier.carry(job, known)
        except BaseException:
            with self._changed:
                self._desk.queue.broken_off(job, self._clock())
                self._changed.notify_all()
            raise
        with self._changed:
            if exchange is None:
                self._desk.queue.unsent(job, self._clock(), again_secs)
            else:
                self._desk.finished(job, exchange, self._clock())
            self._changed.notify_all()
        self._save_if_due()

    def _save_if_due(self) -> None:
        if self._snapshot is None:
            return
        with self._changed:
            if not self._snapshot.due(self._desk.tally.changes, self._clock()):
                return
            kept = self._desk.answers()
        self._snapshot.save(kept)

    def before_fork(self) -> None:
        """No thread is in the middle of something from now on."""
        self._changed.acquire()

    def after_fork_in_parent(self) -> None:
        """All goes on."""
        self._changed.release()

    def after_fork_in_child(self) -> None:
        """Locks, threads and connections of its own for a child process."""
        self._equip()
        self._desk.queue.after_fork()
        self._courier.after_fork()


def _anew(error: Exception) -> Exception:
    """A copy to raise: one instance raised by many threads would gather all their tracebacks."""
    return restored(type(error), error.args, vars(error))


def _save(snapshot: Snapshot, desk: Desk) -> None:
    if snapshot.unsaved(desk.tally.changes):
        snapshot.save(desk.answers())
