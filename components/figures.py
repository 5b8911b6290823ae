"""Puts a figure on the page with its text alternative, a stable key, the viewer's theme, and its export."""

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from components.theme import Palette, palette

SHOWN_KEY = "figures"


@dataclass(frozen=True, slots=True)
class Shown:
    """A figure of this run, with the table it was drawn from."""

    name: str
    table: pd.DataFrame


def begin() -> None:
    """Start a run: nothing is shown yet."""
    st.session_state[SHOWN_KEY] = []


def shown() -> Sequence[Shown]:
    """The figures of this run that have a table."""
    return list(st.session_state.get(SHOWN_KEY, ()))


def viewer_palette() -> Palette:
    """Colours of the theme the viewer sees."""
    return palette(st.context.theme.type)


def show(figure: go.Figure, key: str, table: pd.DataFrame | None = None) -> None:
    """Draw a figure; its `meta` carries the sentence a screen reader says instead.

    Args:
        key: its name on the page and of its picture, such as "lead-times".
        table: what it was drawn from; offered as CSV under the page.
    """
    st.plotly_chart(figure, key=key, theme=None, config=_config(key), alt=figure.layout.meta)
    if table is not None and not table.empty:
        st.session_state.setdefault(SHOWN_KEY, []).append(Shown(key, table))


def show_on_wall(figure: go.Figure, key: str) -> None:
    """Draw a figure that is only looked at."""
    st.plotly_chart(figure, key=key, theme=None, config={"staticPlot": True}, alt=figure.layout.meta)


def _config(key: str) -> dict[str, object]:
    """One button, for the picture, and only while somebody points at the chart."""
    return {
        "displayModeBar": "hover",
        "displaylogo": False,
        "modeBarButtons": [["toImage"]],
        "toImageButtonOptions": {"format": "png", "filename": key, "scale": 2},
    }
