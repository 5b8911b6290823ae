"""Which page of a long list to show."""

import math

import streamlit as st


def choose_page(total: int, page_size: int, key: str) -> int:
    """A count line, and a control if there is more than one page; the answer is a page number from 1."""
    pages = max(1, math.ceil(total / page_size))
    if pages == 1:
        st.markdown(f":small[:gray[{total} rows, all times UTC]]")
        return 1
    with st.container(horizontal=True, vertical_alignment="center"):
        page = int(
            st.number_input(
                "Page",
                min_value=1,
                max_value=pages,
                value=1,
                key=f"page.{key}",
                label_visibility="collapsed",
                width=130,
            )
        )
        first = (page - 1) * page_size + 1
        st.markdown(
            f":small[:gray[rows {first} to {min(total, page * page_size)} of {total}, page {page} of {pages}, all times UTC]]"
        )
    return page
