"""The client: settings, desk and transport behind the resources."""

import math
import os
import random
import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import NoReturn, Self, TypedDict, Unpack

import requests

from koalr_api.arguments import not_negative
from koalr_api.budget import Budget
from koalr_api.courier import Courier
from koalr_api.desk import Desk
from koalr_api.errors import ConfigError, InvalidArgumentError
from koalr_api.fetcher import Fetcher
from koalr_api.request import Audience, Priority
from koalr_api.resources import Resources
from koalr_api.rules import Rules
from koalr_api.secret import NOT_PICKLED, Secret, checked_key
from koalr_api.shared import Alone, Shared
from koalr_api.snapshot import Snapshot
from koalr_api.statistics import Statistics
from koalr_api.transport import Transport, longest_flight_secs, steady_clock, utc_now

DEFAULT_URL = "https://api.koalr.com"
# Sockets take no infinite timeouts, and no request is worth more.
LONGEST_WAIT_SECS = 86_400.0
# Pressing a button twice asks once.
REFRESH_FLOOR_SECS = 5.0


class Options(TypedDict, total=False):
    """What a view may have of its own; see request.Audience."""

    priority: Priority
    patience_secs: float | None
    max_age_secs: float | None


class View(Resources):
    """A client seen with its own priority and patience; answers, budget and queue are the client's."""

    def __init__(self, fetcher: Fetcher, audience: Audience) -> None:
        self._fetcher = fetcher
        self._audience = audience
        super().__init__(lambda request, reader: fetcher.ask(request, reader, audience))

    def with_options(self, **options: Unpack[Options]) -> "View":
        """A view for somebody with other needs.

        Raises:
            InvalidArgumentError: a number of seconds, tries or answers below 0, or a timeout of 0.
        """
        return View(self._fetcher, self._audience._replace(**options).checked())

    def for_tv(self) -> "View":
        """A view for screens nobody sits at: their values are refreshed after those of pages."""
        return self.with_options(priority=Priority.TV)

    def refresh(self) -> "View":
        """A view for somebody who pressed a button: what is older than 5 s is asked for anew, also after failures."""
        return View(self._fetcher, self._audience._replace(max_age_secs=REFRESH_FLOOR_SECS, asks_anew=True))

    def stats(self) -> Statistics:
        """Counts since the client was made, and its state now."""
        return self._fetcher.statistics()

    def clear_cache(self) -> None:
        """Forget every answer."""
        self._fetcher.forget()

    def close(self) -> None:
        """End the threads there are, and write the kept answers; the client can still be used."""
        self._fetcher.close()


