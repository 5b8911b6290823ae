"""How every page goes: ask for all it needs behind a skeleton, then draw; on a wall, hand its screen to the frame."""

from collections.abc import Callable
from typing import TypeVar

import streamlit as st

from components import states, wall
from components.faults import drawable
from components.screen import Screen
from koalr_api import KoalrError

A = TypeVar("A")

SCREEN_KEY = "screen"
"""The screen of the page in view, for its preview."""

WALL_KEY = "wall.screen"
"""What asks for that screen, for a wall. The frame draws it: what a page draws goes before the next one has anything."""


def show(ask: Callable[[], A], draw: Callable[[A], None], screen: Callable[[A], Screen] | None = None) -> None:
    """Show a page.

    Args:
        ask: asks the API for all that the page shows; what it raises becomes one card with the next step.
        draw: draws the page of these answers.
        screen: what hangs on the wall of it; None for pages that need somebody to use them.
    """
    if wall.wanted():
        st.session_state[WALL_KEY] = lambda: screen(ask()) if screen else None
        return
    try:
        with drawable():
            with states.loading():
                answers = ask()
            st.session_state[SCREEN_KEY] = screen(answers) if screen else None
            draw(answers)
    except KoalrError as error:
        st.session_state[SCREEN_KEY] = None
        states.failed(error)


def attempt(question: Callable[[], A]) -> A | KoalrError:
    """A part a page can do without: its answer, or why there is none, for `states.failed_part`."""
    try:
        return question()
    except KoalrError as error:
        return error
