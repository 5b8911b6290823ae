"""Fresh answers for a while, the last good one while the API is away, and one request for many askers."""

import threading
from collections.abc import Callable, Hashable
from dataclasses import dataclass, replace

from cachetools import LRUCache

from koalr_api.answer import Answer
from koalr_api.errors import APIConnectionError, InternalServerError, KoalrError, RateLimitError

MOST_ENTRIES = 1024
# Errors a last good answer may stand in for; a refused key or an unknown team it may not.
BRIDGED = (APIConnectionError, InternalServerError, RateLimitError)


@dataclass(slots=True)
class CacheStatistics:
    """How often the cache answered, asked, and served an old answer because asking failed."""

    hits: int = 0
    misses: int = 0
    stale: int = 0


@dataclass(frozen=True, slots=True)
class _Entry:
    answer: Answer
    stored: float


class AnswerCache:
    """Answers by key.

    Args:
        clock: seconds, monotonic.
    """

    def __init__(self, ttl_secs: float, stale_secs: float, clock: Callable[[], float]) -> None:
        self._ttl_secs = ttl_secs
        self._stale_secs = stale_secs
        self._clock = clock
        self._entries: LRUCache[Hashable, _Entry] = LRUCache(MOST_ENTRIES)
        self._flights: dict[Hashable, threading.Lock] = {}
        self._lock = threading.Lock()
        self.statistics = CacheStatistics()

    def get(self, key: Hashable, fetch: Callable[[], Answer]) -> Answer:
        """A fresh answer, from memory or by `fetch`; askers of the same key at the same time share one fetch.

        Raises:
            KoalrError: the fetch failed and no answer young enough stands in.
        """
        fresh = self._fresh(key)
        if fresh is not None:
            return fresh
        with self._flight(key):
            fresh = self._fresh(key)
            if fresh is not None:
                return fresh
            return self._fetched(key, fetch)

    def clear(self) -> None:
        """Forget every answer."""
        with self._lock:
            self._entries.clear()

    def _fresh(self, key: Hashable) -> Answer | None:
        with self._lock:
            entry = self._entries.get(key)
            if entry is None or self._clock() - entry.stored >= self._ttl_secs:
                return None
            self.statistics.hits += 1
            return entry.answer

    def _flight(self, key: Hashable) -> threading.Lock:
        with self._lock:
            return self._flights.setdefault(key, threading.Lock())

    def _fetched(self, key: Hashable, fetch: Callable[[], Answer]) -> Answer:
        try:
            answer = fetch()
        except BRIDGED as error:
            return self._last_good(key, error)
        finally:
            with self._lock:
                self.statistics.misses += 1
                self._flights.pop(key, None)
        with self._lock:
            self._entries[key] = _Entry(answer, self._clock())
        return answer

    def _last_good(self, key: Hashable, error: KoalrError) -> Answer:
        with self._lock:
            entry = self._entries.get(key)
            if entry is None or self._clock() - entry.stored >= self._stale_secs:
                raise error
            self.statistics.stale += 1
        return replace(entry.answer, stale_reason=str(error))
