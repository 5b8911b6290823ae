"""Collects what is wrong with a document: one sentence per fault, beginning with the path of the wrong part (pure)."""

import difflib
import json
import unicodedata
from collections.abc import Iterable, Mapping
from typing import Any

LONGEST_SHOWN = 80
LEAST_LIKENESS = 0.6
JOINERS = "\u200c\u200d"


class Faults:
    """The faults found so far, in the order of the document."""

    def __init__(self) -> None:
        self.found: list[str] = []

    def add(self, path: str, sentence: str) -> None:
        """Note one fault. `path` such as `filters[1].operator`, empty for the whole document."""
        self.found.append(f"{path}: {sentence}" if path else sentence)

    def keys(self, path: str, mapping: Mapping[Any, Any], allowed: Iterable[str]) -> None:
        """Every key must be a known one."""
        names = list(allowed)
        for key in mapping:
            if key not in names:
                self.add(
                    _joined(path, key if isinstance(key, str) and key.isidentifier() else shown(key)),
                    f"is not a known key; allowed: {', '.join(names)}{suggestion(key, names)}",
                )

    def choice(self, path: str, value: object, allowed: Iterable[str]) -> str | None:
        """The value if it is one of the allowed ones."""
        names = list(allowed)
        if isinstance(value, str) and value in names:
            return value
        if value is None:
            self.add(path, f"is missing; allowed: {', '.join(names)}.")
        else:
            self.add(path, f"{shown(value)} is not one of {', '.join(names)}{suggestion(value, names)}")
        return None

    def text(self, path: str, value: object, longest: int) -> str | None:
        """The value if it is a text that is not empty, not too long and without control characters."""
        if value is None:
            self.add(path, f"is missing; give a text of 1 to {longest} characters.")
        elif not isinstance(value, str):
            self.add(path, f"{shown(value)} is not a text; put it in quotation marks.")
        elif not 1 <= len(value) <= longest:
            self.add(path, f"has {len(value)} characters; allowed are 1 to {longest}.")
        elif (odd := next(filter(_is_odd, value), None)) is not None:
            self.add(path, f"holds the character U+{ord(odd):04X}, which is no readable text; take it out.")
        elif not value.strip():
            self.add(path, f"{shown(value)} holds only spaces; give a text that can be read.")
        else:
            return value
        return None

    def mapping(self, path: str, value: object, what: str) -> Mapping[Any, Any] | None:
        """The value if it is a table of keys and values."""
        if isinstance(value, Mapping):
            return value
        self.add(path, f"{shown(value)} is not {what}.")
        return None


def shown(value: object) -> str:
    """A value as it may stand in a message: JSON, shortened, on one line."""
    try:
        text = json.dumps(value, ensure_ascii=True, default=str)
    except (TypeError, ValueError, RecursionError):
        # Keys that are no texts, numbers too long to write, lists in lists in lists.
        text = f"a value of type {type(value).__name__}"
    return text if len(text) <= LONGEST_SHOWN else text[:LONGEST_SHOWN] + "…"


def suggestion(value: object, allowed: Iterable[str]) -> str:
    """The end of a sentence about a wrong name: a question if a known name is like it."""
    near = difflib.get_close_matches(str(value)[:LONGEST_SHOWN].lower(), list(allowed), n=1, cutoff=LEAST_LIKENESS)
    return f'; did you mean "{near[0]}"?' if near else "."


def _joined(path: str, key: str) -> str:
    return f"{path}.{key}" if path else key


def _is_odd(character: str) -> bool:
    """Control characters, lone surrogates and characters that reorder or hide text; joiners belong to words and emoji."""
    return unicodedata.category(character) in ("Cc", "Cf", "Cs", "Zl", "Zp") and character not in JOINERS
