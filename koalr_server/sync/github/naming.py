"""How organisations and repositories are named on GitHub (pure)."""

import re

NAME = re.compile(r"(?!\.{1,2}$)[A-Za-z0-9_.-]{1,100}")


def is_login(text: str) -> bool:
    """Whether it can be the name of an organisation or a person."""
    return NAME.fullmatch(text) is not None


def is_full_name(text: str) -> bool:
    """Whether it can be a repository, OWNER/NAME."""
    parts = text.split("/")
    return len(parts) == 2 and all(map(is_login, parts))
