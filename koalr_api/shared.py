"""What processes with the same key could share: answers, the budget, and who asks. Alone, a process shares nothing.

The desk of each process stays as it is. Where there is something to share, the fetcher asks it between the desk's
permission and the request, outside every lock; so it may take its time, and where it is gone all goes on as if alone.
"""

from typing import Protocol

from koalr_api.answer import Answer
from koalr_api.request import Request


class Shared(Protocol):
    """A place known to several processes. No method raises; what cannot be had is answered as if alone."""

    def newer(self, request: Request, than: Answer | None) -> Answer | None:
        """An answer another process fetched since; None if there is none."""

    def lease(self, request: Request, secs: float) -> bool:
        """Whether this process may fetch it now; after `secs` the lease ends by itself."""

    def release(self, request: Request) -> None:
        """Fetching ended."""

    def take(self, waiting: bool) -> float:
        """Take one request out of the budget of all: 0, or the seconds after which asking again is worth it."""

    def keep(self, request: Request, answer: Answer) -> None:
        """Offer an answer to the others."""


class Alone:
    """No other process."""

    def newer(self, request: Request, than: Answer | None) -> Answer | None:  # noqa: ARG002 - the protocol's
        """There is nobody to have it from."""
        return None

    def lease(self, request: Request, secs: float) -> bool:  # noqa: ARG002
        """Nobody else asks."""
        return True

    def release(self, request: Request) -> None:
        """Nobody waits for it."""

    def take(self, waiting: bool) -> float:  # noqa: ARG002
        """The budget of this process is all there is."""
        return 0.0

    def keep(self, request: Request, answer: Answer) -> None:
        """Nobody reads it."""
