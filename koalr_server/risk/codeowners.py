"""Who owns a file by a CODEOWNERS file (pure).

Source: GitHub, About code owners, https://docs.github.com/articles/about-code-owners; where that is silent, gitignore(5).
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from koalr_server.risk.path_patterns import PathPattern, RuleError, translated

Owners = tuple[str, ...]

NO_RULE = -1
# One expression for several rules saves calls; in a longer one the engine carries ever more groups along.
RULES_TOGETHER = 16
REMEMBERED_NAMES = 1 << 14
# The names on the way to a file, folders with their slash.
_STEP = re.compile(r"[^/]*/|[^/]+")
# Blanks end a word, unless a backslash stands before them.
_WORD = re.compile(r"(?:\\.|[^\\\s]|\\\Z)+")
_OWNER = re.compile(r"@[\w.-]+(?:/[\w.-]+)?|[^@\s]+@[^@\s.]+(?:\.[^@\s.]+)+", re.ASCII)


@dataclass(frozen=True, slots=True)
class BadLine:
    """A line that means nothing, by its number from 1, and why. GitHub skips such lines."""

    number: int
    reason: str


@dataclass(frozen=True, slots=True)
class Rules:
    """The rules of one file, ready to be asked; made by `parse`."""

    bad_lines: tuple[BadLine, ...]
    _owners: tuple[Owners, ...]
    _last_tied: Callable[[str], int]
    _last_loose: Callable[[str], int]

    def owners(self, path: str) -> Owners:
        """Owners of a file as they are written; none if no rule matches, or the last one that does names nobody.

        Args:
            path: from the root of the repository, with `/`, in its exact case.
        """
        last = max(self._last_tied(path), *map(self._last_loose, _STEP.findall(path)), NO_RULE)
        return () if last == NO_RULE else self._owners[last]


def parse(text: str) -> Rules:
    """The rules of a CODEOWNERS file. Never raises: lines that cannot be read stand in `bad_lines`."""
    patterns: list[PathPattern] = []
    owners: list[Owners] = []
    bad_lines: list[BadLine] = []
    for number, line in enumerate(text.removeprefix("\ufeff").split("\n"), start=1):
        words = list(_words(line))
        if not words:
            continue
        try:
            pattern, its_owners = translated(words[0]), _checked(words[1:])
        except RuleError as error:
            bad_lines.append(BadLine(number, str(error)))
            continue
        patterns.append(pattern)
        owners.append(its_owners)
    tied = _last_matching(patterns, loose=False)
    # Files share folders, so the name of a folder is tried once.
    loose = lru_cache(REMEMBERED_NAMES)(_last_matching(patterns, loose=True))
    return Rules(tuple(bad_lines), tuple(owners), tied, loose)


def _last_matching(patterns: Sequence[PathPattern], loose: bool) -> Callable[[str], int]:
    """A function that answers the last rule, loose or not, that matches a text; NO_RULE if none does."""
    rules = [rule for rule, pattern in enumerate(patterns) if pattern.loose == loose][::-1]
    groups = [rules[start : start + RULES_TOGETHER] for start in range(0, len(rules), RULES_TOGETHER)]
    matchers = [
        (group, re.compile("|".join(f"({patterns[rule].regex})" for rule in group), re.DOTALL)) for group in groups
    ]

    def last(text: str) -> int:
        for group, matcher in matchers:
            found = matcher.match(text)
            if found and found.lastindex:
                return group[found.lastindex - 1]
        return NO_RULE

    return last


def _words(line: str) -> Iterator[str]:
    """The words of a line up to its comment."""
    for found in _WORD.finditer(line):
        if found[0].startswith("#"):
            return
        yield found[0]


def _checked(owners: list[str]) -> Owners:
    for owner in owners:
        if not _OWNER.fullmatch(owner):
            raise RuleError(f"{owner[:60]!r} is no owner: @user, @organisation/team or an e-mail address is expected")
    return tuple(owners)
