"""Which commit says that it mends a defect, by the words of its message (pure)."""

import re

# Whole words, so that "prefix", "fixture" and "debug" say nothing.
_MENDS = re.compile(r"\b(?:bug|bugs|defect|defects|(?:bug|hot)?fix(?:e[ds]|ing)?)\b", re.IGNORECASE)


def is_fix(message: str) -> bool:
    """True if a message has the word bug, defect or fix, in singular or plural, with -ed, -ing, bug- or hot-."""
    return _MENDS.search(message) is not None
