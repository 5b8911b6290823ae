"""Which work item a pull request is for, as its texts say (pure).

The first that is found, in this order:

1. In the description, a closing keyword (close, fix, resolve and their forms) before `#12`, `GH-12`, `acme/api#12` or the URL of
   an issue. Comments and code in the description do not count: templates are full of examples.
2. In the branch, a tracker's key in capitals (`feature/PROJ-12-search`), or a number that begins its last part and is followed by
   a word (`12-search`, `ann/12-search`). A year before a month is no number of an issue.
3. In the title, a closing keyword, a tracker's key, or `#12` and `acme/api#12`.

The number of the pull request itself names nothing.
"""

import re
from collections.abc import Iterator

LONGEST_READ = 100_000
# What looks like a tracker's key and is the name of a standard.
STANDARDS = "CVE|CWE|GHSA|GH|ISO|IEC|RFC|PEP|SHA|AES|TLS|UTF|UTC|GMT|HTTP|ES"

_REFERENCE = r"(?:https?://[^\s/]+/)?(?P<repo>[\w.-]{1,100}/[\w.-]{1,100})?(?:/issues/|#)(?P<number>[1-9]\d{0,17})\b"
_CLOSING = re.compile(
    rf"\b(?:close[sd]?|fix(?:e[sd])?|resolve[sd]?):?\s+(?:{_REFERENCE}|GH-(?P<short>[1-9]\d{{0,17}})\b)",
    re.IGNORECASE | re.ASCII,
)
_MENTION = re.compile(rf"(?<![\w/&]){_REFERENCE}", re.ASCII)
_TRACKER_KEY = re.compile(
    rf"(?<![A-Za-z0-9])(?!(?:{STANDARDS})-)[A-Z][A-Z0-9]{{1,9}}-[1-9][0-9]{{0,8}}(?!\.?[A-Za-z0-9])"
)
_BRANCH_NUMBER = re.compile(r"^([1-9][0-9]{0,8})[-_](?=[^\W\d_])")
_SILENT = re.compile(r"<!--.*?(?:-->|\Z)|```.*?(?:```|\Z)|`[^`\n]*`", re.DOTALL)


def work_item_of(repo: str, number: int, title: str, description: str, branch: str) -> str | None:
    """Key of the work item: "acme/api#12", or a tracker's key such as "PROJ-12"; None if nothing names one."""
    spoken = _spoken(description[:LONGEST_READ])
    candidates = (
        *_references(_CLOSING, spoken, repo),
        *_TRACKER_KEY.findall(branch),
        *(f"{repo}#{found}" for found in _BRANCH_NUMBER.findall(branch.rpartition("/")[2])),
        *_references(_CLOSING, title, repo),
        *_TRACKER_KEY.findall(title),
        *_references(_MENTION, title, repo),
    )
    return next((key for key in candidates if key != f"{repo}#{number}"), None)


# Patterns take long over a long text, and most texts hold nothing of what they look for.
def _spoken(description: str) -> str:
    return _SILENT.sub(" ", description) if "`" in description or "<!--" in description else description


def _references(pattern: re.Pattern[str], said: str, repo: str) -> Iterator[str]:
    folded = said.lower()
    if not any(mark in folded for mark in ("#", "/issues/", "gh-")):
        return
    for found in pattern.finditer(said):
        parts = found.groupdict()
        named = parts["repo"] or repo
        yield f"{repo if named.lower() == repo.lower() else named}#{parts['number'] or parts['short']}"
