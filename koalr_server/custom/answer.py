"""The answer of a custom metric: its figure, the window before, and the weeks (pure)."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from koalr_server.custom.definition import Definition
from koalr_server.custom.statement import parameters, statement
from koalr_server.metrics.rounding import rounded
from koalr_server.metrics.scope import Query, Scope
from koalr_server.metrics.windows import Window, trend_weeks


def answer(
    definition: Definition, query: Query, now: datetime, days: int, scope: Scope, shift: timedelta
) -> dict[str, Any]:
    """The documented fields, and n, description, previous and trend beside them.

    `n` is how many rows the value rests on. See statement.parameters for `now` and `shift`.
    """
    window = Window.rolling(now, days)
    weeks = trend_weeks(window)
    windows = [window, window.previous(), *(week.window for week in weeks)]
    current, previous, *weekly = _figures(definition, query, windows, scope, now, shift)
    return {
        "slug": definition.slug,
        "label": definition.document["label"],
        "value": current["value"],
        "unit": definition.document["unit"],
        "period": f"last_{days}_days",
        "description": definition.document.get("description"),
        "n": current["n"],
        "previous": {"value": previous["value"]},
        "trend": [
            {"weekStart": week.starts_on, "days": week.window.days, "n": entry["n"], "value": entry["value"]}
            for week, entry in zip(weeks, weekly, strict=True)
        ],
    }


def _figures(
    definition: Definition, query: Query, windows: Sequence[Window], scope: Scope, now: datetime, shift: timedelta
) -> list[dict[str, Any]]:
    """Value and n per window, in order, all from one query."""
    rows = query(statement(definition), {**parameters(definition, windows, now, shift), **scope.parameters()})
    return [
        {"value": _value(definition, row, window), "n": row["n"]} for row, window in zip(rows, windows, strict=True)
    ]


def _value(definition: Definition, row: dict[str, Any], window: Window) -> float | None:
    # A count of nothing is a real zero; the join leaves null for a window without rows.
    raw = row["n"] if definition.aggregation == "count" else row["value"]
    shown = definition.unit.shown(None if raw is None else float(raw), window.days)
    return rounded(shown)
