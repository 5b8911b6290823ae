"""A metric card: label, value with unit, change against the window before, sparkline."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import streamlit as st

from components.format import Unit, change_text, shown
from components.judgement import Better, delta_colour, verdict

Judgement = Literal["normal", "inverse", "off"]
SPARKLINE_CARD_HEIGHT = 220
PLAIN_CARD_HEIGHT = 136


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
    """A row of cards of equal size."""
    height = SPARKLINE_CARD_HEIGHT if any(card.history for card in cards) else PLAIN_CARD_HEIGHT
    for column, card in zip(st.columns(len(cards)), cards, strict=True):
        with column:
            _draw(card, height)


def _draw(card: Card, height: int) -> None:
    st.metric(
        f"{card.label} {card.badge}".strip(),
        card.value,
        delta=card.change or card.note,
        delta_color=card.judgement if card.change else "off",
        delta_arrow="auto" if card.change else "off",
        delta_description=card.before,
        help=card.definition,
        border=True,
        chart_data=list(card.history) if card.history else None,
        chart_type="line",
        height=height,
    )
