"""Launcher: the dashboard, and the embedded API at /api unless KOALR_API_KEY points to another server.

Start it with `streamlit run app.py`.
"""

import asyncio
import gc
import os
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import streamlit as st
from starlette.middleware import Middleware
from starlette.routing import BaseRoute, Mount

from components import gate, login
from components.connection import Connection, connect
from hosting.headers import SecurityHeaders
from hosting.health import health_routes
from hosting.policy import content_security_policy
from hosting.return_link import ReturnLink
from hosting.sharing import SettingError, Sharing
from koalr_server import VERSION
from koalr_server.embedding import EmbeddedServer
from koalr_server.errors import ServerError
from koalr_server.settings import Settings

SHELL = Path(st.__file__).parent / "static" / "index.html"


def base_path() -> str:
    """ "" or the path below which all of the dashboard lies, like "/metrics"."""
    path = str(st.get_option("server.baseUrlPath") or "").strip("/")
    return f"/{path}" if path else ""


def protect() -> Sharing:
    """Keep the gate that the settings describe, or end with what is wrong with them."""
    try:
        found = login.configured(base_path())
        sharing = Sharing.read(login=found is not None)
    except SettingError as error:
        sys.exit(f"error: {error}")
    gate.protect(sharing, found)
    return sharing


def start_embedded() -> EmbeddedServer | None:
    """The embedded server, or None when the environment names a key for another one."""
    if os.environ.get("KOALR_API_KEY"):
        return None
    try:
        server = EmbeddedServer.start(Settings.read())
    except ServerError as error:
        sys.exit(f"error: {error}")
    host = st.get_option("server.address") or "127.0.0.1"
    own_host = "127.0.0.1" if host in ("0.0.0.0", "::", "localhost") else host  # noqa: S104 - compared, not bound
    own_url = f"http://{own_host}:{st.get_option('server.port')}{base_path()}"
    connect(Connection(own_url, server.key, embedded=True))
    return server


def routes() -> list[BaseRoute]:
    """What the dashboard's own server answers besides the pages."""
    health = health_routes(base_path(), VERSION, embedded.ready if embedded else None)
    return [*health, *([Mount(f"{base_path()}/api", app=embedded.api)] if embedded else [])]


def layers() -> list[Middleware]:
    """What every request passes before Streamlit's own layers."""
    policy = content_security_policy(SHELL.read_text(encoding="utf-8"), sharing.frame_ancestors)
    https = bool(st.get_option("server.sslCertFile"))
    return [
        Middleware(SecurityHeaders, policy=policy, trusted_proxies=sharing.trusted_proxies, https=https),
        Middleware(ReturnLink, base_path=base_path()),
    ]


def send_small_packets_at_once() -> None:
    """Set TCP_NODELAY on the listening sockets, which hand it on to connections.

    Streamlit binds its socket in a way that keeps asyncio from setting it, which costs 40 ms per kept-alive call.
    """
    for descriptor in range(3, 256):
        with suppress(OSError):
            listener = socket.socket(fileno=os.dup(descriptor))
            with listener:
                if listener.family in (socket.AF_INET, socket.AF_INET6) and listener.type == socket.SOCK_STREAM:
                    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)


def warm_up() -> None:
    """Import and use once what the first page needs, so that its viewer does not wait for it."""
    import pandas
    import plotly.graph_objects as go
    import requests

    import components.charts

    _ = (components.charts, pandas, requests)
    go.Figure(go.Scatter(x=[1], y=[1])).to_json()


@asynccontextmanager
async def lifespan(_app: st.App) -> AsyncIterator[None]:
    """Warm up, then keep what is loaded out of every collection of garbage."""
    send_small_packets_at_once()
    await asyncio.to_thread(warm_up)
    gc.collect()
    gc.freeze()
    yield
    if embedded is not None:
        embedded.stop()


sharing = protect()
embedded = start_embedded()
app = st.App("pages/main.py", routes=routes(), middleware=layers(), lifespan=lifespan)
