"""Puts the API together: FastAPI routes behind layers, each doing one thing, mountable at /api."""

import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager

from fastapi import FastAPI
from fastapi.routing import APIRoute
from prometheus_client import CollectorRegistry
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from koalr_server.http import (
    custom_metrics,
    documentation,
    errors,
    forecasts,
    ingest_description,
    monitoring,
    risk,
    status,
)
from koalr_server.http.bodies import Bodies
from koalr_server.http.compression import Compression
from koalr_server.http.errors import LONGEST_SHOWN_PATH, error_response, new_request_id
from koalr_server.http.gate import Gate
from koalr_server.http.guard import Guard, Traffic
from koalr_server.http.headers import HEADERS
from koalr_server.http.ingest import Ingest
from koalr_server.http.keyring import Keyring
from koalr_server.http.memory import Answers
from koalr_server.http.routes import router
from koalr_server.http.service import Service
from koalr_server.http.shared_limits import SharedLimits
from koalr_server.inbox.inbox import Inbox

MOUNT = documentation.MOUNT
ROUTERS = (router, custom_metrics.router, forecasts.router, risk.router, status.router)
NO_SECRETS: Mapping[str, tuple[str, ...]] = {}
OTHER_PATHS = ("/healthz", "/readyz", "/metrics", "/openapi.json", "/docs", "/docs/{name}", ingest_description.PATH)


def create_api(
    service: Service,
    inbox: Inbox | None = None,
    secrets: Mapping[str, tuple[str, ...]] = NO_SECRETS,
    clock: Callable[[], float] = time.time,
    shared: SharedLimits | None = None,
) -> ASGIApp:
    """The API as an ASGI application to mount at /api.

    A request passes, in this order: Guard (id, log, failures), Ingest (deliveries of other tools end here), Gate (key, limit),
    compression, Answers (memory, ETags), Bodies (size, type), then the endpoint.

    Args:
        inbox: where deliveries of other tools go; None takes none.
        secrets: of the tools that deliver, by source.
        clock: epoch seconds, for the rate limit.
        shared: where replicas count requests together.
    """
    registry = CollectorRegistry()

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        yield
        if shared is not None:
            await shared.close()

    app = FastAPI(
        title="Koalr API",
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        redirect_slashes=False,
        lifespan=lifespan,
    )
    app.state.service = service
    errors.install(app)
    for endpoints in ROUTERS:
        app.include_router(endpoints, responses={**documentation.ERRORS, **documentation.NOT_MODIFIED})
    documentation.install(app, taking=inbox is not None)
    monitoring.install(app, service, inbox, registry)
    routes = [route for endpoints in ROUTERS for route in endpoints.routes if isinstance(route, APIRoute)]
    answers = Answers(Bodies(app, [route.path for route in routes if "POST" in (route.methods or ())]), service)
    keyring = Keyring(service.database, service.extra_keys)
    gate = Gate(Compression(answers), keyring.authenticate, clock, shared)
    taking = inbox and Ingest(
        gate, inbox, secrets, keyring.authenticate, lambda: service.sample_dates() is not None, clock
    )
    return Guard(
        taking or gate,
        Traffic(registry),
        [*(route.path for route in routes), *OTHER_PATHS],
    )


def create_server(
    service: Service,
    inbox: Inbox | None = None,
    secrets: Mapping[str, tuple[str, ...]] = NO_SECRETS,
    clock: Callable[[], float] = time.time,
    shared: SharedLimits | None = None,
) -> ASGIApp:
    """The API alone, at /api, with the one error shape on every other path."""
    api = create_api(service, inbox, secrets, clock, shared)

    # By hand, because Starlette's Mount redirects /api, leaves out paths with a line end and fails on a query that is not UTF-8.
    async def server(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and not f"{scope['path']}/".startswith(f"{MOUNT}/"):
            await _outside(scope["path"])(scope, receive, send)
        else:
            await api({**scope, "root_path": MOUNT}, receive, send)

    return server


def _outside(path: str) -> Response:
    request_id = new_request_id()
    message = f"No such path: {path[:LONGEST_SHOWN_PATH]}. The API lives below {MOUNT}/v1/."
    return error_response(404, message, request_id, headers={**HEADERS, "X-Request-Id": request_id})
