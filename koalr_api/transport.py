"""One HTTP exchange: session, timeouts, bounds, errors. The key goes into a header and nowhere else."""

import hashlib
import json
import logging
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.cookiejar import DefaultCookiePolicy
from types import MappingProxyType
from typing import Any

import requests
from urllib3.exceptions import LocationParseError

from koalr_api.answer import Answer
from koalr_api.deadline import DEADLINE_TIMEOUTS, TimedAdapter
from koalr_api.errors import (
    APIConnectionError,
    APITimeoutError,
    ConfigError,
    KoalrError,
    error_class,
)
from koalr_api.headers import rate_limit, retry_at
from koalr_api.job import Exchange, bare
from koalr_api.request import Request
from koalr_api.secret import KeyAuth, Secret, fits_a_header, redacted
from koalr_api.version import VERSION

HEADERS = {"Accept": "application/json", "User-Agent": f"koalr-api/{VERSION}"}
POOL_SIZE = 32
LONGEST_TEXT = 500
CHUNK_BYTES = 64 * 1024
# The longest lists of the API are a hundred rows, some tens of kilobytes.
LARGEST_BODY_BYTES = 16 * 1024 * 1024
logger = logging.getLogger("koalr_api")


def utc_now() -> datetime:
    """The current instant."""
    return datetime.now(UTC)


@dataclass(slots=True, eq=False)
class Transport:
    """Sends requests to one API with one key. Safe to share between threads.

    Args:
        timeout_secs: (connect, read); always on. A whole answer may take two read timeouts.
        clock: monotonic seconds; wall_clock: aware now.
    """

    base_url: str
    api_key: Secret
    timeout_secs: tuple[float, float] = (3.05, 10.0)
    session: requests.Session = field(default_factory=requests.Session, repr=False)
    clock: Callable[[], float] = time.monotonic
    wall_clock: Callable[[], datetime] = utc_now

    def __post_init__(self) -> None:
        # Nothing of an answer may stay in a session that threads share.
        self.session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
        self.after_fork()

    def after_fork(self) -> None:
        """Connections of its own for a child process."""
        for scheme in ("http://", "https://"):
            self.session.mount(scheme, TimedAdapter(pool_maxsize=POOL_SIZE))

    @property
    def fingerprint(self) -> str:
        """Tells address and key apart from others without holding them."""
        return hashlib.sha256(f"{self.base_url}\0{self.api_key.reveal()}".encode()).hexdigest()

    def send(self, request: Request, etag: str | None = None) -> Exchange:
        """Ask once. What the API refuses or fails at is in the exchange, as errors.py draws it."""
        asked = self.clock()
        try:
            with self._response(request, etag) as response:
                return self._read(response, request, asked)
        except KoalrError as error:
            self._log(request, type(error).__name__, asked)
            return Exchange(self.wall_clock(), error=bare(error))
        except BaseException as error:
            # An interrupt, say. Its traceback and what it interrupted hold the request's headers.
            bare(error)
            raise error from None

    def _response(self, request: Request, etag: str | None) -> requests.Response:
        conditions = {"If-None-Match": etag} if etag else {}
        try:
            return self.session.request(
                request.method,
                self.base_url + request.path,
                params=dict(request.params) or None,
                json=dict(request.json) or None,
                headers=HEADERS | conditions,
                auth=KeyAuth(self.api_key),
                timeout=self.timeout_secs,
                # A redirect could carry the key to another host.
                allow_redirects=False,
                stream=True,
            )
        # Not everything urllib3 finds in a host is wrapped by requests.
        except (requests.exceptions.InvalidURL, LocationParseError):
            raise ConfigError(f"{self.base_url} is not a usable URL; check KOALR_API_URL.") from None
        except requests.RequestException as error:
            raise self._lost(request, error) from None

    def _read(self, response: requests.Response, request: Request, asked: float) -> Exchange:
        content = self._content(response, request)
        self._log(request, str(response.status_code), asked)
        at = self.wall_clock()
        limit = rate_limit(response.headers, at)
        unchanged = response.status_code == 304 and "If-None-Match" in response.request.headers
        if response.status_code != 200 and not unchanged:
            return Exchange(at, error=self._status_error(response, content, request, at), rate_limit=limit)
        body = {} if unchanged else _parsed(content)
        if not isinstance(body, dict):
            text = f"{self.base_url} answers {request.path} without a JSON object, so it is no Koalr API; check KOALR_API_URL."
            return Exchange(at, error=ConfigError(text), rate_limit=limit)
        answer = Answer(
            raw=MappingProxyType(body),
            fetched_at=at,
            clock=steady_clock(at, self.clock),
            scoped_team=response.headers.get("X-Koalr-Team"),
            rate_limit=limit,
            round_trip_secs=self.clock() - asked,
            etag=_sendable(response.headers.get("ETag")),
            size_bytes=len(content),
        )
        return Exchange(at, answer=answer, unchanged=unchanged, rate_limit=limit)

    def _log(self, request: Request, ended: str, asked: float) -> None:
        logger.debug("%s %s: %s in %.0f ms", request.method, request.path, ended, (self.clock() - asked) * 1000)

    def _content(self, response: requests.Response, request: Request) -> bytes:
        chunks: list[bytes] = []
        size_bytes = 0
        try:
            for chunk in response.iter_content(CHUNK_BYTES):
                size_bytes += len(chunk)
                if size_bytes > LARGEST_BODY_BYTES:
                    raise APIConnectionError(
                        f"{self.base_url} answers {request.method} {request.path} with more than "
                        f"{LARGEST_BODY_BYTES // 2**20} MB, which no answer of the API has."
                    )
                chunks.append(chunk)
        except requests.RequestException as error:
            raise self._lost(request, error) from None
        return b"".join(chunks)

    def _lost(self, request: Request, error: requests.RequestException) -> APIConnectionError:
        # Below a body that breaks off, requests wraps the timeout in a connection error.
        if isinstance(error, requests.Timeout) or "timed out" in str(error):
            return APITimeoutError(f"{self.base_url} did not answer {request.method} {request.path} in time.")
        return APIConnectionError(f"{self.base_url} cannot be reached ({type(error).__name__}).")

    def _status_error(self, response: requests.Response, content: bytes, request: Request, at: datetime) -> KoalrError:
        status = response.status_code
        if 300 <= status < 400:
            return ConfigError(
                f"{self.base_url} redirects {request.path}, which a Koalr API does not; check KOALR_API_URL."
            )
        # Before anything is cut, or half a key would be left.
        texts = _error_texts(content, response.headers).items()
        told = {name: redacted(text, self.api_key)[:LONGEST_TEXT] for name, text in texts}
        request_id = told.get("requestId")
        suffix = f" (request {request_id})" if request_id else ""
        message = told.get("message") or redacted(response.reason or "no reason given", self.api_key)
        return error_class(status)(
            f"{status} from {request.method} {request.path}: {message}{suffix}",
            message=told.get("message"),
            status=status,
            code=told.get("code"),
            param=told.get("param"),
            request_id=request_id,
            retry_at=retry_at(response.headers, at),
        )


