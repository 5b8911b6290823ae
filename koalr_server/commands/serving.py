"""`serve`: the API alone, without the dashboard."""

import argparse
import signal
import socket
import sys
import time
from typing import Any

from koalr_server.clock import Calendar
from koalr_server.errors import InputError
from koalr_server.settings import Settings
from koalr_server.store.gateway import gateway_of, open_owned

DEFAULT_PORT = 8600
LONGEST_GOODBYE_SECS = 10
# Whoever answers wakes some times for each request; behind the thread that reads deliveries it waited 5 ms each time.
SWITCH_SECS = 0.0005


def add_to(commands: Any, shared: argparse.ArgumentParser) -> None:  # noqa: ANN401 - argparse has no public type for it
    """Declare the command."""
    parser = commands.add_parser("serve", parents=[shared], help="serve the API")
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default: 127.0.0.1)")
    parser.add_argument(
        "--port", type=int, default=DEFAULT_PORT, help=f"port (default: {DEFAULT_PORT}; 0: any free one)"
    )
    parser.add_argument("--as-of", metavar="TIME", help="freeze now, such as 2025-03-31T23:59:59Z")
    parser.add_argument(
        "--access-log",
        action=argparse.BooleanOptionalAction,
        default=True,
        help="a line of JSON per request on standard error (default: yes)",
    )
    parser.add_argument("--workers", type=int, default=1, help=argparse.SUPPRESS)
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Serve until interrupted."""
    # Imported here, because every other command would wait for the web framework and not use it.
    import uvicorn

    from koalr_server.http.app import create_server
    from koalr_server.http.connections import PatientConnection, patience_of_this_process
    from koalr_server.http.logs import log_to_standard_error
    from koalr_server.http.service import Service
    from koalr_server.http.shared_limits import SharedLimits
    from koalr_server.inbox.inbox import Inbox

    if options.workers != 1:
        raise InputError(
            "A single-file store lets one process in, so --workers is 1; run replicas on a shared store instead."
        )
    settings = Settings.read(data_dir=options.data, as_of=options.as_of)
    sys.setswitchinterval(SWITCH_SECS)
    log_to_standard_error(requests=options.access_log)
    shared = SharedLimits(settings.cache_url) if settings.cache_url else None
    listener = _listen(options.host, options.port)
    began = time.monotonic()
    database = open_owned(settings.store, settings.engine_threads)
    opening_secs = time.monotonic() - began
    gateway = gateway_of(settings.store, database)
    gateway.start()
    inbox = Inbox(database, settings.rules, settings.raw_days)
    inbox.start()
    app = create_server(
        Service(
            database,
            Calendar(as_of=settings.as_of),
            copilot_minutes_per_line=settings.copilot_minutes_per_line,
            risk_floors=settings.risk_floors,
        ),
        inbox,
        settings.webhook_secrets,
        shared=shared,
    )
    host, port = listener.getsockname()[:2]
    # The web server ends its own way and raises the signal anew, which would end the process before the store is closed.
    signal.signal(signal.SIGTERM, lambda _number, _frame: sys.exit(0))
    print(
        f"Koalr API on http://{host}:{port}/api/v1/ (data: {settings.store}, opened in {opening_secs:.2f} s)",
        flush=True,
    )
    try:
        PatientConnection.patience = patience_of_this_process()
        configured = uvicorn.Config(
            app,
            http=PatientConnection,
            ws="none",  # the API has no WebSocket
            log_config=None,
            access_log=False,
            server_header=False,
            # Who is being answered gets so long when the process is told to end; systemd kills it after 20 s.
            timeout_graceful_shutdown=LONGEST_GOODBYE_SECS,
        )
        uvicorn.Server(configured).run(sockets=[listener])
    finally:
        gateway.stop()
        inbox.stop()
        database.close()
        listener.close()
    return 0


def _listen(host: str, port: int) -> socket.socket:
    """A bound socket, so that a taken port is one sentence and not a stack trace."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    # Answers are small; waiting to fill packets costs 40 ms each on a kept-alive connection.
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    try:
        listener.bind((host, port))
        listener.listen()  # from now on whoever connects waits, and a second server on the port is told
    except (OSError, OverflowError) as error:
        listener.close()
        reason = getattr(error, "strerror", None) or error
        raise InputError(f"Cannot listen on {host}:{port}: {reason}. Choose another --port or --host.") from None
    return listener
