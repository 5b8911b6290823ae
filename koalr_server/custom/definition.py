"""A custom metric as saved, after it was checked (pure)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal

from koalr_server.clock import naive_utc
from koalr_server.custom.catalogue import Source
from koalr_server.custom.fields import Field
from koalr_server.custom.operators import Operator
from koalr_server.custom.units import Unit

Aggregation = Literal["count", "sum", "mean", "median", "percentile", "ratio"]
AGGREGATIONS: tuple[Aggregation, ...] = ("count", "sum", "mean", "median", "percentile", "ratio")
Value = str | float | bool | datetime | tuple[str, ...] | tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Filter:
    """field operator value. A number is in the field's own unit; a time is naive UTC."""

    field: Field
    operator: Operator
    value: Value


@dataclass(frozen=True, slots=True)
class Part:
    """One side of a ratio: a count, or the sum of a field, over the rows its filters let through."""

    field: Field | None
    filters: tuple[Filter, ...]


@dataclass(frozen=True, slots=True)
class Definition:
    """A metric that can be computed, and the document it was read from in its one normal form.

    `percentile` is above 0 and below 100, given for that aggregation alone; `parts` are numerator and denominator of a ratio.
    """

    source: Source
    aggregation: Aggregation
    field: Field | None
    percentile: float | None
    filters: tuple[Filter, ...]
    parts: tuple[Part, Part] | None
    unit: Unit
    document: Mapping[str, Any]

    @property
    def slug(self) -> str:
        """Its name in the API's path."""
        return str(self.document["slug"])

    @property
    def team(self) -> str | None:
        """Name or id of the team whose rows count, or None for everybody's."""
        team = self.document.get("team")
        return None if team is None else str(team)


def normal_form(document: Mapping[str, Any]) -> dict[str, Any]:
    """The same document with its keys in the documented order, empty parts left out and times as text."""
    return _ordered(document, DOCUMENT_KEYS)


DOCUMENT_KEYS = (
    "slug",
    "label",
    "description",
    "source",
    "aggregation",
    "field",
    "p",
    "unit",
    "team",
    "filters",
    "numerator",
    "denominator",
)
PART_KEYS = ("aggregation", "field", "filters")
FILTER_KEYS = ("field", "operator", "value", "unit")


def _ordered(mapping: Mapping[str, Any], keys: Sequence[str]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key in keys:
        value = mapping.get(key)
        if value is None or (key == "filters" and not value):
            continue
        if key == "filters":
            found[key] = [_ordered(each, FILTER_KEYS) for each in value]
        elif key in ("numerator", "denominator"):
            found[key] = _ordered({"aggregation": "count", **value}, PART_KEYS)
        else:
            found[key] = _plain(value)
    return found


def _plain(value: Any) -> Any:  # noqa: ANN401 - any value a checked document may hold
    """JSON-ready: times become text, whole numbers written as 95.0 become 95."""
    if isinstance(value, datetime):
        moment = naive_utc(value) if value.tzinfo else value
        return moment.strftime("%Y-%m-%dT%H:%M:%SZ")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return [_plain(item) for item in value] if isinstance(value, list | tuple) else value
