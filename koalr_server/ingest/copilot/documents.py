"""Cuts a text into its JSON documents: one of many lines, one a line (NDJSON), or several one after the other."""

import itertools
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

BLANKS = " \t\r\n\ufeff"


@dataclass(frozen=True, slots=True)
class Document:
    """A JSON value and where it begins; `fault` says instead why there is none."""

    line: int
    value: Any = None
    fault: str | None = None


def documents(lines: Iterable[str]) -> Iterator[Document]:
    """Every JSON document of a text. A bad line of NDJSON spoils itself; after a bad spot elsewhere nothing can be trusted.

    Pages put behind each other, as `gh api --paginate` does, are several documents.
    """
    numbered = ((number, line) for number, line in enumerate(lines, start=1) if line.strip(BLANKS))
    head = list(itertools.islice(numbered, 2))
    rest = itertools.chain(head, numbered)
    return _one_a_line(rest) if _is_one_a_line([line for _, line in head]) else _one_after_the_other(rest)


def _is_one_a_line(head: list[str]) -> bool:
    """Whether the first line stands for itself. If it is broken, a whole object in the second line tells NDJSON too."""
    if not head or _decoded(head[0]).fault is None:
        return True
    second = _decoded(head[-1])
    return head[0].strip(BLANKS).startswith("{") and second.fault is None and isinstance(second.value, dict)


def _one_a_line(numbered: Iterable[tuple[int, str]]) -> Iterator[Document]:
    for number, line in numbered:
        yield _decoded(line, number)


def _one_after_the_other(numbered: Iterable[tuple[int, str]]) -> Iterator[Document]:
    text = _joined(numbered)
    decoder = json.JSONDecoder()
    start = _skip(text, 0)
    line = 1 + text.count("\n", 0, start)
    while start < len(text):
        try:
            value, end = decoder.raw_decode(text, start)
        except (ValueError, RecursionError) as error:
            yield Document(error.lineno if isinstance(error, json.JSONDecodeError) else line, fault=_reason(error))
            return
        yield Document(line, value)
        following = _skip(text, end)
        line += text.count("\n", start, following)
        start = following


def _joined(numbered: Iterable[tuple[int, str]]) -> str:
    """The lines as one text, blank ones put back, so that a place in it is a line of the file."""
    parts = []
    reached = 0
    for number, line in numbered:
        parts.append("\n" * (number - reached - 1) + line)
        reached = number
    return "".join(parts)


def _skip(text: str, start: int) -> int:
    while start < len(text) and text[start] in BLANKS:
        start += 1
    return start


def _decoded(line: str, number: int = 1) -> Document:
    try:
        return Document(number, json.loads(line.strip(BLANKS)))
    except (ValueError, RecursionError) as error:
        return Document(number, fault=_reason(error))


def _reason(error: Exception) -> str:
    if isinstance(error, json.JSONDecodeError):
        return f"not valid JSON from column {error.colno} on ({error.msg})"
    return "not valid JSON (nested too deeply, or a number of too many digits)"
