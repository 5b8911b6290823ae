"""Text that means harm, in every field of the API's answers that can carry text."""

import re
from typing import Any

MARK = "HOSTILE"
# What the words would be alone, if somebody made something of what is around them.
WORDS = ("fat", "linked", "bolded", "listed", "squared", "bolt", "reddened", "coded")
HOSTILE = (
    f"={MARK} <b>fat</b> **bolded** <img src=x onerror=window.hit=1><script>window.hit=2</script> "
    "[linked](javascript:window.hit=3) <a href='https://evil.example'>listed</a> &lt; $squared^2$ :material/bolt: "
    ":red[reddened] `coded` https://evil.example %{x} \u202e\u200b \ud800 "
)
TIME = re.compile(r"\d{4}-\d\d-\d\d(T.*)?")
# Names that pages ask by.
KEPT = ("id", "slug")


def poisoned(value: Any, name: str = "", size: int = 10_000) -> Any:
    """A body with hostile text for every text but times and what is asked by: 10 kB long, in lists that of the first row."""
    if isinstance(value, dict):
        return {key: poisoned(each, key, size) for key, each in value.items()}
    if isinstance(value, list):
        return [poisoned(each, name, 0 if place else size) for place, each in enumerate(value)]
    if not isinstance(value, str) or name in KEPT or TIME.fullmatch(value):
        return value
    return HOSTILE + "z" * size
