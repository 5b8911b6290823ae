"""Counts the lines of a report (pure)."""

from collections.abc import Mapping
from dataclasses import dataclass


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

    def add(self, file: object, line: int, covered: bool) -> None:
        """Take one line that tests could run; `file` is whatever tells files of this report apart."""
        lines = self._files.setdefault(file, {})
        lines[line] = covered or lines.get(line, False)

    def coverage(self) -> Coverage:
        """What was taken."""
        return Coverage(sum(sum(lines.values()) for lines in self._files.values()), sum(map(len, self._files.values())))


def whole_number(attributes: Mapping[str, str], name: str) -> int:
    """A number among the attributes of an element, 0 if it is missing.

    Raises:
        ReportError: it is no whole number.
    """
    return parsed(attributes.get(name, "0"), name)


def parsed(text: str, name: str) -> int:
    """A whole number; below 0 is allowed, because counters overflow.

    Raises:
        ReportError: the text is none.
    """
    digits = text.strip().removeprefix("-")
    if not (digits.isascii() and digits.isdigit() and len(digits) <= 20):
        raise ReportError(f"{name} should be a whole number, got {text[:40]!r}")
    return int(text)
