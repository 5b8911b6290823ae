"""A real HTTP server on loopback for tests."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn
from starlette.types import ASGIApp

from koalr_server.http.connections import PatientConnection


@contextmanager
def running(app: ASGIApp, http: type[PatientConnection] = PatientConnection) -> Iterator[str]:
    """Serve an application on a free port; yields its base URL."""
    server = uvicorn.Server(
        uvicorn.Config(
            app,
            http=http,
            ws="none",
            host="127.0.0.1",
            port=0,
            log_level="critical",
            lifespan="off",
            timeout_graceful_shutdown=1,
        )
    )
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    waiting = threading.Event()
    while not server.started:
        assert thread.is_alive()
        waiting.wait(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        thread.join(timeout=10)
