"""What processes with the same key share: answers, the budget, and who asks. Alone, a process shares nothing.

The desk of each process stays as it is. Where there is something to share, the courier asks it between the desk's
permission and the request, outside every lock; so it may take its time, and where it is gone all goes on as if alone.
"""

from typing import NamedTuple, Protocol

from koalr_api.answer import Answer
from koalr_api.job import Exchange
from koalr_api.request import Request


class Question(NamedTuple):
    """What a process would send, and which answer of another one would spare it that.

    Attributes:
        accepts_secs: an answer of another process must be younger than this; what this process has is older.
        waiting: a person waits for it.
    """

    request: Request
    accepts_secs: float
    waiting: bool


class Turn(NamedTuple):
    """Permission to send a question now, to be handed back when it was.

    Attributes:
        ticket: names it.
        spent: requests of all processes that counted when it was given, itself included; 0 if nobody counts for all.
        at: when that was, by the clock of whoever counts (seconds).
    """

    ticket: str
    spent: int = 0
    at: float = 0.0


class Shared(Protocol):
    """A place known to several processes. No method raises; what cannot be had is answered as if alone."""

    def ask(self, question: Question, /) -> Answer | Turn | float:
        """Another process's answer, or permission to send, or the seconds after which asking again is worth it."""

    def done(self, question: Question, turn: Turn, exchange: Exchange | None) -> None:
        """The request ended; None if it was broken off. An unchanged answer comes with the body it confirms."""

    def forget(self) -> None:
        """Drop every answer of this key."""

    def after_fork(self) -> None:
        """In a child process: take nothing of the parent's."""


class Alone:
    """No other process."""

    def ask(self, _question: Question) -> Turn:
        """The budget of this process is all there is."""
        return Turn("")

    def done(self, question: Question, turn: Turn, exchange: Exchange | None) -> None:
        """Nobody waits for it."""

    def forget(self) -> None:
        """Nobody has any."""

    def after_fork(self) -> None:
        """There is nothing to take."""
