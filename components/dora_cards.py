"""A DORA metric as a card of a page and as a tile of a wall (pure)."""

from collections.abc import Mapping, Sequence

from components.cards import Card
from components.format import NO_DATA, change_text
from components.frames import full_weeks
from components.judgement import delta_colour, verdict
from components.metrics import DoraMetric
from components.screen import TIER_JUDGEMENTS, Tile
from components.sentences import TIER_COLOURS
from components.tiers import display_unit, distance, position, tier_of
from koalr_api import Dora


def dora_card(metric: DoraMetric, dora: Dora, doubts: Mapping[str, str]) -> Card:
    """A DORA metric with its tier, change and sparkline; `doubts` as of `noise.dora_doubts`."""
    value: float | None = getattr(dora, metric.field)
    before: float | None = getattr(dora.previous, metric.field) if dora.previous else None
    tier = tier_of(metric.field, value)
    unit = display_unit(metric.field, value or before or 0.0)
    doubt = doubts.get(metric.field, "")
    noise = verdict(value, before, metric.better, doubt) == "noise"
    return Card(
        label=metric.name,
        value=metric.text(value),
        definition=metric.definition,
        change=change_text(value, before, unit),
        before=(doubt if noise else f"was {metric.text(before)}") if before is not None and value is not None else None,
        judgement=delta_colour(value, before, metric.better, doubt),
        history=history(dora, metric.field),
        badge=f":{TIER_COLOURS[tier]}-badge[{tier.capitalize()}]" if tier else "",
        note=metric.missing if value is None else None,
    )


def history(dora: Dora, field: str) -> Sequence[float] | None:
    """Weekly values for a sparkline; weeks without data are left out, and the one not over."""
    values = [float(value) for week in full_weeks(dora.trend) if (value := getattr(week, field)) is not None]
    return values if len(values) > 1 else None


def dora_tile(metric: DoraMetric, dora: Dora) -> Tile:
    """A DORA metric for a wall."""
    value: float | None = getattr(dora, metric.field)
    tier = tier_of(metric.field, value)
    if value is None or tier is None:
        return Tile(metric.name, NO_DATA, note=metric.missing)
    unit = display_unit(metric.field, value)
    return Tile(
        metric.short_name,
        unit.number(value),
        unit.symbol,
        tier.capitalize(),
        TIER_JUDGEMENTS[tier],
        distance(metric.field, value),
        place=position(metric.field, value),
    )
