"""The answer of a custom metric, worked out in loops over plain rows."""

from datetime import datetime
from fractions import Fraction
from typing import Any

from tests.oracle.answers import answer
from tests.oracle.belonging import scope_of
from tests.oracle.custom_rows import Fact, facts
from tests.oracle.numbers import mean, quantile, ratio, written
from tests.oracle.rows import Row, required_instant
from tests.oracle.sight import Sight
from tests.oracle.windows import Window, current

SECONDS = {"seconds": 1, "minutes": 60, "hours": 3_600, "days": 86_400, "weeks": 604_800}
Document = dict[str, Any]


class CustomMetrics:
    """Answers definitions about one organisation at one moment; the rows of a source are read once."""

    def __init__(self, sight: Sight) -> None:
        self.sight = sight
        self._facts: dict[str, list[Fact]] = {}

    def answer(self, document: Document, days: int) -> Row:
        """The documented fields, with n, previous and trend."""
        scope = scope_of(self.sight.org, document.get("team"))
        source = document["source"]
        if source not in self._facts:
            self._facts[source] = facts(self.sight, source)
        rows = [fact for fact in self._facts[source] if fact.is_of(scope) and passes(fact.values, document)]

        def measure(window: Window) -> tuple[Row, int]:
            within = [fact.values for fact in rows if window.holds(fact.at)]
            raw, n = figure(within, document)
            return {"value": written(shown(raw, document["unit"], window.days))}, n

        found = answer(measure, self.sight.now, days)
        within = [fact.values for fact in rows if current(self.sight.now, days).holds(fact.at)]
        head = {"slug": document["slug"], "label": document["label"], "unit": document["unit"]}
        extra = {"period": f"last_{days}_days", "description": document.get("description")}
        return {**found, **head, **extra, "n": figure(within, document)[1]}


def figure(rows: list[Row], document: Document) -> tuple[Fraction | None, int]:
    """The figure in the field's own unit, and how many rows it rests on."""
    if document["aggregation"] == "ratio":
        over, _, is_empty = part(rows, document["numerator"])
        under, n, _ = part(rows, document["denominator"])
        over = Fraction(0) if is_empty else over
        return (None if over is None or under is None else ratio(over, under)), n
    if document["aggregation"] == "count":
        return Fraction(len(rows)), len(rows)
    known = [Fraction(row[document["field"]]) for row in rows if row[document["field"]] is not None]
    match document["aggregation"]:
        case "sum":
            found = sum(known, Fraction(0)) if known else None
        case "mean":
            found = mean(known)
        case "median":
            found = quantile(known, Fraction(1, 2))
        case _:
            found = quantile(known, Fraction(str(document["p"])) / 100)
    return found, len(known)


def part(rows: list[Row], side: Document) -> tuple[Fraction | None, int, bool]:
    """One side of a ratio: its figure, the rows it rests on, whether no row is of it."""
    within = [row for row in rows if passes(row, side)]
    if side.get("aggregation", "count") == "count":
        return Fraction(len(within)), len(within), not within
    known = [Fraction(row[side["field"]]) for row in within if row[side["field"]] is not None]
    return (sum(known, Fraction(0)) if known else None), len(known), not within


def shown(raw: Fraction | None, unit: str, days: int) -> Fraction | None:
    """A figure in the unit a document declares."""
    if raw is None:
        return None
    if unit == "percent":
        return raw * 100
    found = raw / SECONDS.get(unit.split(" per ")[0], 1)
    if unit.endswith(" per day"):
        return found / days
    return found * 7 / days if unit.endswith(" per week") else found


def passes(row: Row, filtered: Document) -> bool:
    return all(holds(row[each["field"]], each) for each in filtered.get("filters", []))


def holds(value: Any, each: Document) -> bool:
    """Whether one filter lets a value through."""
    operator, wanted = each["operator"], each["value"]
    if operator == "is_null":
        return (value is None or value == []) is wanted
    if value is None:
        return False
    if isinstance(value, datetime):
        wanted = required_instant(wanted)
    elif isinstance(value, list):
        return list_holds([text.lower() for text in value], operator, wanted)
    elif isinstance(value, str):
        value, wanted = value.lower(), [text.lower() for text in wanted] if isinstance(wanted, list) else wanted.lower()
    elif not isinstance(value, bool):
        factor = SECONDS.get(each.get("unit", ""), 1)
        wanted = [number * factor for number in wanted] if isinstance(wanted, list) else wanted * factor
    return compare(value, operator, wanted)


def compare(value: Any, operator: str, wanted: Any) -> bool:
    outcomes = {
        "equals": lambda: value == wanted,
        "not": lambda: value != wanted,
        "in": lambda: value in wanted,
        "not_in": lambda: value not in wanted,
        "contains": lambda: wanted in value,
        "starts_with": lambda: value.startswith(wanted),
        "at_least": lambda: value >= wanted,
        "at_most": lambda: value <= wanted,
        "above": lambda: value > wanted,
        "below": lambda: value < wanted,
    }
    return bool(outcomes[operator]())


def list_holds(values: list[str], operator: str, wanted: Any) -> bool:
    if operator in ("in", "not_in"):
        return any(text.lower() in values for text in wanted) is (operator == "in")
    if operator == "contains":
        return wanted.lower() in values
    assert operator == "starts_with"
    return any(text.startswith(wanted.lower()) for text in values)
