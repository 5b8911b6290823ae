"""Who counts the requests of callers: this process alone, or Redis for all replicas."""

import threading
import time
from collections.abc import Callable
from typing import Protocol

from cachetools import LRUCache

from koalr_server.limiter import SlidingLimit, Verdict

MOST_CALLERS = 10_000


class Limits(Protocol):
    """Counts requests, a caller's budget each."""

    async def admit(self, caller: str, limit: int) -> Verdict:
        """Decide one request of a caller who has so many a minute."""


class OwnLimits:
    """Counts in this process.

    Args:
        clock: epoch seconds.
    """

    def __init__(self, clock: Callable[[], float] = time.time) -> None:
        self._clock = clock
        self._budgets: LRUCache[str, SlidingLimit] = LRUCache(maxsize=MOST_CALLERS)
        self._lock = threading.Lock()

    async def admit(self, caller: str, limit: int) -> Verdict:
        """See Limits.admit."""
        with self._lock:
            budget = self._budgets.get(caller)
            if budget is None or budget.limit != limit:
                budget = self._budgets[caller] = SlidingLimit(limit)
            return budget.admit(self._clock())
