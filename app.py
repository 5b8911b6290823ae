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

import streamlit as st
from starlette.routing import Mount

from components.connection import Connection, connect
from koalr_server.embedding import EmbeddedServer
from koalr_server.errors import ServerError
from koalr_server.settings import Settings


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
    connect(Connection(f"http://{own_host}:{st.get_option('server.port')}", server.key, embedded=True))
    return server


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
    """Warm up, then keep what is loaded out of the collections Streamlit runs after every page."""
    send_small_packets_at_once()
    await asyncio.to_thread(warm_up)
    gc.collect()
    gc.freeze()
    yield
    if embedded is not None:
        embedded.stop()


embedded = start_embedded()
app = st.App("pages/main.py", routes=[Mount("/api", app=embedded.api)] if embedded else [], lifespan=lifespan)
