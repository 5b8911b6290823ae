"""Translates the path patterns of CODEOWNERS files into regular expressions (pure)."""

import re
from collections.abc import Sequence

_PART = re.compile(r"\\(?P<escaped>.)|(?P<stars>\*+)|(?P<any>\?)|(?P<plain>[^\\*?]+)", re.DOTALL)
_BRACKET = re.compile(r"(?:\\.|[^\\\[\]])*[\[\]]", re.DOTALL)
_LONE_BACKSLASH = re.compile(r"(?:\\[^/]|[^\\])*\\(?:/|\Z)", re.DOTALL)
_ANY_DEPTH = "**"
# As few folders as will do.
_FOLDERS = "(?:[^/]+/)*?"


class PatternError(ValueError):
    """A pattern that means nothing; the text is the reason."""


def translated(pattern: str) -> str:
    """A regular expression without groups that matches the beginning of just those paths that a pattern means.

    Between two fixed parts, `*` and `**` keep the first place that fits (atomic groups): a later one could not do better,
    and a hostile pattern cannot make matching slow.

    Raises:
        PatternError: GitHub does not allow the pattern.
    """
    _check(pattern)
    names = pattern.strip("/").split("/")
    # A slash anywhere but at the end ties a pattern to the root.
    head, *others = _runs(names if "/" in pattern[:-1] else [_ANY_DEPTH, *names])
    ending = _ending(names[-1], folder=pattern.endswith("/"))
    if not others:
        return "/".join(head) + ending
    *middle, last = others
    between = "".join(f"(?>{_FOLDERS}{_folders(run)})" for run in middle)
    return _folders(head) + between + _FOLDERS + "/".join(last) + ending


def _check(pattern: str) -> None:
    if pattern.startswith("!"):
        raise PatternError("a pattern cannot be negated with !")
    if pattern.startswith("\\#"):
        raise PatternError("a pattern cannot begin with an escaped #")
    if _BRACKET.match(pattern):
        raise PatternError("a pattern cannot hold a range in [ ]")
    if _LONE_BACKSLASH.match(pattern):
        raise PatternError("a backslash escapes nothing")
    if not pattern.strip("/"):
        raise PatternError("the pattern names no file")


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
