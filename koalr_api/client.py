"""The client: settings, cache and transport behind the resources."""

import os
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NoReturn

import requests

from koalr_api.answer import Answer
from koalr_api.cache import AnswerCache
from koalr_api.errors import ConfigError
from koalr_api.resources import Resources
from koalr_api.retry import RetryPolicy
from koalr_api.secret import NOT_PICKLED, Secret, checked_key
from koalr_api.transport import Transport, utc_now

DEFAULT_URL = "https://api.koalr.com"


@dataclass(frozen=True, slots=True)
class Statistics:
    """What a client did so far: cache hits and misses, old answers served for want of new ones, requests sent."""

    hits: int
    misses: int
    stale: int
    requests: int


class Koalr(Resources):
    """A client of one Koalr API with one key. Safe to share between threads.

    Args:
        api_key: default KOALR_API_KEY.
        base_url: without /api/v1; default KOALR_API_URL, else https://api.koalr.com.
        timeout_secs: (connect, read).
        max_retries, retry_budget_secs: see retry.RetryPolicy.
        cache_ttl_secs: how long an answer is fresh.
        stale_ttl_secs: how long the last good answer stands in while the API cannot be asked.

    Raises:
        ConfigError: no key, a key no header can carry, or a URL that is none.
    """

    def __init__(
        self,
        api_key: str | None = None,
        *,
        base_url: str | None = None,
        timeout_secs: tuple[float, float] = (3.05, 10.0),
        max_retries: int = 2,
        retry_budget_secs: float = 2.0,
        cache_ttl_secs: float = 60.0,
        stale_ttl_secs: float = 3600.0,
        session: requests.Session | None = None,
        clock: Callable[[], float] = time.monotonic,
        wall_clock: Callable[[], datetime] = utc_now,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        # Out of this frame's local variables before anything can be raised.
        key, api_key = Secret(api_key or os.environ.get("KOALR_API_KEY") or ""), None
        self._transport = Transport(
            base_url=_checked_url(base_url or os.environ.get("KOALR_API_URL") or DEFAULT_URL),
            api_key=checked_key(key),
            timeout_secs=timeout_secs,
            retry=RetryPolicy(max_retries, retry_budget_secs),
            session=session or requests.Session(),
            clock=clock,
            wall_clock=wall_clock,
            sleep=sleep,
        )
        self._cache = AnswerCache(cache_ttl_secs, stale_ttl_secs, clock)
        super().__init__(self._cached)

    def __repr__(self) -> str:
        return f"Koalr(base_url={self._transport.base_url!r})"

    def __reduce_ex__(self, protocol: object) -> NoReturn:
        raise TypeError(NOT_PICKLED)

    def stats(self) -> Statistics:
        """Counts since the client was made."""
        found = self._cache.statistics
        return Statistics(found.hits, found.misses, found.stale, self._transport.requests_sent)

    def clear_cache(self) -> None:
        """Ask the API anew for everything."""
        self._cache.clear()

    def _cached(
        self, method: str, path: str, params: Mapping[str, str | int], json: Mapping[str, Any] | None = None
    ) -> Answer:
        key = (
            method,
            path,
            tuple(sorted(params.items())),
            tuple(sorted((json or {}).items())),
            self._transport.fingerprint,
        )
        return self._cache.get(key, lambda: self._transport.exchange(method, path, params, json))


def _checked_url(url: str) -> str:
    if not url.startswith(("http://", "https://")) or "@" in url or "?" in url or "#" in url:
        raise ConfigError("KOALR_API_URL should be a plain address such as https://api.koalr.com.")
    return url.rstrip("/").removesuffix("/api/v1").removesuffix("/api")
