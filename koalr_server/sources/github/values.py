"""Values out of bodies that may have any shape: what does not fit is None, and nothing raises (pure)."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from koalr_server.ingest.files.values import LARGEST_INTEGER, CellError, value_of
from koalr_server.records import Field

LONGEST_TEXT = 1_000
LONGEST_NAME = 255
# What lies outside stands for "never" or "not yet"; as a version it would hold for ever.
YEARS = range(1970, 2200)
_INSTANT = Field("instant", "instant")
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
_REPO = re.compile(r"[^/\s#@]+/[^/\s#@]+")
_SHA = re.compile(r"[0-9a-f]{6,64}")


def at(value: Any, *names: str) -> Any:  # noqa: ANN401 - JSON
    """What stands under these names within each other."""
    for name in names:
        value = value.get(name) if isinstance(value, Mapping) else None
    return value


def objects(value: Any) -> list[Mapping[str, Any]]:  # noqa: ANN401
    """The objects of a list."""
    return [item for item in value if isinstance(item, Mapping)] if isinstance(value, list) else []


def text(value: Any, longest: int = LONGEST_TEXT) -> str | None:  # noqa: ANN401
    """A text, cut to a length, with marks in place of what the store cannot hold; "" is a text."""
    return _UNSTORABLE.sub("\ufffd", value[:longest]) if isinstance(value, str) else None


def name(value: Any) -> str | None:  # noqa: ANN401
    """What something is called: never cut, for two names that begin alike are two names."""
    if not isinstance(value, str) or len(value) > LONGEST_NAME or _UNSTORABLE.search(value):
        return None
    return value.strip() or None


def word(value: Any) -> str | None:  # noqa: ANN401
    """One of a few words, in lower case: the REST API and webhooks do not always agree."""
    known = name(value)
    return known and known.lower()


def sha(value: Any) -> str | None:  # noqa: ANN401
    """The name of a commit; zeros, which stand for none, are none."""
    lowered = value.lower() if isinstance(value, str) else ""
    return lowered if _SHA.fullmatch(lowered) and lowered.strip("0") else None


def whole(value: Any) -> int | None:  # noqa: ANN401
    """A whole number of 0 or more that the store can hold."""
    fits = isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= LARGEST_INTEGER
    return value if fits else None


def instant(value: Any) -> str | None:  # noqa: ANN401
    """YYYY-MM-DDTHH:MM:SSZ of an ISO 8601 time, or of the seconds since 1970 that pushes hold."""
    try:
        moment = value_of(_INSTANT, value if whole(value) is None else datetime.fromtimestamp(value, UTC).isoformat())
    except (CellError, OverflowError, ValueError, OSError):
        return None
    return f"{moment.isoformat()}Z" if moment and moment.year in YEARS else None


def latest(*instants: str | None) -> str:
    """The latest of the known instants; "" if none is known."""
    return max((known for known in instants if known), default="")


def full_name(repository: Any) -> str | None:  # noqa: ANN401
    """owner/name of a repository object."""
    whole_name = name(at(repository, "full_name"))
    if whole_name is None and name(at(repository, "owner", "login")):
        whole_name = f"{name(at(repository, 'owner', 'login'))}/{name(at(repository, 'name'))}"
    return whole_name if whole_name and _REPO.fullmatch(whole_name) else None


def label_names(value: Any) -> list[str]:  # noqa: ANN401
    """Names of a list of labels, each an object or, in the oldest bodies, a text."""
    found = (
        {name(item if isinstance(item, str) else at(item, "name")) for item in value}
        if isinstance(value, list)
        else set()
    )
    return sorted(label for label in found if label)
