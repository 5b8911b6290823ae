"""Translates the path patterns of CODEOWNERS files into regular expressions (pure)."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

_PART = re.compile(r"\\(?P<escaped>.)|(?P<stars>\*+)|(?P<any>\?)|(?P<plain>[^\\*?]+)", re.DOTALL)
_BRACKET = re.compile(r"(?:\\.|[^\\\[\]])*[\[\]]", re.DOTALL)
_LONE_BACKSLASH = re.compile(r"(?:\\[^/]|[^\\])*\\(?:/|\Z)", re.DOTALL)
_ANY_DEPTH = "**"
# As few folders as will do.
_FOLDERS = "(?:[^/]+/)*?"


class RuleError(ValueError):
    """A rule that means nothing; the text is the reason."""


@dataclass(frozen=True, slots=True)
class PathPattern:
    """A regular expression without groups, which must match at the beginning.

    `loose`: what it matches is one name on the way to a file, with its slash if it is a folder, and not the whole path.
    """

    regex: str
    loose: bool


def translated(pattern: str) -> PathPattern:
    """What a pattern of a CODEOWNERS file means.

    Between two fixed parts, `*` and `**` keep the first place that fits (atomic groups): a later one could not do better,
    and a hostile pattern cannot make matching slow.

    Raises:
        RuleError: GitHub does not allow the pattern.
    """
    _check(pattern)
    names = pattern.strip("/").split("/")
    # A slash anywhere but at the end ties a pattern to the root.
    if "/" not in pattern[:-1]:
        names.insert(0, _ANY_DEPTH)
    ending = _ending(names[-1], folder=pattern.endswith("/"))
    head, *others = _runs(names)
    if not others:
        return PathPattern("/".join(head) + ending, loose=False)
    *middle, last = others
    if names[0] == _ANY_DEPTH and len(names) == len(last) + 1 == 2:
        return PathPattern(last[0] + ending, loose=True)
    between = "".join(f"(?>{_FOLDERS}{_folders(run)})" for run in middle)
    return PathPattern(_folders(head) + between + _FOLDERS + "/".join(last) + ending, loose=False)


def _check(pattern: str) -> None:
    if pattern.startswith("!"):
        raise RuleError("a pattern cannot be negated with !")
    if pattern.startswith("\\#"):
        raise RuleError("a pattern cannot begin with an escaped #")
    if _BRACKET.match(pattern):
        raise RuleError("a pattern cannot hold a range in [ ]")
    if _LONE_BACKSLASH.match(pattern):
        raise RuleError("a backslash escapes nothing")
    if not pattern.strip("/"):
        raise RuleError("the pattern names no file")


def _runs(names: Sequence[str]) -> list[list[str]]:
    """The names between one `**` and the next, translated; the first run begins at the root."""
    runs: list[list[str]] = [[]]
    for name in names:
        if name == _ANY_DEPTH:
            runs.append([])
        else:
            runs[-1].append(_name(name))
    return runs


def _folders(run: Sequence[str]) -> str:
    return "".join(f"{name}/" for name in run)


def _ending(last: str, folder: bool) -> str:
    """What must follow the last name: it may be a file or a folder with all within."""
    if last == _ANY_DEPTH:
        return ""
    if folder:
        return "/"
    # Unlike in gitignore, `docs/*` does not mean what lies in the folders of docs.
    return r"\Z" if not last.strip("*") else r"(?:/|\Z)"


def _name(name: str) -> str:
    """One name of a path; whatever follows it begins with a slash or the end."""
    fixed = [""]
    for part in _PART.finditer(name):
        if part["stars"]:
            fixed.append("")
        else:
            fixed[-1] += "[^/]" if part["any"] else re.escape(part["escaped"] or part["plain"])
    first, *others = fixed
    if not others:
        return first
    *middle, last = others
    return first + "".join(f"(?>[^/]*?{part})" for part in middle) + "[^/]*" + last
