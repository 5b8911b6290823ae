"""Puts the API together: FastAPI routes behind the gate, mountable at /api."""

import logging
import time
from collections.abc import Callable

from fastapi import FastAPI, Request
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, Response
from starlette.routing import Mount
from starlette.types import ASGIApp

from koalr_server.http import custom_metrics, errors
from koalr_server.http.errors import error_response
from koalr_server.http.gate import Gate
from koalr_server.http.routes import router
from koalr_server.http.service import Service

log = logging.getLogger("koalr_server.http")


def create_api(service: Service, clock: Callable[[], float] = time.time) -> ASGIApp:
    """The API as an ASGI application to mount at /api.

    Args:
        clock: epoch seconds, for the rate limit.
    """
    app = FastAPI(title="Koalr API", docs_url=None, redoc_url=None, openapi_url=None, redirect_slashes=False)
    app.state.service = service
    errors.install(app)
    app.include_router(router)
    app.include_router(custom_metrics.router)

    @app.get("/healthz")
    async def healthz() -> Response:
        return JSONResponse({"status": "ok"})

    @app.get("/readyz")
    def readyz() -> Response:
        service.database.rows("SELECT 1")
        return JSONResponse({"status": "ready"})

    return Gate(app, service.authenticate, clock)


def create_server(service: Service) -> Starlette:
    """The API alone, at /api, with the one error shape on every other path."""

    async def not_found(request: Request, error: Exception) -> Response:
        status = error.status_code if isinstance(error, HTTPException) else 500
        return error_response(status, f"No such path: {request.url.path}. The API lives below /api/v1/.", "req_none")

    return Starlette(routes=[Mount("/api", app=create_api(service))], exception_handlers={HTTPException: not_found})
