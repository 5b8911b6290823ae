"""Reads the two sides of a ratio and says in which units it can be shown (pure)."""

from collections.abc import Mapping

from koalr_server.custom.catalogue import Source
from koalr_server.custom.definition import PART_KEYS, Part
from koalr_server.custom.faults import Faults
from koalr_server.custom.filters import number_field, read_filters
from koalr_server.custom.units import SHARES, Unit, per_row, units_of

PART_AGGREGATIONS = ("count", "sum")


def read_part(faults: Faults, path: str, value: object, source: Source | None) -> Part | None:
    """One side of a ratio; None after noting a fault that leaves nothing to go on with."""
    if value is None:
        faults.add(path, "is missing; a ratio needs a numerator and a denominator, such as { aggregation = count }.")
        return None
    given = faults.mapping(path, value, "one side of a ratio; write aggregation, field and filters")
    if given is None:
        return None
    faults.keys(path, given, PART_KEYS)
    aggregation = faults.choice(f"{path}.aggregation", given.get("aggregation", "count"), PART_AGGREGATIONS)
    filters = read_filters(faults, f"{path}.filters", given.get("filters"), source)
    if aggregation == "count" and given.get("field") is not None:
        faults.add(f"{path}.field", "does not go with the aggregation count; it belongs to sum.")
    if aggregation != "sum":
        return Part(None, filters) if aggregation else None
    field = number_field(faults, f"{path}.field", given.get("field"), source) if source else None
    return Part(field, filters) if field else None


def ratio_units(
    faults: Faults, path: str, source: Source, numerator: Part, denominator: Part
) -> Mapping[str, Unit] | None:
    """The units of a ratio: a share of like things, or a sum per row; None after noting that the sides do not fit."""
    over, under = (part.field.unit if part.field else None for part in (numerator, denominator))
    if over == under:
        return SHARES
    if over is not None and under is None:
        return per_row(units_of(over), source.one)
    above = f"a sum of {over}" if over else "a count"
    faults.add(
        path, f"sums {under} under {above}; use sums of one unit, two counts, or a sum in the numerator over a count."
    )
    return None
