"""What the address of a page says, kept the same as what its controls hold."""

from collections.abc import Sequence
from dataclasses import dataclass

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

PAGE_KEY = "address.page"


@dataclass(frozen=True, slots=True)
class Parameter:
    """One URL parameter between two script runs: what the URL says now, what we last wrote there, what is chosen."""

    url: str | None
    written: str | None
    held: str | None


def settle(parameter: Parameter, page_changed: bool) -> str | None:
    """Which of URL and control is right.

    The control, unless the URL was changed from outside: by a link, a reload or the Back button. Changing the page drops
    every parameter from the URL, which is no one's choice.
    """
    dropped = page_changed and parameter.url is None
    changed_outside = parameter.url != parameter.written and not dropped
    return parameter.url if changed_outside else parameter.held


def settled(name: str, held: str | None, page_changed: bool) -> str | None:
    """The value of a parameter in this run.

    Args:
        held: what the control was left at, None for its default.
        page_changed: whether this is the first run after the viewer went to another page.
    """
    parameter = Parameter(st.query_params.get(name), st.session_state.get(f"url.{name}"), held)
    return settle(parameter, page_changed)


def write(name: str, value: str | None) -> None:
    """Put a value into the URL; a default needs no parameter."""
    if st.query_params.get(name) != value:
        if value is None:
            del st.query_params[name]
        else:
            st.query_params[name] = value
    st.session_state[f"url.{name}"] = value


def carry_over(names: Sequence[str]) -> None:
    """Take parameters along to another page; call it before `st.navigation`.

    A link of the navigation leads to an address without parameters, and what is written after it makes a second entry in
    the history: Back would stay on the page and lose the window. What is written before it is part of the first.
    """
    context = get_script_run_ctx()
    page = context.page_script_hash if context else ""
    before = st.session_state.get(PAGE_KEY)
    st.session_state[PAGE_KEY] = page
    if before is None or before == page:
        return
    for name in names:
        if name not in st.query_params and (written := st.session_state.get(f"url.{name}")) is not None:
            st.query_params[name] = written


def write_again() -> None:
    """Put the URL the script knows into the address bar, which a link from a page to itself does not reach."""
    st.query_params.from_dict(st.query_params.to_dict())
