"""Two Streamlit pages with nothing on them: what a page costs at least."""

import streamlit as st


def first() -> None:
    st.title("First")


def second() -> None:
    st.title("Second")


st.navigation([st.Page(first, default=True), st.Page(second, url_path="second")]).run()
