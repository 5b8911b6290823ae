"""What a page shows when there is no number: loading, empty, stale, failed. Never a traceback."""

from collections.abc import Callable
from datetime import UTC, datetime

import streamlit as st

from components.format import plain
from koalr_api import (
    APIConnectionError,
    AuthenticationError,
    ConfigError,
    KoalrError,
    NotFoundError,
    PermissionDeniedError,
    RateLimitError,
)


def guarded(render: Callable[[], None]) -> None:
    """Draw a page; what the API refuses becomes one sentence and a next step."""
    try:
        render()
    except KoalrError as error:
        failed(error)


def failed(error: KoalrError) -> None:
    """One card: what happened, what to do, and a button to try again."""
    with st.container(border=True):
        st.markdown(f"#### {_heading(error)}")
        st.markdown(plain(str(error)))
        step = _next_step(error)
        if step:
            st.markdown(f":small[:gray[{step}]]")
        st.button("Try again", icon=":material/refresh:", key="retry")


def _heading(error: KoalrError) -> str:
    if isinstance(error, RateLimitError):
        return ":gray-badge[:material/hourglass: waiting] The request budget of this minute is used up"
    if isinstance(error, AuthenticationError):
        return ":material/key_off: The API does not accept the key"
    if isinstance(error, PermissionDeniedError):
        return ":material/lock: The key may not see this"
    if isinstance(error, ConfigError):
        return ":material/settings: The connection to the API is not set up right"
    if isinstance(error, NotFoundError):
        return ":material/search_off: The API does not know this"
    if isinstance(error, APIConnectionError):
        return ":material/cloud_off: The API cannot be reached"
    return ":material/error: The API gave no usable answer"


def _next_step(error: KoalrError) -> str | None:
    if isinstance(error, RateLimitError):
        return _retry_sentence(error.retry_at)
    if isinstance(error, AuthenticationError):
        return "Set KOALR_API_KEY to a valid key and restart the dashboard."
    if isinstance(error, PermissionDeniedError):
        return "Choose a team the key is for, or ask for a key with more rights."
    if isinstance(error, ConfigError):
        return "Check KOALR_API_URL and KOALR_API_KEY, then restart the dashboard."
    if isinstance(error, APIConnectionError):
        return "Nothing is lost; the page works again as soon as the server answers."
    return None


def _retry_sentence(retry_at: datetime | None) -> str:
    if retry_at is None:
        return "Try again in a minute."
    wait_secs = max(1, round((retry_at - datetime.now(UTC)).total_seconds()))
    return f"Next update in {wait_secs} s."


def empty(title: str, reason: str, command: str | None = None) -> None:
    """A card in the place of a chart: an en dash, one sentence why, and the command that changes it."""
    with st.container(border=True):
        st.markdown(f"**{title}**")
        st.markdown("## –")
        st.markdown(f":small[:gray[{reason}]]")
        if command:
            st.code(command, language="bash")