def longest_flight_secs(timeout_secs: tuple[float, float]) -> float:
    """The longest that a request can take: two addresses to connect to, the deadline of an answer, and some air."""
    connect_secs, read_secs = timeout_secs
    return 2 * connect_secs + DEADLINE_TIMEOUTS * read_secs + 2.0


def steady_clock(at: datetime, clock: Callable[[], float]) -> Callable[[], datetime]:
    """A clock that said `at` just now and is not moved when the machine's is set: ages go by it."""
    began = clock()
    return lambda: at + timedelta(seconds=clock() - began)


def _sendable(etag: str | None) -> str | None:
    """An ETag that a header can carry back; without one the whole answer is asked for again."""
    return etag if etag and len(etag) <= LONGEST_TEXT and fits_a_header(etag) else None


def _parsed(content: bytes) -> Any:  # noqa: ANN401 - JSON
    try:
        return json.loads(content)
    except (ValueError, RecursionError):
        return None


def _error_texts(content: bytes, headers: Mapping[str, str]) -> dict[str, str]:
    """The texts of an error body, whatever it is: an API's, a proxy's HTML, nothing; the request id also from its header."""
    body = _parsed(content)
    error = body.get("error") if isinstance(body, dict) else None
    texts = {"requestId": headers.get("X-Request-Id")} | (error if isinstance(error, dict) else {})
    return {name: text for name, text in texts.items() if isinstance(text, str)}
