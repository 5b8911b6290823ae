"""How far a board was read (pure)."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, replace
from typing import Any


@dataclass(frozen=True, slots=True)
class Scope:
    """What was asked for.

    Args:
        since: nothing that changed earlier.
        repositories: a hash of their names.
    """

    since: str = ""
    repositories: str = ""

    @classmethod
    def of(cls, repositories: Iterable[str], since: str) -> "Scope":
        """The issues of these repositories."""
        return cls(since, hashlib.sha256("\n".join(sorted(repositories)).encode()).hexdigest()[:16])


@dataclass(frozen=True, slots=True)
class BoardPosition:
    """What was taken of one board.

    Args:
        items: version and issue, by item.
        updated_at: what the board called its last change when everything was taken; "" while something is missing.
        read_at: when that was.
        scope: what was asked for then.
    """

    items: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    updated_at: str = ""
    read_at: str = ""
    scope: Scope = field(default_factory=Scope)

    def covers(self, updated_at: str, scope: Scope, looked_at: str) -> bool:
        """Whether there is nothing to look for: no change, nothing else wanted, and read after `looked_at`."""
        asked = self.scope.repositories == scope.repositories and self.scope.since <= scope.since
        return updated_at == self.updated_at != "" and asked and self.read_at > looked_at

    def knows(self, item: str, version: str) -> bool:
        """Whether this version was taken."""
        return self.items.get(item, ("", ""))[0] == version

    def after(self, taken: Mapping[str, tuple[str, str]], gone: AbstractSet[str]) -> "BoardPosition":
        """The position once these have been taken too; something may be missing."""
        kept = {item: told for item, told in self.items.items() if item not in gone}
        return replace(self, items={**kept, **taken}, updated_at="")

    def whole(self, updated_at: str, scope: Scope, read_at: str) -> "BoardPosition":
        """The position once nothing is missing."""
        return replace(self, updated_at=updated_at, scope=scope, read_at=read_at)

    def text(self) -> str:
        """As the store keeps it."""
        told = {name: getattr(self, name) for name in ("updated_at", "read_at")}
        scope = [self.scope.since, self.scope.repositories]
        return json.dumps({**told, "scope": scope, "items": self.items}, sort_keys=True)

    @classmethod
    def read(cls, text: str | None) -> "BoardPosition":
        """What the store kept; the beginning if that is nothing or unreadable."""
        try:
            told: Any = json.loads(text or "null")
            since, repositories = told["scope"]
            items = {str(item): (str(version), str(issue)) for item, (version, issue) in told["items"].items()}
            scope = Scope(str(since), str(repositories))
            return cls(items, str(told["updated_at"]), str(told["read_at"]), scope)
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
            return cls()
