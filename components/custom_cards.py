"""A custom metric as a card on the page, and as a tile and facts on a wall."""

from dataclasses import replace

from components.cards import Card
from components.custom_words import figure_unit, highest, short_label, shown_unit
from components.format import COUNT, NO_DATA, change_text, figure_text, known, plain
from components.frames import full_weeks
from components.screen import Fact, Tile, change_tile
from koalr_api import CustomMetric

LABEL_ON_CARD, LABEL_ON_TV, LONGEST_DEFINITION = 28, 46, 400
# A tile has room for a longer unit only beside its value, and for a very long one nowhere.
SHORT_SYMBOL, LONG_SYMBOL = 3, 8


def card(metric: CustomMetric) -> Card:
    """Value, change, weeks."""
    unit = shown_unit(metric)
    before = metric.previous.value if metric.previous else None
    definition = plain(short_label(metric.description or metric.label, LONGEST_DEFINITION))
    label = plain(short_label(metric.label, LABEL_ON_CARD))
    if metric.value is None or not known(metric.value):
        return Card(
            label, NO_DATA, definition, note="no records in the window" if metric.n == 0 else "no value in the window"
        )
    change = change_text(metric.value, before, unit)
    return Card(
        label,
        plain(unit.text(metric.value)),
        definition,
        # Its sign stays as it is: Streamlit points the arrow by it.
        change[0] + plain(change[1:]) if change else None,
        before=f"was {plain(unit.text(before))}" if before is not None and known(before) else None,
        judgement="off",
        note="no change" if before is not None and known(before) else None,
    )


def tile(metric: CustomMetric) -> Tile:
    """One metric, named as its author did."""
    found = change_tile(
        figure_text(short_label(metric.label, LABEL_ON_TV)),
        metric.value,
        metric.previous.value if metric.previous else None,
        figure_unit(metric, SHORT_SYMBOL),
        better="none",
        missing="no value in the window",
        history=[week.value for week in full_weeks(metric.trend)],
    )
    return replace(found, unit=figure_unit(metric, LONG_SYMBOL).symbol) if known(metric.value) else found


def facts(metric: CustomMetric) -> list[Fact]:
    """What the value rests on, and the highest week."""
    found = [] if metric.n is None else [Fact(COUNT.text(metric.n), "records behind it")]
    week = highest(metric)
    if week is not None:
        found.append(Fact(figure_unit(metric, SHORT_SYMBOL).text(week.value), "in the highest week"))
    return found