class Koalr(View):
    """A client of one Koalr API with one key. Safe to share between threads, and to use after a fork.

    A script needs no settings: a call waits for its answer, in its own thread. A dashboard gives a patience and shows
    what there is (docs/PACING.md).

    Args:
        api_key: default KOALR_API_KEY.
        base_url: without /api/v1; default KOALR_API_URL, else https://api.koalr.com.
        timeout_secs: (connect, read).
        max_retries: tries after the first while somebody waits; retry_budget_secs: the last begins within so long.
        cache_ttl_secs: how long an answer is fresh, give or take a tenth.
        stale_ttl_secs: how long the last good answer stands in while the API cannot be asked.
        most_entries, most_bytes: bounds of the answers kept.
        patience_secs: how long a call waits for its answer before it raises PendingError; None: as long as it takes.
        max_age_secs: an answer up to so old is shown at once while it is renewed; None: fresh ones only.
        cache_url: Redis in which processes with the same key share answers and budget; default KOALR_CACHE_URL, if set.
        snapshot_path: file that keeps the answers over a restart, "" for none; default: one per key in KOALR_CACHE_DIR, if set.
        session: sends the requests; its adapters for http and https are replaced by ones that keep to the deadline.
        shared: another place to share in; Alone() for none, whatever KOALR_CACHE_URL says.
        clock, wall_clock, sleep, chance: for tests.

    Raises:
        ConfigError: no key, a key no header can carry, a URL that is none, or Redis without its package.
        InvalidArgumentError: a number of seconds, tries or answers below 0, or a timeout of 0 or over a day.
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
        stale_ttl_secs: float = 86_400.0,
        most_entries: int = 1024,
        most_bytes: int = 64 * 1024 * 1024,
        patience_secs: float | None = None,
        max_age_secs: float | None = None,
        cache_url: str | None = None,
        snapshot_path: str | Path | None = None,
        session: requests.Session | None = None,
        shared: Shared | None = None,
        clock: Callable[[], float] = time.monotonic,
        wall_clock: Callable[[], datetime] = utc_now,
        sleep: Callable[[float], None] | None = None,
        chance: Callable[[], float] = random.random,
    ) -> None:
        # Out of this frame's local variables before anything can be raised.
        key, api_key = Secret(api_key or os.environ.get("KOALR_API_KEY") or ""), None
        place, cache_url = Secret(cache_url or os.environ.get("KOALR_CACHE_URL") or ""), None
        self._transport = Transport(
            base_url=_checked_url(base_url or os.environ.get("KOALR_API_URL") or DEFAULT_URL),
            api_key=checked_key(key),
            timeout_secs=_checked_timeouts(timeout_secs),
            session=session or requests.Session(),
            clock=clock,
            wall_clock=wall_clock,
        )
        audience = Audience(patience_secs=patience_secs, max_age_secs=max_age_secs).checked()
        rules = Rules(
            ttl_secs=not_negative("cache_ttl_secs", cache_ttl_secs),
            stale_secs=not_negative("stale_ttl_secs", stale_ttl_secs),
            max_retries=not_negative("max_retries", max_retries),
            retry_budget_secs=not_negative("retry_budget_secs", retry_budget_secs),
            most_entries=not_negative("most_entries", most_entries),
            most_bytes=not_negative("most_bytes", most_bytes),
        )
        budget = _budget(self._transport.fingerprint, clock, chance)
        desk = Desk(rules, budget, chance)
        shared = shared or _shared(place, self._transport, budget, stale_ttl_secs)
        if isinstance(shared, Alone):
            # An earlier client may have left the counting to Redis.
            budget.divide(1, math.inf, clock())
        courier = Courier(self._transport, shared, wall_clock)
        snapshot = _snapshot(snapshot_path, self._transport.fingerprint)
        if snapshot is not None:
            for request, answer, age_secs in snapshot.load(wall_clock(), lambda at: steady_clock(at, clock)):
                desk.restore(request, answer, age_secs, clock())
        super().__init__(Fetcher(desk, courier, snapshot, clock, wall_clock, sleep), audience)

    def __repr__(self) -> str:
        return f"Koalr(base_url={self._transport.base_url!r})"

    def __reduce_ex__(self, protocol: object) -> NoReturn:
        raise TypeError(NOT_PICKLED)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()


# A key has one budget however many clients a process makes of it, and it outlives them: what they sent counts for a minute
# more. Clients on other clocks are of tests.
_budgets: dict[tuple[str, Callable[[], float]], Budget] = {}


def _budget(fingerprint: str, clock: Callable[[], float], chance: Callable[[], float]) -> Budget:
    return _budgets.setdefault((fingerprint, clock), Budget(chance=chance))


def _shared(url: Secret, transport: Transport, budget: Budget, life_secs: float) -> Shared:
    if not url.reveal():
        return Alone()
    # Here, so that nobody loads it who does not use it.
    from koalr_api.redis_link import Link
    from koalr_api.redis_shared import RedisShared

    flight_secs = longest_flight_secs(transport.timeout_secs)
    link = Link(url, transport.clock)
    return RedisShared(
        link, transport.fingerprint, budget, flight_secs, life_secs, transport.clock, transport.wall_clock
    )


def _snapshot(path: str | Path | None, fingerprint: str) -> Snapshot | None:
    if path is None and (folder := os.environ.get("KOALR_CACHE_DIR")):
        path = Path(folder) / f"koalr-{fingerprint[:16]}.answers"
    return Snapshot(Path(path), fingerprint) if path else None


def _checked_timeouts(timeout_secs: tuple[float, float]) -> tuple[float, float]:
    if not all(0 < secs <= LONGEST_WAIT_SECS for secs in timeout_secs):
        raise InvalidArgumentError(f"timeout_secs must be two numbers over 0 and up to a day, got {timeout_secs!r}")
    return timeout_secs


def _checked_url(url: str) -> str:
    if not url.startswith(("http://", "https://")) or "@" in url or "?" in url or "#" in url:
        raise ConfigError("KOALR_API_URL should be a plain address such as https://api.koalr.com.")
    return url.rstrip("/").removesuffix("/api/v1").removesuffix("/api")
