"""Composes the one query that measures a definition in several windows (pure).

Every identifier and expression is a constant of this package; what a document says is bound as parameters.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from koalr_server.custom.definition import Definition, Filter, Part
from koalr_server.metrics.windows import WINDOWS_SQL, Window, placed, window_parameters

MEASURES = {
    "count": "count(*)",
    "sum": "sum(figure)",
    "mean": "avg(figure)",
    "median": "quantile_cont(figure, 0.5)",
    "percentile": "quantile_cont(figure, $share)",
}
UNKNOWN = "NULL::DOUBLE"


def statement(definition: Definition) -> str:
    """SQL that yields, per window in order, `value` in the field's own unit and `n`, the rows it rests on."""
    source = definition.source
    columns = {"happened_at": source.time, **_columns(definition)}
    selected = ", ".join(f"{sql} AS {name}" for name, sql in columns.items())
    conditions = [f"{source.time} > $earliest", f"{source.time} <= $latest", source.belongs]
    conditions += [_condition(each, f"filter_{index}") for index, each in enumerate(definition.filters)]
    value, rows = _measures(definition)
    return f"""
WITH {WINDOWS_SQL},
facts AS (SELECT {selected} FROM {source.relation} WHERE {" AND ".join(conditions)}),
measured AS (
    SELECT id, {value} AS value, {rows} AS n
    FROM ({placed("facts", "happened_at")}) GROUP BY id
)
SELECT id, value, coalesce(n, 0) AS n FROM windows LEFT JOIN measured USING (id) ORDER BY id
"""  # noqa: S608 - composed of this package's own constants


def parameters(
    definition: Definition, windows: Sequence[Window], now: datetime, shift: timedelta = timedelta(0)
) -> dict[str, object]:
    """What the statement binds, the team scope apart.

    Args:
        now: the moment of asking, on the time line of the stored rows.
        shift: what is added to stored times when they are shown; a filter's times are meant as shown.
    """
    bound: dict[str, object] = {
        **window_parameters(windows),
        "now": now,
        "share": None if definition.percentile is None else definition.percentile / 100,
    }
    for prefix, filters in _filter_groups(definition):
        bound |= {f"{prefix}_{index}": _bound(each.value, shift) for index, each in enumerate(filters)}
    return bound


def _filter_groups(definition: Definition) -> list[tuple[str, tuple[Filter, ...]]]:
    groups = [("filter", definition.filters)]
    if definition.parts:
        groups += zip(("numerator", "denominator"), (part.filters for part in definition.parts), strict=True)
    return groups


def _bound(value: Any, shift: timedelta) -> object:  # noqa: ANN401 - a value of a filter
    if isinstance(value, datetime):
        return value - shift
    return list(value) if isinstance(value, tuple) else value


def _columns(definition: Definition) -> dict[str, str]:
    if definition.parts is None:
        return {"figure": definition.field.sql} if definition.field else {}
    numerator, denominator = definition.parts
    return {
        "in_numerator": _all(numerator, "numerator"),
        "in_denominator": _all(denominator, "denominator"),
        "numerator": numerator.field.sql if numerator.field else UNKNOWN,
        "denominator": denominator.field.sql if denominator.field else UNKNOWN,
    }


def _all(part: Part, prefix: str) -> str:
    conditions = [_condition(each, f"{prefix}_{index}") for index, each in enumerate(part.filters)]
    return f"coalesce({' AND '.join(conditions)}, false)" if conditions else "true"


def _condition(each: Filter, parameter: str) -> str:
    template = each.operator.sql[each.field.type]
    return "(" + template.format(field=f"({each.field.sql})", value=f"${parameter}") + ")"


def _measures(definition: Definition) -> tuple[str, str]:
    """The expressions of the value and of n."""
    if definition.parts is None:
        return MEASURES[definition.aggregation], "count(figure)" if definition.field else "count(*)"
    numerator, denominator = definition.parts
    # A part with no rows at all is 0, as a count is; one whose rows all lack the figure is unknown.
    over = (
        "CASE WHEN count(*) FILTER (in_numerator) = 0 THEN 0 ELSE sum(numerator) FILTER (in_numerator) END"
        if numerator.field
        else "count(*) FILTER (in_numerator)"
    )
    under = "sum(denominator) FILTER (in_denominator)" if denominator.field else "count(*) FILTER (in_denominator)"
    rows = "count(denominator) FILTER (in_denominator)" if denominator.field else "count(*) FILTER (in_denominator)"
    return f"({over}) / nullif({under}, 0)", rows
