"""Who is a bot, and when two names are the same person."""

BOT_PARTS = (
    "dependabot",
    "renovate",
    "greenkeeper",
    "snyk-bot",
    "github-actions",
    "pre-commit-ci",
    "codecov",
)
BOT_ENDINGS = ("[bot]", "-bot", "_bot")


def same_person(one: str | None, other: str | None) -> bool:
    """Names are compared without case, as forges do. Nobody is the same person as nobody."""
    return bool(one) and bool(other) and str(one).casefold() == str(other).casefold()


def is_bot(name: str | None, row_says: object = None) -> bool:
    """A bot by the row's own word, or by its name."""
    if row_says is True:
        return True
    lowered = (name or "").lower()
    if lowered == "bot":
        return True
    if any(lowered.endswith(ending) for ending in BOT_ENDINGS):
        return True
    return any(part in lowered for part in BOT_PARTS)
