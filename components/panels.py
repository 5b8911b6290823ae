"""Panels beside each other on a wide page, one below the other on a page too narrow for them.

What stands side by side is equally high.
"""

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

# Pixels. Beside the sidebar there is room for two halves, three thirds or four quarters on 1440, and on 1024 for two
# quarters. In a quarter the longest name stands beside its tier, in a fifth above its number.
NARROWEST_HALF, NARROWEST_THIRD, NARROWEST_QUARTER, NARROWEST_FIFTH = 400, 310, 226, 160
GAP = 16


def halves() -> tuple[DeltaGenerator, DeltaGenerator]:
    """Two of the same width."""
    grid = st.grid(2, min_column_width=NARROWEST_HALF)
    return grid.container(height="stretch"), grid.container(height="stretch")


def thirds() -> tuple[DeltaGenerator, DeltaGenerator, DeltaGenerator]:
    """Three of the same width."""
    grid = st.grid(3, min_column_width=NARROWEST_THIRD)
    return grid.container(height="stretch"), grid.container(height="stretch"), grid.container(height="stretch")


def quarters() -> list[DeltaGenerator]:
    """Four of the same width; never three with one below."""
    pairs = st.grid(2, min_column_width=2 * NARROWEST_QUARTER + GAP)
    found = []
    for pair in (pairs.cell(), pairs.cell()):
        grid = pair.grid(2, min_column_width=NARROWEST_QUARTER)
        found += [grid.container(height="stretch"), grid.container(height="stretch")]
    return found


def wide_and_narrow() -> tuple[DeltaGenerator, DeltaGenerator]:
    """Two thirds, then one, each with a border."""
    grid = st.grid(3, min_column_width=NARROWEST_THIRD, border=True)
    return grid.cell(column_span=2), grid.cell()


def narrow_and_wide() -> tuple[DeltaGenerator, DeltaGenerator]:
    """One third, then two, each with a border."""
    grid = st.grid(3, min_column_width=NARROWEST_THIRD, border=True)
    return grid.cell(), grid.cell(column_span=2)


def row() -> tuple[DeltaGenerator, DeltaGenerator, DeltaGenerator]:
    """A number, its drawing, its verdict; where there is no room for three the drawing goes below the other two."""
    grid = st.grid(5, min_column_width=NARROWEST_FIFTH, vertical_alignment="center", gap="medium", dense=True)
    return grid.cell(), grid.cell(column_span=3), grid.cell()
