"""How many items to forecast: a slider and a field for the same number, kept in the URL."""

from collections.abc import Sequence

import streamlit as st

from components import address
from components.format import COUNT, plain, whole_number

NAME = "items"
DEFAULT_ITEMS = 20
MOST_ITEMS = 10_000
# The slider reaches to the first of these that holds the number; more is for the field.
REACHES = (200, 1_000, MOST_ITEMS)
SLIDER, FIELD = "items-slider", "items-field"


def parse_items(text: str | None) -> int | None:
    """A number of items from untrusted text, or None if it is none."""
    return whole_number(text, 1, MOST_ITEMS)


def read() -> int:
    """The number in the URL, where there are no controls."""
    return parse_items(st.query_params.get(NAME)) or DEFAULT_ITEMS


def settle() -> tuple[int, Sequence[str]]:
    """The number of this run, in the URL and for the controls; sentences about a URL value that could not be used."""
    held = st.session_state.get(NAME)
    # Streamlit forgets the state of controls that the page in view does not have.
    page_opened = SLIDER not in st.session_state
    wanted = address.settled(NAME, str(held) if held else None, page_opened)
    items = parse_items(wanted) or DEFAULT_ITEMS
    brought_back = items != DEFAULT_ITEMS and st.query_params.get(NAME) is None
    _keep(items)
    if brought_back:
        # The frame, drawn already, offers the address as a link; so once more, with the number in it.
        st.rerun()
    if wanted is None or parse_items(wanted):
        return items, ()
    return items, [
        f"{plain(wanted[:60])} is no number of items; they go from 1 to {COUNT.text(MOST_ITEMS)}. "
        f"Showing {DEFAULT_ITEMS} items."
    ]


def draw(items: int) -> None:
    """The controls. A slider is answered when it is let go."""
    st.session_state[SLIDER] = st.session_state[FIELD] = items
    left, right = st.columns([3, 1.3], vertical_alignment="bottom")
    reach = next(reach for reach in REACHES if items <= reach)
    left.slider("Items to finish", 1, reach, key=SLIDER, on_change=_take, args=(SLIDER,))
    right.number_input(
        "Items to finish, up to 10 000",
        1,
        MOST_ITEMS,
        key=FIELD,
        on_change=_take,
        args=(FIELD,),
        label_visibility="collapsed",
    )


def _take(control: str) -> None:
    _keep(st.session_state[control])


def _keep(items: int) -> None:
    st.session_state[NAME] = items
    address.write(NAME, str(items) if items != DEFAULT_ITEMS else None)
