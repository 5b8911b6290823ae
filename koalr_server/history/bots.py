"""Who is a bot: the one rule, by name (pure; docs/METRICS.md says it in words)."""

import re

KNOWN_BOTS = ("dependabot", "renovate", "greenkeeper", "snyk-bot", "github-actions", "pre-commit-ci", "codecov")
_BOT = re.compile(r"\[bot\]$|[-_]bot$|^bot$|" + "|".join(map(re.escape, KNOWN_BOTS)), re.IGNORECASE)
_BOT_ADDRESS = re.compile(r"\[bot\]@", re.IGNORECASE)


def is_bot(name: str | None, email: str | None = None) -> bool:
    """True for names that end in [bot], -bot or _bot, are "bot", or contain the name of a well-known service."""
    return bool(name and _BOT.search(name.strip())) or bool(email and _BOT_ADDRESS.search(email))
