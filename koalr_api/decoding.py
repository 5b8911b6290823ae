"""Reads models out of JSON: documented fields must be there in their type, unknown ones are ignored."""

import dataclasses
import types
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints

from koalr_api.answer import Answer
from koalr_api.errors import ResponseValidationError
from koalr_api.model import Rows, Skipped
from koalr_api.scalars import SCALARS, Misfit

M = TypeVar("M")
# A value as it came and the answer it came in, to a value of the wanted type.
Reader = Callable[[Any, Answer], Any]


def wire_name(name: str) -> str:
    """snake_case to the API's camelCase."""
    first, *rest = name.split("_")
    return first + "".join(word.capitalize() for word in rest)


def decode(model: type[M], answer: Answer, where: str) -> M:
    """One model from the body of an answer.

    Args:
        where: the request, such as "GET /api/v1/flow", for messages.

    Raises:
        ResponseValidationError: naming the path of the first field that does not fit.
    """
    wanted: Any = model
    try:
        decoded: M = _reader(wanted)(answer.raw, answer)
        return decoded
    except Misfit as misfit:
        error = _error(where, misfit)
    # Raised out here, so that the inner error does not hang on it.
    raise error


def _error(where: str, misfit: Misfit) -> ResponseValidationError:
    place = f'field "{misfit.path}"' if misfit.path else "body"
    return ResponseValidationError(f"{where}: {place} {misfit.problem}", misfit.path)


@cache
def _reader(kind: Any) -> Reader:  # noqa: ANN401 - a type, or what typing makes of one
    """How to read a type; worked out once."""
    if kind in SCALARS:
        return _scalar_reader(kind)
    if get_origin(kind) in (Union, types.UnionType):
        return _union_reader(get_args(kind))
    if get_origin(kind) in (tuple, Rows):
        return _list_reader(get_origin(kind), get_args(kind)[0])
    return _model_reader(kind)


def _scalar_reader(kind: type) -> Reader:
    wanted, read = SCALARS[kind]

    def scalar(value: Any, _answer: Answer) -> Any:  # noqa: ANN401 - JSON
        try:
            return read(value)
        except (TypeError, ValueError, OverflowError):
            raise Misfit.of(wanted, value) from None

    return scalar


def _union_reader(kinds: tuple[Any, ...]) -> Reader:
    readers = [_reader(kind) for kind in kinds if kind is not types.NoneType]
    nullable = types.NoneType in kinds

    def union(value: Any, answer: Answer) -> Any:  # noqa: ANN401 - JSON
        if value is None and nullable:
            return None
        for read in readers[:-1]:
            try:
                return read(value, answer)
            except Misfit:
                continue
        return readers[-1](value, answer)

    return union


def _list_reader(origin: Any, kind: Any) -> Reader:  # noqa: ANN401 - types
    read = _reader(kind)

    def listed(value: Any, answer: Answer) -> Any:  # noqa: ANN401 - JSON
        if not isinstance(value, list):
            raise Misfit.of("a list", value)
        found = []
        for index, item in enumerate(value):
            try:
                found.append(read(item, answer))
            except Misfit as misfit:
                raise misfit.inside(f"[{index}]") from None
        return Rows(found, kind) if origin is Rows else tuple(found)

    return listed


def _row_by_row_reader(kind: Any, wire: str) -> Reader:  # noqa: ANN401 - a type
    """The rows of a page that fit, with a note of those that do not; if none fits, the page itself does not."""
    read = _reader(kind)

    def listed(value: Any, answer: Answer) -> Any:  # noqa: ANN401 - JSON
        if not isinstance(value, list):
            raise Misfit.of("a list", value)
        found, misfits = [], []
        for index, item in enumerate(value):
            try:
                found.append(read(item, answer))
            except Misfit as misfit:
                misfits.append(misfit.inside(f"[{index}]"))
        if misfits and not found:
            raise misfits[0]
        return Rows(found, kind, tuple(Skipped(wire + each.path, each.problem) for each in misfits))

    return listed


def _model_reader(model: Any) -> Reader:  # noqa: ANN401 - a model class, or one with its row type
    made = get_origin(model) or model
    fields = _fields(model)

    def read_model(value: Any, answer: Answer) -> Any:  # noqa: ANN401 - JSON
        if not isinstance(value, Mapping):
            raise Misfit.of("an object", value)
        found = made(**{name: _field(value, wire, read, extra, answer) for name, wire, read, extra in fields})
        # Frozen for everyone else.
        object.__setattr__(found, "_answer", answer)
        object.__setattr__(found, "_raw", value)
        return found

    return read_model


def _field(value: Mapping[str, Any], wire: str, read: Reader, extra: bool, answer: Answer) -> Any:  # noqa: ANN401 - JSON
    try:
        if wire in value:
            return read(value[wire], answer)
        if extra:
            return None
        raise Misfit("is missing")
    except Misfit as misfit:
        # No contract promises an extra field, so one that does not fit counts as absent.
        if extra:
            return None
        raise misfit.inside(wire) from None


def _fields(model: Any) -> list[tuple[str, str, Reader, bool]]:  # noqa: ANN401 - as _model_reader
    """(name, name on the wire, reader, whether it is an extra) per field."""
    made = get_origin(model) or model
    hints = get_type_hints(made)
    rows = _row_types(model)
    return [
        (
            field.name,
            wire := field.metadata.get("wire") or wire_name(field.name),
            _field_reader(field, wire, _filled(hints[field.name], rows)),
            field.default is not dataclasses.MISSING,
        )
        for field in dataclasses.fields(made)
    ]


def _field_reader(field: "dataclasses.Field[Any]", wire: str, hint: Any) -> Reader:  # noqa: ANN401 - a type
    return _row_by_row_reader(get_args(hint)[0], wire) if field.metadata.get("row_by_row") else _reader(hint)


def _row_types(model: Any) -> dict[Any, Any]:  # noqa: ANN401 - as _model_reader
    """Type variable to type, for Page[Team] as for a class made from it."""
    origin = get_origin(model)
    if origin is not None:
        return dict(zip(getattr(origin, "__parameters__", ()), get_args(model), strict=False))
    return {key: kind for base in getattr(model, "__orig_bases__", ()) for key, kind in _row_types(base).items()}


def _filled(hint: Any, rows: Mapping[Any, Any]) -> Any:  # noqa: ANN401 - types
    """A hint such as Rows[Row] with the row type in its place."""
    unknown = getattr(hint, "__parameters__", ())
    return hint[tuple(rows[each] for each in unknown)] if unknown else hint
