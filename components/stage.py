"""The frame of a screen on a wall: header with clock and age, the page's screen kept fresh, rotation."""

import os
import random
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from components import asking, coverage, data, figures, freshness, staleness, states
from components.charts import board
from components.charts import wall as charts
from components.faults import drawable
from components.footer import Organisation, organisation
from components.format import cell_text, figure_text
from components.screen import Screen
from components.wall import Rotation
from koalr_api import KoalrError, PendingError

DEFAULT_REFRESH_SECS = 60.0
SHORTEST_REFRESH_SECS, LONGEST_REFRESH_SECS = 0.5, 3600.0
# Screens that were switched on together ask apart.
SPREAD = 0.15
FIRST_LOOK_AGAIN_SECS = 3.0
CLOCK_SECS = 5.0
HEADER_SECS = 300.0
PROGRESS_SECS = 2.0
PREVIEW_SCALE = 0.45
# Characters that have room beside a title.
LONGEST_NAME = 48
ORGANISATION_KEY = "wall.organisation"


def refresh_secs() -> float:
    """How often screens look for new figures: KOALR_TV_REFRESH_SECS; what is no number of seconds is the default."""
    try:
        wanted = float(os.environ.get("KOALR_TV_REFRESH_SECS", ""))
    except ValueError:
        return DEFAULT_REFRESH_SECS
    return wanted if SHORTEST_REFRESH_SECS <= wanted <= LONGEST_REFRESH_SECS else DEFAULT_REFRESH_SECS


def _own_refresh_secs() -> float:
    """The same for this screen, another number for each."""
    spread = st.session_state.setdefault("wall.spread", random.uniform(1 - SPREAD, 1 + SPREAD))  # noqa: S311 - no secret
    return refresh_secs() * float(spread)


def header() -> tuple[DeltaGenerator, DeltaGenerator]:
    """The places for heading and clock, which know where data begin and how old they are only when the page has asked."""
    left, right = st.columns([5, 3])
    return left, right


@st.fragment(run_every=HEADER_SECS)
def heading(title: str, team_name: str | None, window: str) -> None:
    """Whose figures of which window, where they begin and end: a screen hangs for longer than a day."""
    told = _organisation()
    st.session_state[ORGANISATION_KEY] = told
    whose = team_name or (told.name if told else "")
    parts = (cell_text(whose, LONGEST_NAME), window, staleness.figures_span(told, coverage.current().since))
    context = " · ".join(part for part in parts if part)
    figures.show_on_wall(charts.header(figure_text(title), figure_text(context)), key="wall-header")


def _organisation() -> Organisation | None:
    """Whose figures; asking for it makes what the screen shows no older."""
    before = freshness.current()
    try:
        return organisation(data.teams())
    except KoalrError:
        return None
    finally:
        freshness.restore(before)


@st.fragment(run_every=CLOCK_SECS)
def clock() -> None:
    """The time of day where the screen hangs, and how old the figures are."""
    now, here = datetime.now(UTC), datetime.now(_zone())
    refresh = max(refresh_secs(), DEFAULT_REFRESH_SECS)
    answers = staleness.age_words(
        freshness.current(),
        now,
        here.tzinfo or UTC,
        # An answer of the longest age may stand until the screen looks again, and then until the new one is there.
        longest_secs=asking.MAX_AGE_SECS + 2 * refresh,
        refresh_secs=refresh,
    )
    words, colour = staleness.worse_of(answers, staleness.data_words(st.session_state.get(ORGANISATION_KEY), now))
    figures.show_on_wall(charts.clock(f"{here:%H:%M}", words, colour), key="wall-clock")


def _zone() -> ZoneInfo:
    """Where the screen hangs."""
    try:
        return ZoneInfo(st.context.timezone or "UTC")
    except (ValueError, OSError, KeyError):
        return ZoneInfo("UTC")


def play(screen: Callable[[], Screen | None]) -> None:
    """Draw the screen, and again whenever it is time; the last one stays while the API cannot be asked."""

    @st.fragment(run_every=_own_refresh_secs())
    def _playing() -> None:
        before = freshness.current()
        freshness.begin()
        try:
            with drawable():
                found = screen()
                if found is not None:
                    figures.show_on_wall(board.board(found), key="wall-board")
        except PendingError as error:
            _say("The figures are on their way", f"expected in about {states.seconds_until(error.expected_at)} s")
            look_again()
            return
        except KoalrError as error:
            freshness.restore(before)
            _say(states.wall_words(error), "This screen looks again every minute.")
            return
        if found is None:
            _say("This page needs somebody to use it", "Share, then Put on TV, offers the pages for a wall.")

    _playing()


@st.fragment(run_every=FIRST_LOOK_AGAIN_SECS)
def look_again() -> None:
    """Draw everything anew in a moment: something that the whole screen needs is not there yet."""
    started = st.session_state.setdefault("wall.pending", time.monotonic())
    if time.monotonic() - started >= FIRST_LOOK_AGAIN_SECS / 2:
        del st.session_state["wall.pending"]
        st.rerun()


def preview(title: str, context: str, screen: Screen) -> None:
    """The screen at a part of its size, to see what it will look like."""
    header = charts.header(figure_text(title), figure_text(context))
    figures.show_on_wall(charts.resized(header, PREVIEW_SCALE), key="preview-header")
    figures.show_on_wall(charts.resized(board.board(screen), PREVIEW_SCALE), key="preview-board")


def _say(words: str, more: str) -> None:
    figures.show_on_wall(board.message(figure_text(words), figure_text(more)), key="wall-board")


def turn(rotation: Rotation, key: str, pages: Mapping[str, st.Page]) -> None:
    """The line that fills until the next page comes, and the page change.

    Args:
        key: the page shown now.
        pages: by key, what `st.switch_page` takes.
    """
    following = rotation.after(key)
    if following is None:
        return
    if st.session_state.get("wall.page") != key:
        st.session_state["wall.page"] = key
        st.session_state["wall.since"] = time.monotonic()

    @st.fragment(run_every=PROGRESS_SECS)
    def _turning() -> None:
        shown_secs = time.monotonic() - st.session_state["wall.since"]
        st.progress(min(1.0, shown_secs / rotation.every_secs))
        if shown_secs >= rotation.every_secs:
            st.switch_page(pages[following], query_params=st.query_params.to_dict())

    _turning()
