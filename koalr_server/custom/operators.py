"""The comparisons a filter may use: on which types of fields, with what kind of value, and their SQL (pure data).

In a template `{field}` is an expression of the catalogue and `{value}` a bound parameter. Texts compare without case. All
of them are null, and so not true, for an unknown field; only `is_null` asks whether it is known.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from koalr_server.custom.fields import FieldType

ValueKind = Literal["one", "several", "part", "yes or no"]

_SAME_TEXT = "lower({field}) = lower({value}::VARCHAR)"
_OTHER_TEXT = "lower({field}) <> lower({value}::VARCHAR)"
_AMONG_TEXTS = "lower({field}) IN (SELECT lower(given) FROM unnest({value}::VARCHAR[]) AS list(given))"
_NOT_AMONG_TEXTS = "lower({field}) NOT IN (SELECT lower(given) FROM unnest({value}::VARCHAR[]) AS list(given))"
_AMONG_NUMBERS = "{field} IN (SELECT unnest({value}::DOUBLE[]))"
_NOT_AMONG_NUMBERS = "{field} NOT IN (SELECT unnest({value}::DOUBLE[]))"
_LOWERED = "list_transform({field}, lambda each: lower(each))"
_ANY_OF_LIST = f"list_has_any({_LOWERED}, list_transform({{value}}::VARCHAR[], lambda each: lower(each)))"


@dataclass(frozen=True, slots=True)
class Operator:
    """One comparison. `sql` has a template per type of field it applies to."""

    name: str
    value: ValueKind
    meaning: str
    sql: Mapping[FieldType, str]


def _ordered(name: str, sign: str, meaning: str) -> Operator:
    return Operator(
        name,
        "one",
        meaning,
        {"number": f"{{field}} {sign} {{value}}::DOUBLE", "instant": f"{{field}} {sign} {{value}}::TIMESTAMP"},
    )


OPERATORS: Mapping[str, Operator] = {
    operator.name: operator
    for operator in (
        Operator(
            "equals",
            "one",
            "is the value",
            {"text": _SAME_TEXT, "number": "{field} = {value}::DOUBLE", "boolean": "{field} = {value}::BOOLEAN"},
        ),
        Operator(
            "not",
            "one",
            "is known and another value",
            {"text": _OTHER_TEXT, "number": "{field} <> {value}::DOUBLE", "boolean": "{field} <> {value}::BOOLEAN"},
        ),
        Operator(
            "in",
            "several",
            "is one of the values; of a list: one of its texts is",
            {"text": _AMONG_TEXTS, "number": _AMONG_NUMBERS, "texts": _ANY_OF_LIST},
        ),
        Operator(
            "not_in",
            "several",
            "is known and none of the values; of a list: none of its texts is",
            {"text": _NOT_AMONG_TEXTS, "number": _NOT_AMONG_NUMBERS, "texts": f"NOT {_ANY_OF_LIST}"},
        ),
        Operator(
            "contains",
            "part",
            "has the value somewhere in it; of a list: one of its texts is the value",
            {
                "text": "contains(lower({field}), lower({value}::VARCHAR))",
                "texts": f"list_contains({_LOWERED}, lower({{value}}::VARCHAR))",
            },
        ),
        Operator(
            "starts_with",
            "part",
            "begins with the value; of a list: one of its texts does",
            {
                "text": "starts_with(lower({field}), lower({value}::VARCHAR))",
                "texts": "len(list_filter({field}, lambda each: starts_with(lower(each), lower({value}::VARCHAR)))) > 0",
            },
        ),
        _ordered("at_least", ">=", "is the value or more; of a time: then or later"),
        _ordered("at_most", "<=", "is the value or less; of a time: then or earlier"),
        _ordered("above", ">", "is more than the value; of a time: later"),
        _ordered("below", "<", "is less than the value; of a time: earlier"),
        Operator(
            "is_null",
            "yes or no",
            "with true: is unknown; with false: is known; a list is unknown when it is empty",
            {
                **dict.fromkeys(("text", "number", "boolean", "instant"), "({field} IS NULL) = {value}::BOOLEAN"),
                "texts": "(coalesce(len({field}), 0) = 0) = {value}::BOOLEAN",
            },
        ),
    )
}


def operators_for(type_: FieldType) -> tuple[str, ...]:
    """The names of the operators that apply to a type of field."""
    return tuple(operator.name for operator in OPERATORS.values() if type_ in operator.sql)
