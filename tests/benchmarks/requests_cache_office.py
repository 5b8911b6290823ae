"""The package requests-cache as the cache of the same viewers, on the virtual clock.

Looking, keeping and expiring are its own code. Its session is asked twice where the answer has to come from the server: the
first time ends at the wire, and the second, when the server has given an answer, goes through it.
"""

import io
import json
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from unittest import mock

import requests
from requests.adapters import BaseAdapter, HTTPAdapter
from requests_cache import CachedSession
from urllib3 import HTTPResponse

from koalr_api.job import Exchange
from koalr_api.request import Audience, Request
from tests.policies import TTL_SECS
from tests.virtual import EPOCH, Done, Seen, Server, Time

# Where it looks at the machine's clock.
CLOCKS = ("policy.actions", "policy.expiration", "models.response")


@contextmanager
def on_clock(time: Time) -> Iterator[None]:
    """Let the package take the virtual time for the machine's."""
    with ExitStack() as stack:
        for module in CLOCKS:
            stack.enter_context(mock.patch(f"requests_cache.{module}.utcnow", time.wall))
        yield


class _NotCached(Exception):
    """The session would send a request now."""


class _Wire(BaseAdapter):
    """Answers with what the server said last, once."""

    def __init__(self) -> None:
        super().__init__()
        self.said: Exchange | None = None

    def send(self, request: requests.PreparedRequest, *_given: object, **_more: object) -> requests.Response:
        exchange, self.said = self.said, None
        if exchange is None:
            raise _NotCached
        content = json.dumps({"fetched": exchange.at.timestamp()}).encode()
        raw = HTTPResponse(io.BytesIO(content), status=200, preload_content=False)
        return HTTPAdapter().build_response(request, raw)

    def close(self) -> None:
        """There is nothing to close."""


class RequestsCacheOffice:
    """A session that keeps answers for a minute, shared by all viewers as its documentation allows."""

    def __init__(self, time: Time, server: Server) -> None:
        self.time = time
        self.server = server
        self.seen = Seen()
        self._wire = _Wire()
        self._session = CachedSession(backend="memory", expire_after=TTL_SECS)
        # Else requests looks through the environment for proxies at every call.
        self._session.trust_env = False
        self._session.mount("https://", self._wire)
        self._prepared: dict[Request, requests.PreparedRequest] = {}

    def ask(self, request: Request, _audience: Audience, done: Done) -> None:
        """One panel of one viewer."""
        began = self.time.now
        try:
            self._see(self._get(request), began, done)
        except _NotCached:
            self.server.send(request, lambda exchange: self._answered(request, exchange, began, done))

    def _answered(self, request: Request, exchange: Exchange, began: float, done: Done) -> None:
        if exchange.error is not None:
            # Nothing else than 200 is kept by default, so the session need not see it.
            assert self._session.settings.allowable_codes == (200,)
            done()
            self.seen.misses.append((self.time.now, str(exchange.error)))
            return
        self._wire.said = exchange
        self._see(self._get(request, force_refresh=True), began, done)

    def _get(self, request: Request, force_refresh: bool = False) -> requests.Response:
        prepared = self._prepared.get(request)
        if prepared is None:
            asked = requests.Request("GET", f"https://koalr.test{request.path}", params=dict(request.params))
            prepared = self._prepared[request] = self._session.prepare_request(asked)
        # A copy, because sending writes into its headers that it is to be refreshed.
        return self._session.send(prepared.copy(), force_refresh=force_refresh)

    def _see(self, response: requests.Response, began: float, done: Done) -> None:
        done()
        now = self.time.now
        fetched = datetime.fromtimestamp(response.json()["fetched"], UTC)
        self.seen.values.append((now, now - began, now - (fetched - EPOCH).total_seconds()))
