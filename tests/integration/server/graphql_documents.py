"""GraphQL as far as the sync writes it: a document is read, and what it selects is taken out of a tree, and nothing else.

An object is a dictionary with `__typename`. A field that takes arguments is a function of them.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

TOKEN = re.compile(r'\.\.\.|[{}()\[\]:$!=,]|"(?:[^"\\]|\\.)*"|-?\d+|\w+')
INTERFACES = {"ProjectV2Owner": ("Organization", "User"), "Actor": ("Organization", "User", "Bot", "Mannequin")}


@dataclass
class Field:
    """A field, or with `on` what is selected of objects of a type."""

    alias: str = ""
    name: str = ""
    arguments: dict[str, Any] = field(default_factory=dict)
    selections: list["Field"] = field(default_factory=list)
    on: str = ""
    spread: str = ""


class Variable(str):
    """A name to be replaced by a value."""

    __slots__ = ()


class Document:
    """One query with its fragments."""

    def __init__(self, text: str) -> None:
        self._tokens = TOKEN.findall(text.replace(",", " "))
        self._at = 0
        self.operation: list[Field] = []
        self.fragments: dict[str, Field] = {}
        self._defaults: dict[str, Any] = {}
        while self._at < len(self._tokens):
            self._definition()

    def answer(self, root: Mapping[str, Any], variables: Mapping[str, Any]) -> dict[str, Any]:
        """What the document selects of a root."""
        return self._selected(root, self.operation, {**self._defaults, **variables})

    def _selected(self, value: Any, selections: list[Field], variables: Mapping[str, Any]) -> Any:
        if isinstance(value, list):
            return [self._selected(each, selections, variables) for each in value]
        if value is None or not selections:
            return value
        found: dict[str, Any] = {}
        for each in self._of_type(value["__typename"], selections):
            told = value[each.name]
            if callable(told):
                told = told(**{name: _given(given, variables) for name, given in each.arguments.items()})
            part = self._selected(told, each.selections, variables)
            known = found.get(each.alias)
            found[each.alias] = {**known, **part} if isinstance(known, dict) and isinstance(part, dict) else part
        return found

    def _of_type(self, kind: str, selections: list[Field]) -> Iterator[Field]:
        for each in selections:
            fragment = self.fragments[each.spread] if each.spread else each
            if not fragment.on:
                yield each
            elif kind == fragment.on or kind in INTERFACES.get(fragment.on, ()):
                yield from self._of_type(kind, fragment.selections)

    def _next(self, expected: str | None = None) -> str:
        token: str = self._tokens[self._at]
        assert expected in (None, token), f"{token!r} where {expected!r} should be"
        self._at += 1
        return token

    def _peek(self) -> str:
        token: str = self._tokens[self._at]
        return token

    def _definition(self) -> None:
        if self._next() == "fragment":
            name = self._next()
            self._next("on")
            kind = self._next()
            self.fragments[name] = Field(on=kind, selections=self._selections())
            return
        self._next()
        self._next("(")
        while self._peek() != ")":
            self._next("$")
            name = self._next()
            self._next(":")
            while self._peek() not in ("$", ")", "="):
                self._next()
            self._defaults[name] = None
            if self._peek() == "=":
                self._next("=")
                self._defaults[name] = self._value()
        self._next(")")
        self.operation = self._selections()

    def _selections(self) -> list[Field]:
        self._next("{")
        found = []
        while self._peek() != "}":
            found.append(self._selection())
        self._next("}")
        return found

    def _selection(self) -> Field:
        name = self._next()
        if name == "...":
            if self._peek() != "on":
                return Field(spread=self._next())
            self._next("on")
            kind = self._next()
            return Field(on=kind, selections=self._selections())
        alias = name
        if self._peek() == ":":
            self._next(":")
            name = self._next()
        told = Field(alias, name)
        if self._peek() == "(":
            self._next("(")
            while self._peek() != ")":
                argument = self._next()
                self._next(":")
                told.arguments[argument] = self._value()
            self._next(")")
        if self._peek() == "{":
            told.selections = self._selections()
        return told

    def _value(self) -> Any:
        token = self._next()
        if token == "$":
            return Variable(self._next())
        if token == "[":
            found = []
            while self._peek() != "]":
                found.append(self._value())
            self._next("]")
            return found
        return json.loads(token) if token[0] in '"-0123456789' else token


def _given(value: Any, variables: Mapping[str, Any]) -> Any:
    return variables[value] if isinstance(value, Variable) else value
