"""Which commit undoes which, by the sentence git writes into a revert's message (pure)."""

import re

_REVERTS = re.compile(r"\b[Tt]his reverts (?:commit|merge)s? ([0-9a-f]{7,64})\b")


def reverted_shas(message: str) -> list[str]:
    """The shas, perhaps abbreviated, that a commit message says it undoes; each once."""
    return list(dict.fromkeys(_REVERTS.findall(message)))
