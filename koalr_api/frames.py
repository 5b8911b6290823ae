"""Models as a pandas table; pandas is loaded when the first table is asked for."""

import dataclasses
from collections.abc import Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, get_type_hints

from koalr_api.errors import ConfigError

if TYPE_CHECKING:
    import pandas

# Nullable, so that unknown is missing and a count stays a whole number.
_DTYPES: dict[Any, str] = {float: "float64", int: "Int64", bool: "boolean", str: "string"}


def frame(rows: Sequence[object], kind: type | None) -> "pandas.DataFrame":
    """A row per model, a column per field; no rows give the columns of `kind`.

    Times become UTC timestamps, dates timestamps at midnight without a zone.

    Raises:
        ConfigError: pandas is not installed.
    """
    try:
        import pandas
    except ImportError:
        raise ConfigError("to_frame() needs pandas: pip install 'koalr-api[pandas]'.") from None
    if kind is None:
        return pandas.DataFrame()
    hints = get_type_hints(kind)
    columns = {}
    for field in dataclasses.fields(kind):
        values = [getattr(row, field.name) for row in rows]
        columns[field.name] = _column(pandas, values, _without_none(hints[field.name]))
    return pandas.DataFrame(columns)


def _column(pandas: Any, values: list[Any], kind: Any) -> Any:  # noqa: ANN401 - pandas is not imported here
    if kind in (datetime, date):
        return pandas.to_datetime(pandas.Series(values, dtype=object), utc=kind is datetime)
    return pandas.Series(values, dtype=_DTYPES.get(kind, object))


def _without_none(hint: Any) -> Any:  # noqa: ANN401 - a type
    members = [member for member in getattr(hint, "__args__", ()) if member is not type(None)]
    return members[0] if len(members) == 1 and type(None) in hint.__args__ else hint
