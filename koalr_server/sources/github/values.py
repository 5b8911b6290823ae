"""What only GitHub's bodies hold, whatever shape they have: what does not fit is None, and nothing raises (pure)."""

import re
from typing import Any

from koalr_server.sources.values import at, elements, name

# GitHub's own name for who deleted the account.
GHOST = "ghost"
BOT, BOT_SUFFIX = "Bot", "[bot]"
_REPO = re.compile(r"[^/\s#@]+/[^/\s#@]+")
_SHA = re.compile(r"[0-9a-f]{6,64}")


def sha(value: Any) -> str | None:  # noqa: ANN401 - JSON
    """The name of a commit; zeros, which stand for none, are none."""
    lowered = value.lower() if isinstance(value, str) else ""
    return lowered if _SHA.fullmatch(lowered) and lowered.strip("0") else None


def full_name(repository: Any) -> str | None:  # noqa: ANN401
    """owner/name of a repository object."""
    whole_name = name(at(repository, "full_name"))
    # Pushes of before 2014 have parts alone, and the owner's login under "name".
    owner = name(at(repository, "owner", "login")) or name(at(repository, "owner", "name"))
    if whole_name is None and owner:
        whole_name = f"{owner}/{name(at(repository, 'name'))}"
    return whole_name if whole_name and _REPO.fullmatch(whole_name) else None


def login(account: Any) -> str | None:  # noqa: ANN401
    """The login of an account. GitHub leaves "[bot]" out of some, such as Copilot's; a reviewer shows to be one by name alone."""
    known = name(at(account, "login"))
    if known and at(account, "type") == BOT and not known.endswith(BOT_SUFFIX):
        return f"{known}{BOT_SUFFIX}"
    return known


def labelling(value: Any, version: str) -> dict[str, Any]:  # noqa: ANN401
    """The labels of a list as of a version, as fields."""
    names = label_names(value)
    # The number stands before the names, so that of two bodies of one second the one with more labels holds: a label often comes
    # within the second of the opening.
    return {"at": version, "count": f"{len(names):03}", "labels": names}


def label_names(value: Any) -> list[str]:  # noqa: ANN401
    """Names of a list of labels, each an object or, in the oldest bodies, a text."""
    found = {name(item if isinstance(item, str) else at(item, "name")) for item in elements(value)}
    return sorted(label for label in found if label)
