"""A metric card: label, value with unit, change against the window before, sparkline."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import streamlit as st

from components import figures, panels
from components.charts.sparkline import HEIGHT_PX, sparkline, sparkline_words
from components.format import Unit, change_text, shown
from components.judgement import Better, delta_colour, verdict
from components.theme import Palette

Judgement = Literal["normal", "inverse", "off"]


@dataclass(frozen=True, slots=True)
class Card:
    """What one card shows.

    `judgement`: whether up is good ("normal"), bad ("inverse"), or neither. `note` stands where a change would.
    """

    label: str
    value: str
    definition: str
    change: str | None = None
    before: str | None = None
    judgement: Judgement = "normal"
    history: Sequence[float] | None = None
    badge: str = ""
    note: str | None = None


def change_card(
    label: str,
    now: float | None,
    before: float | None,
    unit: Unit,
    definition: str,
    *,
    better: Better,
    missing: str,
    doubt: str = "",
    was: str | None = None,
) -> Card:
    """A number with its change against the window before; the card's likeness of `screen.change_tile`.

    Args:
        missing: why there is no number.
        doubt: why the change is not judged.
        was: the number before as text, where it is not written in `unit`.
    """
    change = change_text(now, before, unit)
    told = doubt if verdict(now, before, better, doubt) == "noise" else f"was {was or shown(before, unit)}"
    return Card(
        label,
        shown(now, unit),
        definition,
        change,
        told if change else None,
        delta_colour(now, before, better, doubt),
        note=missing if now is None else "no change" if before is not None and change is None else None,
    )


def draw(cards: Sequence[Card]) -> None:
    """Cards of equal size in a row, or in several where the page is too narrow for one."""
    palette = figures.viewer_palette()
    # What one of them has takes its room in all: rows of two grids do not know of each other's height.
    badged, lined = any(card.badge for card in cards), any(card.history for card in cards)
    for place, card in zip(panels.row_of(len(cards)), cards, strict=True):
        with place:
            _draw_value(card, badged)
            if card.history:
                line = sparkline(card.history, _colour(card, palette))
                st.image(line, width="stretch", alt=sparkline_words(card.history))
            elif lined:
                st.space(HEIGHT_PX)


def _draw_value(card: Card, badged: bool) -> None:
    if badged:
        # Beside the name, not in it: what a screen reader says of a number would have its colour in it.
        st.markdown(f":small[{card.label}] {card.badge}", help=card.definition)
    st.metric(
        card.label,
        card.value,
        delta=card.change or card.note,
        delta_color=card.judgement if card.change else "off",
        delta_arrow="auto" if card.change else "off",
        delta_description=card.before,
        help=None if badged else card.definition,
        label_visibility="collapsed" if badged else "visible",
    )


def _colour(card: Card, palette: Palette) -> str:
    """A line has the colour of its change."""
    if card.judgement == "off" or not card.change:
        return palette.ring
    rose = not card.change.startswith("-")
    return palette.better if rose == (card.judgement == "normal") else palette.worse
