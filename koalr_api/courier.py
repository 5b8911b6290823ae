"""Carries one job out: to other processes if they share something, else to the API. Holds no lock."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Protocol

from koalr_api.answer import Answer
from koalr_api.job import Exchange, Job, bare
from koalr_api.request import Priority, Request
from koalr_api.shared import Question, Shared, Turn


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
        question = Question(job.request, job.accepts_secs, job.priority == Priority.WAITING)
        found = self._shared.ask(question)
        if isinstance(found, Answer):
            exchange = _read(job, Exchange(self._wall_clock(), answer=found, shared=True))
            if exchange.error is None:
                return 0.0, exchange
            # Another process took it for good, so it is one of another version, or was tampered with.
            question = question._replace(accepts_secs=0.0)
            found = self._shared.ask(question)
        if isinstance(found, Turn):
            return 0.0, self._send(job, known, question, found)
        return (found, None) if isinstance(found, float) else (0.0, None)

    def forget(self) -> None:
        """Have the answers dropped that processes share."""
        self._shared.forget()

    def after_fork(self) -> None:
        """Take nothing of the parent's connections."""
        self._sender.after_fork()
        self._shared.after_fork()

    def _send(self, job: Job, known: Answer | None, question: Question, turn: Turn) -> Exchange:
        ended: Exchange | None = None
        try:
            exchange = _read(job, self._sender.send(job.request, job.etag))
            ended = _confirmed(job, exchange, known)
            return exchange
        finally:
            self._shared.done(question, turn, ended)


def _read(job: Job, exchange: Exchange) -> Exchange:
    """With the model read, or with what is wrong with the answer; so nothing that does not fit is ever kept."""
    if exchange.answer is None or exchange.unchanged:
        return exchange
    try:
        return exchange._replace(value=job.reader(exchange.answer))
    except Exception as error:
        # Whatever it is, it belongs to the caller, and not to the thread that fetched.
        return exchange._replace(answer=None, error=bare(error))


def _confirmed(job: Job, exchange: Exchange, known: Answer | None) -> Exchange:
    """With the body that an unchanged answer confirms, if it is still known."""
    if not exchange.unchanged or exchange.answer is None:
        return exchange
    if known is None or known.etag != job.etag:
        return exchange._replace(answer=None)
    renewed = replace(known, fetched_at=exchange.answer.fetched_at, clock=exchange.answer.clock)
    return exchange._replace(answer=renewed)
