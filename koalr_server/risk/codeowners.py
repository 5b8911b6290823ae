"""Who owns a file by a CODEOWNERS file (pure).

Source: GitHub, About code owners, https://docs.github.com/articles/about-code-owners; where that is silent, gitignore(5).
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from koalr_server.risk.path_patterns import PatternError, translated

Owners = tuple[str, ...]

# Blanks end a word, unless a backslash stands before them.
_WORD = re.compile(r"(?:\\.|[^\\\s]|\\\Z)+")
_OWNER = re.compile(r"@[\w.-]+(?:/[\w.-]+)?|[^@\s]+@[^@\s]+\.[^@\s]+", re.ASCII)


@dataclass(frozen=True, slots=True)
class BadLine:
    """A line that means nothing, by its number from 1, and why. GitHub skips such lines."""

    number: int
    reason: str


@dataclass(frozen=True, slots=True)
class Rules:
    """The rules of one file, ready to be asked; made by `parse`."""

    bad_lines: tuple[BadLine, ...] = ()
    _owners: tuple[Owners, ...] = ()
    _matcher: re.Pattern[str] | None = field(default=None, repr=False)

    def owners(self, path: str) -> Owners:
        """Owners of a file as they are written; none if no rule matches, or the last one that does names nobody.

        Args:
            path: from the root of the repository, with `/`, in its exact case.
        """
        found = self._matcher.match(path) if self._matcher else None
        return self._owners[found.lastindex - 1] if found and found.lastindex else ()


def parse(text: str) -> Rules:
    """The rules of a CODEOWNERS file. Never raises: lines that cannot be read stand in `bad_lines`."""
    rules: list[tuple[str, Owners]] = []
    bad_lines: list[BadLine] = []
    for number, line in enumerate(text.removeprefix("\ufeff").split("\n"), start=1):
        words = list(_words(line))
        if not words:
            continue
        try:
            rules.append((translated(words[0]), _checked(words[1:])))
        except PatternError as error:
            bad_lines.append(BadLine(number, str(error)))
    # The last rule that matches decides, so the last one is tried first.
    rules.reverse()
    matcher = re.compile("|".join(f"({regex})" for regex, _ in rules), re.DOTALL) if rules else None
    return Rules(tuple(bad_lines), tuple(owners for _, owners in rules), matcher)


def _words(line: str) -> Iterator[str]:
    """The words of a line up to its comment."""
    for found in _WORD.finditer(line):
        if found[0].startswith("#"):
            return
        yield found[0]


def _checked(owners: list[str]) -> Owners:
    for owner in owners:
        if not _OWNER.fullmatch(owner):
            raise PatternError(
                f"{owner[:60]!r} is no owner: @user, @organisation/team or an e-mail address is expected"
            )
    return tuple(owners)
