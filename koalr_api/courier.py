"""Carries one job out: to other processes if they share something, else to the API. Holds no lock."""

from collections.abc import Callable
from datetime import datetime
from typing import Protocol

from koalr_api.answer import Answer
from koalr_api.job import Exchange, Job, bare
from koalr_api.request import Priority, Request
from koalr_api.shared import Shared

# How long another process may hold a question before this one asks too; longer than any exchange takes.
LEASE_SECS = 30.0
ELSEWHERE_SECS = 0.2


class Sender(Protocol):
    """Sends a request; transport.Transport is one."""

    def send(self, request: Request, etag: str | None = None) -> Exchange:
        """Ask once."""

    def after_fork(self) -> None:
        """Take nothing of the parent's connections."""


class Courier:
    """Sends jobs and reads what comes back."""

    def __init__(self, sender: Sender, shared: Shared, wall_clock: Callable[[], datetime]) -> None:
        self._sender = sender
        self._shared = shared
        self._wall_clock = wall_clock

    def carry(self, job: Job, known: Answer | None) -> tuple[float, Exchange | None]:
        """What the API, or another process, answers; None and seconds to wait if it was not to be asked now.

        Args:
            known: the answer this process has.
        """
        newer = self._shared.newer(job.request, known)
        if newer is not None:
            return 0.0, _read(job, Exchange(self._wall_clock(), answer=newer))
        if not self._shared.lease(job.request, LEASE_SECS):
            return ELSEWHERE_SECS, None
        try:
            wait_secs = self._shared.take(job.priority == Priority.WAITING)
            if wait_secs > 0:
                return wait_secs, None
            exchange = _read(job, self._sender.send(job.request, job.etag))
            if exchange.answer is not None and not exchange.unchanged:
                self._shared.keep(job.request, exchange.answer)
            return 0.0, exchange
        finally:
            self._shared.release(job.request)

    def after_fork(self) -> None:
        """Take nothing of the parent's connections."""
        self._sender.after_fork()


def _read(job: Job, exchange: Exchange) -> Exchange:
    """With the model read, or with what is wrong with the answer; so nothing that does not fit is ever kept."""
    if exchange.answer is None or exchange.unchanged:
        return exchange
    try:
        return exchange._replace(value=job.reader(exchange.answer))
    except Exception as error:
        # Whatever it is, it belongs to the caller, and not to the thread that fetched.
        return exchange._replace(answer=None, error=bare(error))
