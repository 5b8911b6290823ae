"""Rows of this run's answers that could not be read: they are left out, and said so."""

import re

import streamlit as st

from components.format import COUNT, plain
from koalr_api import Model, Page

STATE_KEY = "unread"
MOST_NAMED = 3
# "data[3].mergedAt": the list, the row, and the field that matters.
_ROW = re.compile(r"^.*?\[\d+\]\.?")


def begin() -> None:
    """Start a run: nothing is read yet."""
    st.session_state[STATE_KEY] = {}


def note(answer: Model) -> None:
    """An answer is shown; asked for twice it counts once."""
    if isinstance(answer, Page) and answer.skipped:
        fields = [_ROW.sub("", each.path) for each in answer.skipped]
        st.session_state.setdefault(STATE_KEY, {})[id(answer)] = fields


def words() -> str | None:
    """How many rows are missing and because of which fields, for Markdown; None if all could be read."""
    fields = [name for found in st.session_state.get(STATE_KEY, {}).values() for name in found]
    if not fields:
        return None
    count = f"{COUNT.text(len(fields))} row{'' if len(fields) == 1 else 's'} could not be read"
    names = [plain(name[:40]) for name in dict.fromkeys(fields) if name][:MOST_NAMED]
    because = f"not as the API describes it: {', '.join(names)}. " if names else ""
    return f":small[:orange-badge[{count}] :gray[{because}The others are shown; counts may be too low.]]"
