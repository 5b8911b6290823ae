"""Counts the lines of a report (pure)."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

_DECIMAL = re.compile(r"-?[0-9]{1,20}(?:\.[0-9]{1,20})?(?:e[-+]?[0-9]{1,3})?", re.IGNORECASE)


class ReportError(ValueError):
    """Something in a report that cannot be read; the text is the reason."""


@dataclass(frozen=True, slots=True)
class Coverage:
    """So many of so many lines were run by tests."""

    covered_lines: int
    coverable_lines: int


class Tally:
    """Lines by file. A line that a report names several times counts once, and as covered if it ever is."""

    def __init__(self) -> None:
        self._files: dict[object, dict[int, bool]] = {}
        self._parts: dict[object, dict[int, bool]] = {}

    def add(self, file: object, line: int, covered: bool, of_part: bool = False) -> None:
        """Take one line that tests could run.

        Args:
            file: whatever tells files of this report apart.
            of_part: named for a part of the file, such as a method; counts only if the file itself names no lines.
        """
        lines = (self._parts if of_part else self._files).setdefault(file, {})
        lines[line] = covered or lines.get(line, False)

    def coverage(self) -> Coverage:
        """What was taken."""
        files = {**self._parts, **self._files}
        return Coverage(sum(sum(lines.values()) for lines in files.values()), sum(map(len, files.values())))


def runs(attributes: Mapping[str, str], name: str) -> float:
    """A count among the attributes of an element, 0 if it is missing.

    Raises:
        ReportError: it is no number.
    """
    return count(attributes.get(name, "0"), name)


def count(text: str, name: str) -> float:
    """How often a line was run. Tools that add up in floating point write 1.8e+19 where a counter overflowed.

    Raises:
        ReportError: the text is no number.
    """
    return float(text) if _DECIMAL.fullmatch(text.strip()) else parsed(text, name)


def parsed(text: str, name: str) -> int:
    """A whole number; below 0 is allowed, because counters overflow.

    Raises:
        ReportError: the text is none.
    """
    digits = text.strip().removeprefix("-")
    if not (digits.isascii() and digits.isdigit() and len(digits) <= 20):
        raise ReportError(f"{name} should be a whole number, got {text[:40]!r}")
    return int(text)
