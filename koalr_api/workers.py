"""Daemon threads that fetch for callers with limited patience.

They start when there is something to do and end when there was nothing for a while.
"""

import threading
from collections.abc import Callable

from koalr_api.job import Job
from koalr_api.queue import Queue

# A minute's budget is used up even if every answer takes eight seconds.
MOST_WORKERS = 8
IDLE_SECS = 10.0


class Workers:
    """A few threads at one queue.

    Args:
        changed: guards the queue, and tells of what changes in it.
        carry_out: fetches one job; called without the lock.
        clock: monotonic seconds.
    """

    def __init__(
        self,
        changed: threading.Condition,
        queue: Queue,
        carry_out: Callable[[Job], None],
        clock: Callable[[], float],
    ) -> None:
        self._changed = changed
        self._queue = queue
        self._carry_out = carry_out
        self._clock = clock
        self._threads: set[threading.Thread] = set()
        self._idle = 0
        self._closed = False

    def __len__(self) -> int:
        return len(self._threads)

    def call(self) -> None:
        """See to it that somebody takes up what is queued. The lock is held."""
        if self._idle == 0 and len(self._threads) < MOST_WORKERS:
            thread = threading.Thread(target=self._work, name="koalr-fetch", daemon=True)
            self._threads.add(thread)
            thread.start()
        else:
            self._changed.notify_all()

    def close(self) -> None:
        """End the threads after what they are at; a call starts new ones. The lock is not held."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()
            threads = list(self._threads)
        for thread in threads:
            thread.join(timeout=1.0)
        with self._changed:
            self._closed = False

    def _work(self) -> None:
        try:
            while (job := self._next_job()) is not None:
                with self._changed:
                    if self._queue.waiting:
                        self.call()
                self._carry_out(job)
        finally:
            with self._changed:
                self._threads.discard(threading.current_thread())

    def _next_job(self) -> Job | None:
        """The next job, as soon as there is one; None if there was none for a while."""
        with self._changed:
            self._idle += 1
            try:
                idle_until = self._clock() + IDLE_SECS
                while not self._closed:
                    turn = self._queue.next_job(self._clock())
                    if isinstance(turn, Job):
                        return turn
                    left_secs = idle_until - self._clock()
                    if turn is None and left_secs <= 0:
                        return None
                    self._changed.wait(left_secs if turn is None else turn)
                return None
            finally:
                self._idle -= 1
