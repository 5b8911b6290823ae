"""Streamlit meets the API client here: one client per connection, shared by every viewer."""

import os
from collections.abc import Callable
from contextlib import suppress
from contextvars import ContextVar
from pathlib import Path

import streamlit as st

from components import connection, wall
from components.connection import Connection
from components.states import RETRY_BUTTON
from koalr_api import ConfigError, Koalr, KoalrError, Statistics, View
from koalr_api.shared import Alone

# A page waits so long for its first figures, then says when they will be there. The embedded server has no queue to
# speak of, and answers its first question while it is still warming up.
PATIENCE_SECS = 2.0
EMBEDDED_PATIENCE_SECS = 10.0
# Older figures are waited for before they are shown, if the API answers.
MAX_AGE_SECS = 300.0

_announcing: ContextVar[bool] = ContextVar("announcing", default=False)


@st.cache_resource(show_spinner=False)
def _client(base_url: str, api_key: str, embedded: bool) -> Koalr:
    found = Connection(base_url, api_key, embedded)
    return Koalr(
        api_key,
        base_url=base_url,
        patience_secs=EMBEDDED_PATIENCE_SECS if embedded else PATIENCE_SECS,
        max_age_secs=MAX_AGE_SECS,
        # The key of the embedded server is new at every start and known to no other process, and so are the answers.
        snapshot_path="" if embedded else _snapshot_path(found.fingerprint),
        shared=Alone() if embedded else None,
    )


def _snapshot_path(fingerprint: str) -> Path | None:
    """Where the answers outlive a restart: KOALR_CACHE_DIR, else the user's cache folder; None if the setting is empty."""
    folder = os.environ.get("KOALR_CACHE_DIR")
    if folder == "":
        return None
    home = os.environ.get("XDG_CACHE_HOME") or "~/.cache"
    return Path(folder or f"{home}/koalr").expanduser() / f"dashboard-{fingerprint}.answers"


def _connected() -> Connection:
    found = connection.current()
    if found is None:
        raise ConfigError("No API to ask: set KOALR_API_KEY, or start the dashboard with `streamlit run app.py`.")
    return found


def client() -> View:
    """The client of the connection in use, for the one who looks: a TV comes after people, a pressed button asks anew.

    Raises:
        ConfigError: neither an embedded server nor a key is there.
    """
    connected = _connected()
    found: View = _client(connected.base_url, connected.api_key, connected.embedded)
    if wall.wanted():
        found = found.for_tv()
    if _announcing.get():
        found = found.with_options(patience_secs=0.0)
    return found.refresh() if st.session_state.get(RETRY_BUTTON) else found


def announce(*questions: Callable[[], object]) -> None:
    """Let questions be asked side by side that a page will ask one after another; what they answer stays in the client."""
    token = _announcing.set(True)
    try:
        for question in questions:
            # Whatever is wrong is told where the answer is used.
            with suppress(KoalrError):
                question()
    finally:
        _announcing.reset(token)


def statistics() -> Statistics:
    """What the client did so far and has now.

    Raises:
        ConfigError: as `client`.
    """
    return client().stats()


def address() -> str:
    """Where the API is; without its key.

    Raises:
        ConfigError: as `client`.
    """
    return _connected().base_url
