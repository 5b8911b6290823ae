"""Reads models out of JSON: documented fields must be there in their type, unknown ones are ignored."""

import dataclasses
import math
import types
from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints

from koalr_api.errors import ResponseValidationError

T = TypeVar("T")


def wire_name(name: str) -> str:
    """snake_case to the API's camelCase."""
    first, *rest = name.split("_")
    return first + "".join(word.capitalize() for word in rest)


def decode(model: type[T], body: Any, where: str) -> T:  # noqa: ANN401 - JSON
    """One model from a JSON object.

    Args:
        where: the request, such as "GET /api/v1/flow", for messages.

    Raises:
        ResponseValidationError: naming the path of the first field that does not fit.
    """
    return _object(model, body, where, "")


def _object(model: type[T], body: Any, where: str, path: str) -> T:  # noqa: ANN401
    if not isinstance(body, Mapping):
        raise _misfit(where, path or "body", "an object", body)
    values: dict[str, Any] = {}
    for name, kind, optional in _fields(model):
        wire = wire_name(name)
        at = f"{path}.{wire}" if path else wire
        if optional:
            values[name] = _extra(kind, body.get(wire), where, at)
        elif wire not in body:
            raise ResponseValidationError(f'{where}: field "{at}" is missing')
        else:
            values[name] = _value(kind, body[wire], where, at)
    return model(**values)


_KNOWN_FIELDS: dict[type, tuple[tuple[str, Any, bool], ...]] = {}


def _fields(model: type) -> tuple[tuple[str, Any, bool], ...]:
    """(name, type, optional) per wire field. Fields with a default are extras a server may leave out."""
    found = _KNOWN_FIELDS.get(model)
    if found is None:
        found = _KNOWN_FIELDS[model] = _read_fields(model)
    return found


def _read_fields(model: type) -> tuple[tuple[str, Any, bool], ...]:
    hints = get_type_hints(model)
    return tuple(
        (field.name, hints[field.name], field.default is not dataclasses.MISSING)
        for field in dataclasses.fields(model)
        if not field.name.startswith("_")
    )


def _extra(kind: Any, value: Any, where: str, path: str) -> Any:  # noqa: ANN401
    """An extra field: what does not fit counts as absent, because no contract promises it."""
    try:
        return None if value is None else _value(kind, value, where, path)
    except ResponseValidationError:
        return None


def _value(kind: Any, value: Any, where: str, path: str) -> Any:  # noqa: ANN401
    if get_origin(kind) in (Union, types.UnionType):
        if value is None:
            return None
        kind = next(member for member in get_args(kind) if member is not type(None))
        return _value(kind, value, where, path)
    if get_origin(kind) is tuple:
        if not isinstance(value, list):
            raise _misfit(where, path, "a list", value)
        member = get_args(kind)[0]
        return tuple(_value(member, item, where, f"{path}[{index}]") for index, item in enumerate(value))
    if get_origin(kind) is Mapping or kind is Mapping:
        if not isinstance(value, Mapping):
            raise _misfit(where, path, "an object", value)
        return types.MappingProxyType(dict(value))
    if dataclasses.is_dataclass(kind) and isinstance(kind, type):
        return _object(kind, value, where, path)
    name, read = _SCALARS[kind]
    try:
        return read(value)
    except (TypeError, ValueError):
        raise _misfit(where, path, name, value) from None


def _number(value: Any) -> float:  # noqa: ANN401
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value):
        raise TypeError
    return float(value)


def _integer(value: Any) -> int:  # noqa: ANN401
    if isinstance(value, bool) or not (isinstance(value, int) or (isinstance(value, float) and value.is_integer())):
        raise TypeError
    return int(value)


def _text(value: Any) -> str:  # noqa: ANN401
    if not isinstance(value, str):
        raise TypeError
    return value


def _boolean(value: Any) -> bool:  # noqa: ANN401
    if not isinstance(value, bool):
        raise TypeError
    return value


def _instant(value: Any) -> datetime:  # noqa: ANN401
    moment = datetime.fromisoformat(_text(value))
    if moment.tzinfo is None:
        raise ValueError
    return moment


def _date(value: Any) -> date:  # noqa: ANN401
    return date.fromisoformat(_text(value))


_SCALARS: dict[Any, tuple[str, Callable[[Any], Any]]] = {
    float: ("a number", _number),
    int: ("an integer", _integer),
    str: ("text", _text),
    bool: ("true or false", _boolean),
    datetime: ("an ISO 8601 time with a zone", _instant),
    date: ("a date", _date),
}


def _misfit(where: str, path: str, wanted: str, got: Any) -> ResponseValidationError:  # noqa: ANN401
    shown = repr(got) if not isinstance(got, str) else f'"{got}"'
    return ResponseValidationError(f'{where}: field "{path}" should be {wanted}, got {shown[:60]}')
