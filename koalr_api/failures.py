"""What failed, question by question and as a whole, and when each may be asked again (pure)."""

from collections.abc import Callable
from dataclasses import dataclass

from cachetools import LRUCache

from koalr_api.circuit import Circuit
from koalr_api.job import Exchange, Job
from koalr_api.request import Request
from koalr_api.retry import is_outage, question_pause_secs, told_secs


@dataclass(slots=True, eq=False, repr=False)
class Backoff:
    """A question that failed: how often in a row, how, and when it is worth asking again (monotonic seconds)."""

    failures: int
    error: Exception
    again_at: float


class Failures:
    """Failures since the last success, of at most so many questions.

    Args:
        circuit: whether the server is there.
        chance: uniform in [0, 1).
    """

    def __init__(self, most: int, circuit: Circuit, chance: Callable[[], float]) -> None:
        self._circuit = circuit
        self._chance = chance
        # Of the last one at least it is known, also if no answers are to be kept.
        self._backoffs: LRUCache[Request, Backoff] = LRUCache(max(1, most))

    def __len__(self) -> int:
        return len(self._backoffs)

    def latest(self, request: Request) -> Exception | None:
        """Why a value of this question may be old."""
        backoff = self._backoffs.get(request)
        return self._circuit.error or (backoff.error if backoff is not None else None)

    def known(self, request: Request, has_value: bool, now: float) -> Exception | None:
        """Why asking now would fail; with a value to show, a failed last try is reason enough not to wait for the next."""
        if self._circuit.is_open:
            return self._circuit.error
        backoff = self._backoffs.get(request)
        return backoff.error if backoff is not None and (has_value or now < backoff.again_at) else None

    def left_alone(self, request: Request, now: float) -> bool:
        """Whether a question is in its pause."""
        backoff = self._backoffs.get(request)
        return backoff is not None and now < backoff.again_at

    def forgive(self, request: Request) -> None:
        """Somebody knows of its failures and wants another try."""
        self._backoffs.pop(request, None)

    def succeeded(self, request: Request) -> None:
        """It was answered."""
        self._server_answered()
        self._backoffs.pop(request, None)

    def failed(self, job: Job, error: Exception, exchange: Exchange, now: float) -> float:
        """It failed; when it may be asked again (monotonic seconds)."""
        if is_outage(error):
            self._circuit.failed(error, now, job.probe)
        else:
            self._server_answered()
        before = self._backoffs.get(job.request)
        failures = 1 if before is None else before.failures + 1
        told = told_secs(error, exchange.at)
        again_at = now + question_pause_secs(error, failures, told, self._chance())
        self._backoffs[job.request] = Backoff(failures, error, again_at)
        return again_at

    def _server_answered(self) -> None:
        if self._circuit.is_open:
            # They failed because the server was away.
            self._backoffs.clear()
        self._circuit.answered()
