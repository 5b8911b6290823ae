"""What a page shows when there is no number: loading, empty, stale, failed. Never a traceback."""

import time
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
    PendingError,
    PermissionDeniedError,
    RateLimitError,
)

COME_BACK_SECS = 2.0

RETRY_BUTTON = "retry"
"""Key of the button under a failure."""


def guarded(render: Callable[[], None]) -> None:
    """Draw a page; what the API refuses becomes one sentence and a next step."""
    try:
        render()
    except KoalrError as error:
        failed(error)


def failed(error: KoalrError) -> None:
    """One card: what happened, what to do, and a button to try again. What is only queued is no failure."""
    if isinstance(error, PendingError):
        queued(error)
        return
    with st.container(border=True):
        st.markdown(f"#### {_heading(error)}")
        st.markdown(plain(str(error)))
        step = _next_step(error)
        if step:
            st.markdown(f":small[:gray[{step}]]")
        st.button("Try again", icon=":material/refresh:", key=RETRY_BUTTON)


def queued(error: PendingError) -> None:
    """A calm card: the figures are on their way, and the page looks for them by itself."""
    with st.container(border=True):
        st.markdown("#### :gray-badge[:material/hourglass: queued] The figures are on their way")
        place = "next to be asked for" if error.place == 1 else f"number {error.place} in the queue"
        wait_secs = max(1, round((error.expected_at - datetime.now(UTC)).total_seconds()))
        st.markdown(
            f"They are {place}, expected in about {wait_secs} s. The page shows them as soon as they are there."
        )
        st.markdown(
            ":small[:gray[The API answers so many questions a minute, and these figures are asked for the first time.]]"
        )
    st.session_state["queued.since"] = time.monotonic()
    _come_back()


@st.fragment(run_every=COME_BACK_SECS)
def _come_back() -> None:
    """Draw the page anew after a while; the first run of a fragment belongs to the page itself."""
    if time.monotonic() - st.session_state["queued.since"] >= COME_BACK_SECS / 2:
        st.rerun()


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
