"""How many items to forecast: a slider and a field for the same number, kept in the URL."""

from collections.abc import Sequence
from math import log

import streamlit as st

from components import address
from components.format import COUNT, known, plain, whole_number

NAME = "items"
MOST_ITEMS = 10_000
USUAL_WEEKS = 4
# Where no pace is known.
FEW_ITEMS = 20
ROUND_ITEMS: Sequence[int] = [*(step * zeros for zeros in (1, 10, 100, 1_000) for step in (1, 2, 5)), MOST_ITEMS]
# The slider reaches to the first of these that holds the number; more is for the field.
REACHES = (200, 1_000, MOST_ITEMS)
SLIDER, FIELD = "items-slider", "items-field"


def parse_items(text: str | None) -> int | None:
    """A number of items from untrusted text, or None if it is none."""
    return whole_number(text, 1, MOST_ITEMS)


def usual(weekly_items: float | None) -> int:
    """About four weeks of work: the nearest, by ratio, of 1, 2, 5, 10, 20 and so on; 20 if the pace is not known."""
    if weekly_items is None or not known(weekly_items) or weekly_items <= 0:
        return FEW_ITEMS
    wanted = USUAL_WEEKS * weekly_items
    return min(ROUND_ITEMS, key=lambda items: abs(log(items / wanted)))


def chosen() -> int | None:
    """The number in the URL, else the one chosen before another page was seen."""
    return parse_items(st.query_params.get(NAME)) or st.session_state.get(NAME)


def settle(usually: int) -> tuple[int, Sequence[str]]:
    """The number of this run, in the URL and for the controls; sentences about a URL value that could not be used.

    Args:
        usually: the number where none is chosen.
    """
    held = st.session_state.get(NAME)
    # Streamlit forgets the state of controls that the page in view does not have.
    page_opened = SLIDER not in st.session_state
    wanted = address.settled(NAME, str(held) if held else None, page_opened)
    items = parse_items(wanted) or usually
    brought_back = items != usually and st.query_params.get(NAME) is None
    _keep(items, usually)
    if brought_back:
        # The frame, drawn already, offers the address as a link; so once more, with the number in it.
        st.rerun()
    if wanted is None or parse_items(wanted):
        return items, ()
    return items, [
        f"{plain(wanted[:60])} is no number of items; they go from 1 to {COUNT.text(MOST_ITEMS)}. "
        f"Showing {COUNT.text(usually)} items."
    ]


def draw(items: int, usually: int) -> None:
    """The controls. A slider is answered when it is let go."""
    st.session_state[SLIDER] = st.session_state[FIELD] = items
    left, right = st.columns([3, 1.3], vertical_alignment="bottom")
    reach = next(reach for reach in REACHES if items <= reach)
    left.slider(
        "Items to finish",
        1,
        reach,
        key=SLIDER,
        on_change=_take,
        args=(SLIDER, usually),
        help=f"Begins at {USUAL_WEEKS} weeks of work as a round number: {COUNT.text(usually)}.",
    )
    right.number_input(
        f"Or up to {COUNT.text(MOST_ITEMS)}",
        1,
        MOST_ITEMS,
        key=FIELD,
        on_change=_take,
        args=(FIELD, usually),
    )


def _take(control: str, usually: int) -> None:
    _keep(st.session_state[control], usually)


def _keep(items: int, usually: int) -> None:
    # What is usual differs between teams, so it is not kept as a choice.
    choice = items if items != usually else None
    st.session_state[NAME] = choice
    address.write(NAME, str(choice) if choice else None)
