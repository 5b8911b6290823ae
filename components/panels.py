"""Panels beside each other on a wide page, one below the other on a page too narrow for them.

What stands side by side is equally high. A grid asks the browser for its width after it was first drawn in one column, so a figure
in it is drawn twice: two figures stand in columns, which go below each other on a phone alone.
"""

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

# Pixels. Beside the sidebar there is room for two halves, three thirds or four quarters on 1440, and on 1024 for two
# quarters. In a quarter the longest name stands beside its tier, in a fifth above its number.
NARROWEST_THIRD, NARROWEST_QUARTER, NARROWEST_FIFTH = 310, 226, 160
GAP = 16
QUARTERS = 4
# In eighths: Plotly reads its width to three decimals, and draws again where Streamlit tells it more of them.
WIDE_AND_NARROW = (5, 3)


def halves() -> tuple[DeltaGenerator, ...]:
    """Two of the same width."""
    return st.columns(2)


def thirds() -> tuple[DeltaGenerator, DeltaGenerator, DeltaGenerator]:
    """Three of the same width."""
    grid = st.grid(3, min_column_width=NARROWEST_THIRD)
    return grid.container(height="stretch"), grid.container(height="stretch"), grid.container(height="stretch")


def row_of(count: int) -> list[DeltaGenerator]:
    """So many of the same width, each with a border; of four never three with one below."""
    if count != QUARTERS:
        grid = st.grid(count, min_column_width=NARROWEST_QUARTER)
        return [_bordered(grid) for _ in range(count)]
    pairs = st.grid(2, min_column_width=2 * NARROWEST_QUARTER + GAP)
    grids = [pair.grid(2, min_column_width=NARROWEST_QUARTER) for pair in (pairs.cell(), pairs.cell())]
    return [_bordered(grid) for grid in grids for _ in range(2)]


def wide_and_narrow() -> list[DeltaGenerator]:
    """A wide one, then a narrow one, each with a border."""
    return [_bordered(column) for column in st.columns(WIDE_AND_NARROW)]


def narrow_and_wide() -> list[DeltaGenerator]:
    """A narrow one, then a wide one, each with a border."""
    return [_bordered(column) for column in st.columns(WIDE_AND_NARROW[::-1])]


def _bordered(place: DeltaGenerator) -> DeltaGenerator:
    return place.container(border=True, height="stretch", gap="small")


def row() -> tuple[DeltaGenerator, DeltaGenerator, DeltaGenerator]:
    """A number, its drawing, its verdict; where there is no room for three the drawing goes below the other two."""
    grid = st.grid(5, min_column_width=NARROWEST_FIFTH, vertical_alignment="center", gap="medium", dense=True)
    return grid.cell(), grid.cell(column_span=3), grid.cell()
