"""What a page shows when there is no number: loading, empty, stale, failed. Never a traceback."""

import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

import streamlit as st

from components.format import plain
from koalr_api import (
    APIConnectionError,
    APITimeoutError,
    AuthenticationError,
    ConfigError,
    InternalServerError,
    KoalrError,
    NotFoundError,
    PendingError,
    PermissionDeniedError,
    RateLimitError,
)

COME_BACK_SECS = 2.0
LOOK_AGAIN_SECS = 8.0
A_MINUTE_SECS = 60.0
OUTLINE_HEIGHT = 644

_DECORATION = re.compile(r":[a-z]+-badge\[[^\]]*\]|:material/[a-z_]+:")

RETRY_BUTTON = "retry"
"""Key of the button under a failure."""


@contextmanager
def loading() -> Iterator[None]:
    """The outline of a page while its answers are awaited; nothing if they are there at once.

    One, because each is sent, taken back and timed by a thread of its own, also where it is never seen.
    """
    outline = st.skeleton(height=OUTLINE_HEIGHT)
    # Streamlit shows one that nothing follows only with the next element.
    st.empty()
    with outline:
        yield


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
        _look_again_by_itself(error)
        st.button("Try again", icon=":material/refresh:", key=RETRY_BUTTON)


def queued(error: PendingError) -> None:
    """A calm card: the figures are on their way, and the page looks for them by itself."""
    with st.container(border=True):
        st.markdown("#### :gray-badge[:material/hourglass: queued] The figures are on their way")
        place = "next to be asked for" if error.place == 1 else f"number {error.place} in the queue"
        st.markdown(
            f"They are {place}, expected in about {seconds_until(error.expected_at)} s. "
            "The page shows them as soon as they are there."
        )
        st.markdown(
            ":small[:gray[The API answers so many questions a minute, and these figures are asked for the first time.]]"
        )
        _count_down(COME_BACK_SECS, None)


def _look_again_by_itself(error: KoalrError) -> None:
    """Where waiting helps, nobody needs to press a button."""
    if isinstance(error, RateLimitError):
        retry_at = error.retry_at
        _count_down(float(seconds_until(retry_at)) if retry_at else A_MINUTE_SECS, "Next update in {} s.")
    elif isinstance(error, APIConnectionError | InternalServerError):
        _count_down(LOOK_AGAIN_SECS, "Looking again in {} s.")


def _count_down(wait_secs: float, words: str | None) -> None:
    """Draw the page anew after a while.

    Args:
        words: said with the seconds left in the place of {}; None to wait in silence.
    """
    until = time.monotonic() + wait_secs

    @st.fragment(run_every=1.0 if words else wait_secs)
    def _counting() -> None:
        left_secs = until - time.monotonic()
        # The first run of a fragment belongs to the page itself.
        if left_secs <= wait_secs / 2 and left_secs < 0.5:
            st.rerun()
        if words:
            st.markdown(f":small[:gray[{words.format(max(1, round(left_secs)))}]]")

    _counting()


def seconds_until(moment: datetime) -> int:
    """Whole seconds from now on, at least 1."""
    return max(1, round((moment - datetime.now(UTC)).total_seconds()))


def failed_part(error: KoalrError, title: str, *, border: bool = True) -> None:
    """A card in the place of one part of a page, the rest of which stands."""
    with st.container(border=border, height="stretch"):
        st.markdown(f"**{title}**")
        if isinstance(error, PendingError):
            st.markdown(":small[:gray-badge[:material/hourglass: queued] The figures are on their way]")
            _count_down(max(COME_BACK_SECS, float(seconds_until(error.expected_at))), None)
            return
        st.markdown(f":small[{_heading(error)}]")
        st.markdown(f":small[:gray[{plain(str(error))}]]")


def short_words(error: KoalrError) -> str:
    """A few words for a card that has no number."""
    if isinstance(error, PendingError):
        return "on its way"
    if isinstance(error, RateLimitError):
        return "waiting for the budget"
    if isinstance(error, AuthenticationError | PermissionDeniedError):
        return "not allowed"
    return "not to be had"


def wall_words(error: KoalrError) -> str:
    """What happened, for a screen on a wall."""
    return _DECORATION.sub("", _heading(error)).strip()


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
    if isinstance(error, APITimeoutError):
        return ":material/timer_off: The API does not answer in time"
    if isinstance(error, APIConnectionError):
        return ":material/cloud_off: The API cannot be reached"
    return ":material/error: The API gave no usable answer"


def _next_step(error: KoalrError) -> str | None:
    if isinstance(error, RateLimitError):
        return "All viewers share one budget of requests; the figures come as soon as it allows."
    if isinstance(error, AuthenticationError):
        return "Set KOALR_API_KEY to a valid key and restart the dashboard."
    if isinstance(error, PermissionDeniedError):
        return (
            "A key limited to teams sees those teams alone: choose one of them at the top of the page. For more, ask whoever "
            "runs the API for another key; on your own server `python -m koalr_server keys create --name NAME` makes one."
        )
    if isinstance(error, ConfigError):
        return "Check KOALR_API_URL and KOALR_API_KEY, then restart the dashboard."
    if isinstance(error, APITimeoutError):
        return "Somebody is there and takes too long; the page works again as soon as answers come in time."
    if isinstance(error, APIConnectionError):
        return "Nothing is lost; the page works again as soon as the server answers."
    return None


def empty(title: str, reason: str, command: str | None = None) -> None:
    """A card in the place of a chart: an en dash, one sentence why, and the command that changes it."""
    with st.container(border=True):
        st.markdown(f"**{title}**")
        st.markdown("## –")
        st.markdown(f":small[:gray[{reason}]]")
        if command:
            st.code(command, language="bash")
