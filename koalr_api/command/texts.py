"""Texts of others on a terminal: no character that moves, colours or hides, and how wide a text is (pure)."""

import unicodedata
from collections.abc import Callable

REPLACEMENT = "\ufffd"
# Control, format (direction marks, zero width), surrogate, unassigned, line and paragraph separators.
_UNPRINTABLE = frozenset({"Cc", "Cf", "Cs", "Cn", "Zl", "Zp"})
_WIDE = frozenset({"W", "F"})


def printable(text: str) -> str:
    """The text with every unprintable character replaced."""
    return _replaced(text, lambda _character: REPLACEMENT)


def escaped_json(text: str) -> str:
    """JSON with the unprintable characters of its strings escaped; it reads back as the same."""
    return "\n".join(_replaced(line, _escape) for line in text.split("\n"))


def width(text: str) -> int:
    """Columns a printable text takes."""
    if text.isascii():
        return len(text)
    return sum(_columns(character) for character in text)


def cut(text: str, columns: int) -> str:
    """The text in at most so many columns, with an ellipsis where it is cut."""
    if width(text) <= columns:
        return text
    kept, taken = "", 1
    for character in text:
        taken += _columns(character)
        if taken > columns:
            break
        kept += character
    return kept + "…"


def padded(text: str, columns: int, right: bool) -> str:
    """The text in so many columns, its end at the right or its begin at the left."""
    filling = " " * (columns - width(text))
    return filling + text if right else text + filling


def _replaced(text: str, replace: Callable[[str], str]) -> str:
    if text.isprintable():
        return text
    return "".join(replace(each) if unicodedata.category(each) in _UNPRINTABLE else each for each in text)


def _escape(character: str) -> str:
    units = character.encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{units[at] << 8 | units[at + 1]:04x}" for at in range(0, len(units), 2))


def _columns(character: str) -> int:
    if unicodedata.combining(character):
        return 0
    return 2 if unicodedata.east_asian_width(character) in _WIDE else 1
