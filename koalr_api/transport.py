"""One HTTP exchange: session, timeouts, retries, errors. The key goes into a header and nowhere else."""

import hashlib
import random
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any

import requests
from requests.adapters import HTTPAdapter

from koalr_api.answer import Answer, RateLimit
from koalr_api.errors import (
    APIConnectionError,
    APIStatusError,
    APITimeoutError,
    ConfigError,
    InternalServerError,
    KoalrError,
    RateLimitError,
    error_class,
)
from koalr_api.retry import RETRIED_STATUSES, delay_secs, parse_reset, retry_at

KEY_HEADER = "X-Koalr-Key"
POOL_SIZE = 32
Parameters = Mapping[str, str | int]


def utc_now() -> datetime:
    """The current instant."""
    return datetime.now(UTC)


@dataclass(slots=True)
class Transport:
    """Sends requests to one API with one key.

    Args:
        timeout_secs: (connect, read); always on.
        max_retries: tries after the first.
        retry_budget_secs: a retry that would end later than this after the first try is not made.
        clock: monotonic seconds; wall_clock: aware now; sleep and jitter: injected for tests.
    """

    base_url: str
    api_key: str = field(repr=False)
    timeout_secs: tuple[float, float] = (3.05, 10.0)
    max_retries: int = 2
    retry_budget_secs: float = 2.0
    session: requests.Session = field(default_factory=requests.Session, repr=False)
    clock: Callable[[], float] = time.monotonic
    wall_clock: Callable[[], datetime] = utc_now
    sleep: Callable[[float], None] = time.sleep
    jitter: Callable[[], float] = random.random
    requests_sent: int = 0
    _counting: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def __post_init__(self) -> None:
        for scheme in ("http://", "https://"):
            self.session.mount(scheme, HTTPAdapter(pool_maxsize=POOL_SIZE))

    @property
    def fingerprint(self) -> str:
        """Tells keys apart without holding one; part of every cache key."""
        return hashlib.sha256(f"{self.base_url}\0{self.api_key}".encode()).hexdigest()

    def exchange(
        self, method: str, path: str, params: Parameters | None = None, json: Mapping[str, Any] | None = None
    ) -> Answer:
        """Ask until there is an answer, the tries are used up, or waiting would take too long.

        Raises:
            KoalrError: as errors.py draws them.
        """
        started = self.clock()
        attempt = 1
        while True:
            try:
                return self._once(method, path, params, json)
            except KoalrError as error:
                if attempt > self.max_retries or not _worth_retrying(error):
                    raise
                told = error.retry_at if isinstance(error, APIStatusError) else None
                delay = delay_secs(attempt, told, self.wall_clock(), self.jitter())
                if self.clock() - started + delay > self.retry_budget_secs:
                    raise
                self.sleep(delay)
                attempt += 1

    def _once(self, method: str, path: str, params: Parameters | None, json: Mapping[str, Any] | None) -> Answer:
        with self._counting:
            self.requests_sent += 1
        asked = self.clock()
        try:
            response = self.session.request(
                method,
                self.base_url + path,
                params=dict(params) if params else None,
                json=json,
                headers={KEY_HEADER: self.api_key, "Accept": "application/json"},
                timeout=self.timeout_secs,
                # A redirect could carry the key to another host.
                allow_redirects=False,
            )
        except requests.Timeout:
            raise APITimeoutError(f"{self.base_url} did not answer {method} {path} in time.") from None
        except requests.exceptions.InvalidURL:
            raise ConfigError(f"{self.base_url} is not a usable URL.") from None
        except requests.RequestException as error:
            raise APIConnectionError(f"{self.base_url} cannot be reached ({type(error).__name__}).") from None
        return self._read(response, method, path, self.clock() - asked)

    def _read(self, response: requests.Response, method: str, path: str, round_trip_secs: float) -> Answer:
        if response.status_code != 200:
            raise self._status_error(response, method, path)
        try:
            body = response.json()
        except ValueError:
            body = None
        if not isinstance(body, dict):
            raise ConfigError(
                f"{self.base_url} answers {path} without a JSON object, so it is no Koalr API; check KOALR_API_URL."
            )
        return Answer(
            raw=MappingProxyType(body),
            fetched_at=self.wall_clock(),
            clock=self.wall_clock,
            scoped_team=response.headers.get("X-Koalr-Team"),
            rate_limit=_rate_limit(response.headers, self.wall_clock()),
            round_trip_secs=round_trip_secs,
        )

    def _status_error(self, response: requests.Response, method: str, path: str) -> KoalrError:
        status = response.status_code
        if 300 <= status < 400:
            return ConfigError(f"{self.base_url} redirects {path}, which a Koalr API does not; check KOALR_API_URL.")
        told = _error_body(response)
        message = told.get("message") or response.reason or "no reason given"
        request_id = told.get("requestId") or response.headers.get("X-Request-Id")
        suffix = f" (request {request_id})" if request_id else ""
        return error_class(status)(
            f"{status} from {method} {path}: {message}{suffix}".replace(self.api_key, "klr_…"),
            status=status,
            code=told.get("code"),
            param=told.get("param"),
            request_id=request_id,
            retry_at=retry_at(response.headers, self.wall_clock()),
        )


def _worth_retrying(error: KoalrError) -> bool:
    if isinstance(error, (RateLimitError, InternalServerError)):
        return error.status in RETRIED_STATUSES
    return isinstance(error, APIConnectionError)


def _error_body(response: requests.Response) -> dict[str, str]:
    """The texts of an error body, whatever it is: an API's, a proxy's HTML, nothing."""
    try:
        body = response.json()
    except ValueError:
        return {}
    error = body.get("error") if isinstance(body, dict) else None
    if not isinstance(error, dict):
        return {}
    return {name: value[:500] for name, value in error.items() if isinstance(value, str)}


def _rate_limit(headers: Mapping[str, str], now: datetime) -> RateLimit | None:
    limit, remaining = (headers.get(f"X-RateLimit-{name}", "") for name in ("Limit", "Remaining"))
    if not limit and not remaining:
        return None
    return RateLimit(
        int(limit) if limit.isdigit() else None,
        int(remaining) if remaining.isdigit() else None,
        parse_reset(headers.get("X-RateLimit-Reset"), now),
    )
