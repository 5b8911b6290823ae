"""A metric card: label, value with unit, change against the window before, sparkline."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import streamlit as st

from components import panels
from components.format import Unit, change_text, shown
from components.judgement import Better, delta_colour, verdict

Judgement = Literal["normal", "inverse", "off"]
ROW = 4
SPARKLINE_CARD_HEIGHT = 220
PLAIN_CARD_HEIGHT = 136
# Pixels of a card around its number: border, padding, and a line above with a badge in it.
FRAME_HEIGHT, NAME_HEIGHT = 34, 30


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
    height = SPARKLINE_CARD_HEIGHT if any(card.history for card in cards) else PLAIN_CARD_HEIGHT
    grid = st.grid(len(cards), min_column_width=panels.NARROWEST_QUARTER) if len(cards) != ROW else None
    places = [grid] * len(cards) if grid else panels.quarters()
    for place, card in zip(places, cards, strict=True):
        with place:
            if card.badge:
                _draw_badged(card, height)
            else:
                _draw(card, height)


def _draw_badged(card: Card, height: int) -> None:
    """The badge beside the name, not in it: what a screen reader says of a number would have its colour in it."""
    with st.container(border=True, gap=None, height="stretch"):
        st.markdown(f":small[{card.label}] {card.badge}", help=card.definition)
        _draw(card, height - FRAME_HEIGHT - NAME_HEIGHT, alone=False)


def _draw(card: Card, height: int, *, alone: bool = True) -> None:
    st.metric(
        card.label,
        card.value,
        delta=card.change or card.note,
        delta_color=card.judgement if card.change else "off",
        delta_arrow="auto" if card.change else "off",
        delta_description=card.before,
        help=card.definition if alone else None,
        label_visibility="visible" if alone else "collapsed",
        border=alone,
        chart_data=list(card.history) if card.history else None,
        chart_type="line",
        height=height,
    )
