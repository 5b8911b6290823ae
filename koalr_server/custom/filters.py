"""Reads the filters of a document, and the fields they and the aggregations name (pure)."""

from typing import Any

from koalr_server.custom.catalogue import Source
from koalr_server.custom.definition import FILTER_KEYS, Filter
from koalr_server.custom.faults import Faults, shown
from koalr_server.custom.fields import Field
from koalr_server.custom.operators import OPERATORS, Operator, operators_for
from koalr_server.custom.units import SECONDS_IN, units_of
from koalr_server.custom.values import read_value

MOST_FILTERS = 20


def number_field(faults: Faults, path: str, value: object, source: Source) -> Field | None:
    """The field of a source that is to be summed or averaged; None after noting a fault."""
    numbers = [field.name for field in source.fields.values() if field.type == "number"]
    if isinstance(value, str) and value in source.fields and value not in numbers:
        kind = source.fields[value].type
        faults.add(path, f'"{value}" is of type {kind} and cannot be aggregated; allowed: {", ".join(numbers)}.')
        return None
    name = faults.choice(path, value, numbers)
    return source.fields[name] if name else None


def read_filters(faults: Faults, path: str, value: object, source: Source | None) -> tuple[Filter, ...]:
    """The filters that are right; a fault is noted for each that is not. Without a source their fields cannot be checked."""
    if value is None:
        return ()
    if not isinstance(value, list | tuple):
        faults.add(path, f"{shown(value)} is not a list of filters.")
        return ()
    if len(value) > MOST_FILTERS:
        faults.add(path, f"has {len(value)} filters; allowed are {MOST_FILTERS} at most.")
        return ()
    found = [_filter(faults, f"{path}[{index}]", each, source) for index, each in enumerate(value)]
    return tuple(each for each in found if each is not None)


def _filter(faults: Faults, path: str, value: object, source: Source | None) -> Filter | None:
    given = faults.mapping(path, value, "a filter; write field, operator and value")
    if given is None:
        return None
    faults.keys(path, given, FILTER_KEYS)
    name = faults.choice(f"{path}.field", given.get("field"), source.fields) if source else None
    field = source.fields[name] if source and name else None
    operator = _operator(faults, f"{path}.operator", given.get("operator"), field)
    if field is None or operator is None:
        return None
    found = read_value(faults, f"{path}.value", given.get("value"), field, operator)
    factor = _factor(faults, f"{path}.unit", given.get("unit"), field)
    if found is None or factor is None:
        return None
    return Filter(field, operator, _times(found, factor) if factor != 1 else found)


def _operator(faults: Faults, path: str, value: object, field: Field | None) -> Operator | None:
    allowed = operators_for(field.type) if field else tuple(OPERATORS)
    if field and isinstance(value, str) and value in OPERATORS and value not in allowed:
        faults.add(
            path,
            f'"{value}" does not apply to {field.name}, which is of type {field.type}; allowed: {", ".join(allowed)}.',
        )
        return None
    name = faults.choice(path, value, allowed)
    return OPERATORS[name] if name else None


def _factor(faults: Faults, path: str, value: object, field: Field) -> int | None:
    """What to multiply a filter's numbers by; without a unit they are in the field's own."""
    if value is None:
        return 1
    if field.unit is None:
        faults.add(path, f"does not go with {field.name}, which is of type {field.type}; leave it out.")
        return None
    name = faults.choice(path, value, units_of(field.unit))
    return None if name is None else SECONDS_IN.get(name, 1)


def _times(value: Any, factor: int) -> Any:  # noqa: ANN401 - a number or several
    if isinstance(value, bool):
        return value
    return tuple(item * factor for item in value) if isinstance(value, tuple) else value * factor
