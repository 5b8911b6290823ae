"""A risk model as a small JSON document that a person can read, and the model the server ships."""

import json
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, fields
from functools import cache
from pathlib import Path
from typing import Any

from koalr_server.errors import InputError
from koalr_server.risk.model import TRANSFORMS, RiskModel, Term

SHIPPED = Path(__file__).with_name("default_model.json")
FIELDS = ("name", "training", "evaluation", "intercept", "terms", "scorePoints")
INNERMOST = re.compile(r"[\[{]\n[^\[\]{}]*\n *[\]}]")
NUMBERS = tuple(field.name for field in fields(Term) if field.type is float)


@cache
def default_model() -> RiskModel:
    """The shipped model (docs/risk-evaluation.md), made by scripts/train_risk_model.py."""
    return read_model(SHIPPED.read_text(encoding="utf-8"))


def model_text(model: RiskModel) -> str:
    """The document; `read_model` of it is the same model."""
    terms = ",\n".join(f"    {json.dumps(asdict(term))}" for term in model.terms)
    return (
        "{\n"
        f'  "name": {json.dumps(model.name)},\n'
        f'  "training": {_indented(model.training)},\n'
        f'  "evaluation": {_indented(model.evaluation)},\n'
        f'  "intercept": {json.dumps(model.intercept)},\n'
        f'  "terms": [\n{terms}\n  ],\n'
        f'  "scorePoints": {json.dumps(model.score_points)}\n'
        "}\n"
    )


def read_model(text: str) -> RiskModel:
    """The model of a document.

    Raises:
        InputError: it is not JSON, or a field is missing, mistyped or out of range; the first such is named.
    """
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        raise _fault("it", "is no JSON", "a document as scripts/train_risk_model.py writes it") from None
    for field in FIELDS:
        if not isinstance(document, dict) or field not in document:
            raise _fault(field, "is missing", ", ".join(FIELDS))
    if not isinstance(document["name"], str):
        raise _fault("name", f"is {document['name']!r}", "a text")
    return RiskModel(
        name=document["name"],
        intercept=_number("intercept", document["intercept"]),
        terms=_terms(document["terms"]),
        score_points=_points(document["scorePoints"]),
        training=_object("training", document["training"]),
        evaluation=_object("evaluation", document["evaluation"]),
    )


def _indented(value: Mapping[str, Any]) -> str:
    text = json.dumps(value, indent=2, ensure_ascii=False)
    return INNERMOST.sub(_on_one_line, text).replace("\n", "\n  ")


def _on_one_line(found: re.Match[str]) -> str:
    # Texts are safe: JSON writes no line end inside one.
    opening, *inside, closing = (line.strip() for line in found[0].split("\n"))
    return opening + " ".join(inside) + closing


def _terms(value: object) -> tuple[Term, ...]:
    terms = tuple(_term(f"terms[{place}]", each) for place, each in enumerate(_list("terms", value)))
    features = [term.feature for term in terms]
    for feature in features:
        if features.count(feature) > 1:
            raise _fault("terms", f"hold {feature!r} twice", "one term per feature")
    return terms


def _term(place: str, value: object) -> Term:
    given = _object(place, value)
    names = [field.name for field in fields(Term)]
    if sorted(given) != sorted(names):
        raise _fault(place, f"has {', '.join(sorted(given))}", ", ".join(names))
    if not isinstance(given["feature"], str):
        raise _fault(f"{place}.feature", f"is {given['feature']!r}", "a text")
    if given["transform"] not in list(TRANSFORMS):
        raise _fault(f"{place}.transform", f"is {given['transform']!r}", ", ".join(TRANSFORMS))
    numbers = {name: _number(f"{place}.{name}", given[name]) for name in NUMBERS}
    if numbers["scale"] <= 0:
        raise _fault(f"{place}.scale", f"is {numbers['scale']}", "a number above 0")
    return Term(feature=given["feature"], transform=given["transform"], **numbers)


def _points(value: object) -> tuple[float, ...]:
    points = tuple(_number(f"scorePoints[{place}]", each) for place, each in enumerate(_list("scorePoints", value)))
    if len(points) < 2 or list(points) != sorted(points):
        raise _fault("scorePoints", f"are {len(points)} numbers", "at least two, ascending")
    return points


def _number(place: str, value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise _fault(place, f"is {value!r}", "a number")
    return float(value)


def _list(place: str, value: object) -> Sequence[object]:
    if not isinstance(value, list) or not value:
        raise _fault(place, f"is {value!r}", "a list that is not empty")
    return value


def _object(place: str, value: object) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise _fault(place, f"is {value!r}", "an object")
    return value


def _fault(place: str, what: str, allowed: str) -> InputError:
    return InputError(f"The risk model cannot be read: {place} {what}; expected {allowed}.")
