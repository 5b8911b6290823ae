"""One HTTP exchange: session, timeouts, retries, errors. The key goes into a header and nowhere else."""

import hashlib
import logging
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

from koalr_api.answer import Answer
from koalr_api.errors import (
    APIConnectionError,
    APITimeoutError,
    ConfigError,
    KoalrError,
    error_class,
)
from koalr_api.headers import rate_limit, retry_at
from koalr_api.retry import RetryPolicy
from koalr_api.secret import KeyAuth, Secret, redacted
from koalr_api.version import VERSION

HEADERS = {"Accept": "application/json", "User-Agent": f"koalr-api/{VERSION}"}
POOL_SIZE = 32
LONGEST_TEXT = 500
Parameters = Mapping[str, str | int]
logger = logging.getLogger("koalr_api")


def utc_now() -> datetime:
    """The current instant."""
    return datetime.now(UTC)


@dataclass(slots=True)
class Transport:
    """Sends requests to one API with one key.

    Args:
        timeout_secs: (connect, read); always on.
        retry: how often and for how long.
        clock: monotonic seconds; wall_clock: aware now; sleep and jitter: injected for tests.
    """

    base_url: str
    api_key: Secret
    timeout_secs: tuple[float, float] = (3.05, 10.0)
    retry: RetryPolicy = field(default_factory=RetryPolicy)
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
        return hashlib.sha256(f"{self.base_url}\0{self.api_key.reveal()}".encode()).hexdigest()

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
            outcome = self._once(method, path, params, json)
            if isinstance(outcome, Answer):
                return outcome
            elapsed = self.clock() - started
            delay = self.retry.delay_secs(outcome, attempt, elapsed, self.wall_clock(), self.jitter())
            if delay is None:
                # Raised here because the frames of the exchange hold the request's headers.
                raise outcome
            logger.debug("%s %s: trying again in %.2f s", method, path, delay)
            self.sleep(delay)
            attempt += 1

    def _once(
        self, method: str, path: str, params: Parameters | None, json: Mapping[str, Any] | None
    ) -> Answer | KoalrError:
        with self._counting:
            self.requests_sent += 1
        asked = self.clock()
        sent = self._send(method, path, params, json)
        round_trip_secs = self.clock() - asked
        if isinstance(sent, KoalrError):
            logger.debug("%s %s: %s after %.0f ms", method, path, type(sent).__name__, round_trip_secs * 1000)
            return sent
        logger.debug("%s %s: %d in %.0f ms", method, path, sent.status_code, round_trip_secs * 1000)
        return self._read(sent, method, path, round_trip_secs)

    def _send(
        self, method: str, path: str, params: Parameters | None, json: Mapping[str, Any] | None
    ) -> requests.Response | KoalrError:
        try:
            return self.session.request(
                method,
                self.base_url + path,
                params=dict(params) if params else None,
                json=json,
                headers=HEADERS,
                auth=KeyAuth(self.api_key),
                timeout=self.timeout_secs,
                # A redirect could carry the key to another host.
                allow_redirects=False,
            )
        except requests.Timeout:
            return APITimeoutError(f"{self.base_url} did not answer {method} {path} in time.")
        except requests.exceptions.InvalidURL:
            return ConfigError(f"{self.base_url} is not a usable URL; check KOALR_API_URL.")
        except requests.RequestException as error:
            return APIConnectionError(f"{self.base_url} cannot be reached ({type(error).__name__}).")
        except BaseException as error:
            # An interrupt, say. Its traceback and what it interrupted hold the headers too.
            error.__context__ = None
            raise error.with_traceback(None) from None

    def _read(self, response: requests.Response, method: str, path: str, round_trip_secs: float) -> Answer | KoalrError:
        if response.status_code != 200:
            return self._status_error(response, method, path)
        try:
            body = response.json()
        except ValueError:
            body = None
        if not isinstance(body, dict):
            return ConfigError(
                f"{self.base_url} answers {path} without a JSON object, so it is no Koalr API; check KOALR_API_URL."
            )
        return Answer(
            raw=MappingProxyType(body),
            fetched_at=self.wall_clock(),
            clock=self.wall_clock,
            scoped_team=response.headers.get("X-Koalr-Team"),
            rate_limit=rate_limit(response.headers, self.wall_clock()),
            round_trip_secs=round_trip_secs,
        )

    def _status_error(self, response: requests.Response, method: str, path: str) -> KoalrError:
        status = response.status_code
        if 300 <= status < 400:
            return ConfigError(f"{self.base_url} redirects {path}, which a Koalr API does not; check KOALR_API_URL.")
        told = {name: redacted(text, self.api_key) for name, text in _error_texts(response).items()}
        request_id = told.get("requestId")
        suffix = f" (request {request_id})" if request_id else ""
        message = told.get("message") or redacted(response.reason or "no reason given", self.api_key)
        return error_class(status)(
            f"{status} from {method} {path}: {message}{suffix}",
            status=status,
            message=told.get("message"),
            code=told.get("code"),
            param=told.get("param"),
            request_id=request_id,
            retry_at=retry_at(response.headers, self.wall_clock()),
        )


def _error_texts(response: requests.Response) -> dict[str, str]:
    """The texts of an error body, whatever it is: an API's, a proxy's HTML, nothing; the request id also from its header."""
    try:
        body = response.json()
    except ValueError:
        body = None
    error = body.get("error") if isinstance(body, dict) else None
    texts = {"requestId": response.headers.get("X-Request-Id")} | (error if isinstance(error, dict) else {})
    return {name: text[:LONGEST_TEXT] for name, text in texts.items() if isinstance(text, str)}
