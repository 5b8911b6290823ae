"""Puts a figure on the page with its text alternative, a stable key, and the viewer's theme."""

import plotly.graph_objects as go
import streamlit as st

from components.theme import Palette, palette

CONFIG = {"displayModeBar": False, "responsive": True}


def viewer_palette() -> Palette:
    """Colours of the theme the viewer sees."""
    return palette(st.context.theme.type)


def show(figure: go.Figure, key: str) -> None:
    """Draw a figure; its `meta` carries the sentence a screen reader says instead."""
    meta = figure.layout.meta
    alt = meta.get("alt") if isinstance(meta, dict) else None
    st.plotly_chart(figure, key=key, config=CONFIG, alt=alt)
