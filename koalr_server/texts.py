"""Text from outside for people's screens (pure)."""


def printable(text: str) -> str:
    """Text from outside without what a terminal would obey instead of showing it."""
    return "".join(letter for letter in text if letter.isprintable())


def printable_lines(text: str) -> str:
    """The same for text that may have several lines."""
    return "\n".join(map(printable, text.splitlines()))
