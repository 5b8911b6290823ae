"""Random valid definitions over the whole catalogue, with values that the organisation's own rows hold."""

import datetime as dt
from fractions import Fraction
from typing import Any

from hypothesis import strategies as st

from koalr_server.custom.catalogue import SOURCES
from koalr_server.custom.fields import Field
from koalr_server.custom.operators import OPERATORS, operators_for
from koalr_server.custom.units import RATES, SECONDS_IN
from tests.oracle.custom_rows import Fact

# Which of two signs of the same second names a failure is left open, so the oracle does not say.
LEFT_OUT = {("deployments", "failure")}
NUMBERS = st.one_of(st.sampled_from([0, 1, 2, 500, 3_600, 86_400]), st.integers(0, 400))


def fields(source: str, type_: str | None = None) -> list[Field]:
    """The comparable fields of a source, perhaps of one type."""
    found = SOURCES[source].fields.values()
    return [each for each in found if type_ in (None, each.type) and (source, each.name) not in LEFT_OUT]


@st.composite
def filters(draw: st.DrawFn, source: str, rows: list[Fact]) -> dict[str, Any]:
    """One filter with a value that some row holds, or one near it."""
    field = draw(st.sampled_from(fields(source)))
    operator = draw(st.sampled_from(operators_for(field.type)))
    found: dict[str, Any] = {"field": field.name, "operator": operator}
    known = [row.values[field.name] for row in rows if row.values[field.name] not in (None, [])]
    match OPERATORS[operator].value:
        case "yes or no":
            return found | {"value": draw(st.booleans())}
        case "several":
            values = [draw(value(field, known)) for _ in range(draw(st.integers(1, 3)))]
            return found | {"value": values} | draw(unit_of(field))
        case "part":
            text = draw(value(field, known)) or "a"
            start, end = draw(st.integers(0, len(text) - 1)), len(text)
            return found | {"value": (text[:3] if operator == "starts_with" else text[start:end]).strip() or "a"}
    return found | {"value": draw(value(field, known))} | draw(unit_of(field))


def unit_of(field: Field) -> st.SearchStrategy[dict[str, str]]:
    """Now and then a unit for a duration."""
    return st.just({}) if field.unit != "seconds" else st.sampled_from([{}, {}, {"unit": "hours"}])


def value(field: Field, known: list[Any]) -> st.SearchStrategy[Any]:
    """A value in the form a document has it."""
    if field.type == "boolean":
        return st.booleans()
    if field.type == "number":
        return st.one_of(NUMBERS, st.sampled_from([int(Fraction(each)) for each in known] or [0]))
    if field.type == "instant":
        moments = known or [dt.datetime(2025, 3, 1)]
        return st.sampled_from([each.isoformat() + "Z" for each in moments])
    texts = [text for each in known for text in (each if isinstance(each, list) else [each])]
    readable = [text[:200] for text in texts if text.strip() and text.isprintable()] or ["nothing"]
    return st.sampled_from([*readable, *(text.upper() for text in readable), "'; DROP TABLE members; --"])


@st.composite
def definitions(draw: st.DrawFn, rows_of: dict[str, list[Fact]], teams: list[str]) -> dict[str, Any]:
    """A document of any source and aggregation that the checks accept."""
    source = draw(st.sampled_from(list(SOURCES)))
    some_filters = st.lists(filters(source, rows_of[source]), max_size=3)
    aggregation = draw(st.sampled_from(["count", "sum", "mean", "median", "percentile", "ratio"]))
    document: dict[str, Any] = {
        "slug": "drawn",
        "label": "Drawn",
        "source": source,
        "aggregation": aggregation,
        "filters": draw(some_filters),
    }
    if (team := draw(st.sampled_from([None, None, *teams]))) is not None:
        document["team"] = team
    if aggregation == "ratio":
        return document | draw(sides(source, some_filters))
    if aggregation == "count":
        return document | {"unit": SOURCES[source].many + draw(rate())}
    field = draw(st.sampled_from(fields(source, "number")))
    unit = draw(st.sampled_from(list(SECONDS_IN))) if field.unit == "seconds" else field.unit
    percentile = {"p": draw(st.sampled_from([5, 50, 85, 95, 99.9]))} if aggregation == "percentile" else {}
    return document | {"field": field.name, "unit": unit + (draw(rate()) if aggregation == "sum" else "")} | percentile


def rate() -> st.SearchStrategy[str]:
    """Nothing, or per day or week."""
    return st.sampled_from(["", *(f" {name}" for name in RATES)])


@st.composite
def sides(draw: st.DrawFn, source: str, some_filters: st.SearchStrategy[Any]) -> dict[str, Any]:
    """Numerator, denominator and unit of a ratio."""
    over, under = {"filters": draw(some_filters)}, {"filters": draw(some_filters)}
    field = draw(st.sampled_from([None, *fields(source, "number")]))
    if field is None:
        return {"numerator": over, "denominator": under, "unit": draw(st.sampled_from(["ratio", "percent"]))}
    over |= {"aggregation": "sum", "field": field.name}
    if draw(st.booleans()):
        under |= {"aggregation": "sum", "field": field.name}
        return {"numerator": over, "denominator": under, "unit": "percent"}
    return {"numerator": over, "denominator": under, "unit": f"{field.unit} per {SOURCES[source].one}"}
