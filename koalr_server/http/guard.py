"""The outermost layer: a request id for all, nothing unexpected escapes, one line in the log, figures for Prometheus (plain ASGI)."""

import logging
import re
import time
from collections.abc import Callable, Iterable

from prometheus_client import CollectorRegistry, Counter, Histogram
from starlette.datastructures import MutableHeaders
from starlette.routing import compile_path
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from koalr_server.errors import StoreError
from koalr_server.http.errors import UNEXPECTED, error_response, new_request_id, store_failed
from koalr_server.http.headers import HEADERS
from koalr_server.http.logs import FIELDS
from koalr_server.http.paths import local_path

log = logging.getLogger("koalr_server.http")
access_log = logging.getLogger("koalr_server.access")

LONGEST_LOGGED_PATH = 200
KEY = re.compile(r"klr_live_[0-9A-Za-z]+")
TWO_LENGTHS = "Content-Length and Transfer-Encoding contradict each other; send one of them."
LATENCY_BUCKETS_SECS = (0.001, 0.0025, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5)


class Traffic:
    """Counts and times of requests, by method, route and status."""

    def __init__(self, registry: CollectorRegistry) -> None:
        labels = ["method", "route", "status"]
        self.requests = Counter("koalr_http_requests", "Requests answered.", labels, registry=registry)
        self.seconds = Histogram(
            "koalr_http_request_seconds",
            "Seconds until an answer was complete.",
            ["route"],
            registry=registry,
            buckets=LATENCY_BUCKETS_SECS,
        )


class Guard:
    """Gives each request an id, answers 500 for whatever went wrong inside, and keeps the access log.

    Args:
        routes: path templates below the mount point.
        clock: seconds, monotonic.
    """

    def __init__(
        self,
        app: ASGIApp,
        traffic: Traffic,
        routes: Iterable[str],
        clock: Callable[[], float] = time.perf_counter,
    ) -> None:
        self._app = app
        self._traffic = traffic
        self._routes = [(route, compile_path(route)[0]) for route in routes]
        self._clock = clock

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on with `state.request_id` set."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request_id = new_request_id()
        scope.setdefault("state", {})["request_id"] = request_id
        started = self._clock()
        status = 0

        async def watched(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = MutableHeaders(scope=message)
                headers["X-Request-Id"] = request_id
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        # How an answer leaves: a layer that adds headers to all of them puts itself here, so that a failure has them too.
        scope["state"]["send"] = watched
        try:
            if _has_two_lengths(scope):
                answer = error_response(400, TWO_LENGTHS, request_id, headers={"Connection": "close"})
                await answer(scope, receive, watched)
            else:
                await self._app(scope, receive, watched)
        except StoreError as error:
            answer = store_failed(error, request_id)
            if not status:
                await answer(scope, receive, scope["state"]["send"])
        except Exception as error:  # whatever it is, its text stays here
            failure = {"requestId": request_id, "error": type(error).__name__}
            log.error("request %s failed: %s", *failure.values(), extra={FIELDS: failure})
            if not status:
                await error_response(500, UNEXPECTED, request_id)(scope, receive, scope["state"]["send"])
        self._record(scope, status or 500, self._clock() - started)

    def _record(self, scope: Scope, status: int, seconds: float) -> None:
        # A route template, never the path: whoever asks for a million paths must not make a million time series.
        path = local_path(scope)
        route = next((route for route, pattern in self._routes if pattern.match(path)), "other")
        method = scope["method"] if scope["method"] in ("GET", "POST") else "other"
        self._traffic.requests.labels(method, route, status).inc()
        self._traffic.seconds.labels(route).observe(seconds)
        if access_log.isEnabledFor(logging.INFO):
            key = scope["state"].get("api_key")
            line = {
                "requestId": scope["state"]["request_id"],
                "method": scope["method"][:20],
                # Without the query and without keys in the path: one put there by mistake would be kept for ever.
                "path": KEY.sub("klr_live_…", scope["path"])[:LONGEST_LOGGED_PATH],
                "status": status,
                "ms": round(seconds * 1000, 1),
                "key": key.key_id if key else None,
            }
            access_log.info("request answered", extra={FIELDS: line})


def _has_two_lengths(scope: Scope) -> bool:
    """Whether somebody on the way may have seen another end of this request than we do, and another request in the rest."""
    names = {name for name, _ in scope["headers"]}
    return b"content-length" in names and b"transfer-encoding" in names
