"""The value of a filter, checked against the field and the operator (pure)."""

from datetime import date, datetime, time

from koalr_server.clock import naive_utc
from koalr_server.custom.definition import Value
from koalr_server.custom.faults import Faults, shown
from koalr_server.custom.fields import Field
from koalr_server.custom.operators import Operator

LONGEST_TEXT = 200
MOST_VALUES = 100
LARGEST_NUMBER = 1e15
FIRST_YEAR, LAST_YEAR = 1970, 2200


def read_value(faults: Faults, path: str, value: object, field: Field, operator: Operator) -> Value | None:
    """The value in the type the field needs; None after noting a fault. Times become naive UTC in whole seconds."""
    if value is None:
        faults.add(path, f"is missing; {operator.name} on {field.name} needs {_wanted(field, operator)}.")
        return None
    if operator.value == "yes or no":
        return _boolean(faults, path, value)
    if operator.value == "several":
        return _several(faults, path, value, field)
    return _one(faults, path, value, field, operator)


def _wanted(field: Field, operator: Operator) -> str:
    if operator.value == "yes or no":
        return "true or false"
    one = {"text": "a text", "texts": "a text", "number": "a number", "boolean": "true or false", "instant": "a time"}
    return f"a list of 1 to {MOST_VALUES} values" if operator.value == "several" else one[field.type]


def _one(faults: Faults, path: str, value: object, field: Field, operator: Operator | None) -> Value | None:
    match field.type:
        case "number":
            return _number(faults, path, value)
        case "boolean":
            return _boolean(faults, path, value)
        case "instant":
            return _instant(faults, path, value)
    if value == "" and operator is not None and operator.value == "one":
        # A title can be empty, so one can ask for it.
        return ""
    return faults.text(path, value, LONGEST_TEXT)


def _several(faults: Faults, path: str, value: object, field: Field) -> Value | None:
    if not isinstance(value, list | tuple):
        faults.add(path, f"{shown(value)} is not a list; write the values in square brackets.")
        return None
    if not 1 <= len(value) <= MOST_VALUES:
        faults.add(path, f"has {len(value)} values; allowed are 1 to {MOST_VALUES}.")
        return None
    found = [_one(faults, f"{path}[{index}]", item, field, None) for index, item in enumerate(value)]
    return None if any(item is None for item in found) else tuple(found)  # type: ignore[return-value]


def _number(faults: Faults, path: str, value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        faults.add(path, f"{shown(value)} is not a number.")
    elif not -LARGEST_NUMBER <= value <= LARGEST_NUMBER:
        faults.add(path, f"{shown(value)} is out of range; allowed are numbers from -1e15 to 1e15.")
    else:
        return float(value)
    return None


def _boolean(faults: Faults, path: str, value: object) -> bool | None:
    if isinstance(value, bool):
        return value
    faults.add(path, f"{shown(value)} is neither true nor false; write one of them without quotation marks.")
    return None


def _instant(faults: Faults, path: str, value: object) -> datetime | None:
    try:
        moment = _moment(value)
    except (ValueError, TypeError, OverflowError):
        faults.add(path, f"{shown(value)} is not a time; write it like 2025-03-31T18:22:00Z.")
        return None
    if not FIRST_YEAR <= moment.year <= LAST_YEAR:
        faults.add(path, f"{shown(value)} is out of range; allowed are the years {FIRST_YEAR} to {LAST_YEAR}.")
        return None
    return moment


def _moment(value: object) -> datetime:
    """ISO text, or a date or time as TOML and YAML know them; without a zone it is UTC, without a time midnight."""
    if isinstance(value, str):
        value = datetime.fromisoformat(value)
    if isinstance(value, datetime):
        return naive_utc(value) if value.tzinfo else value.replace(microsecond=0)
    if isinstance(value, date):
        return datetime.combine(value, time())
    raise TypeError("neither a text nor a date")
