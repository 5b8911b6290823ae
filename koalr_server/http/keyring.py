"""Which key a caller presents: the stored ones, read again after every write, and those that live in memory."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from koalr_server.clock import naive_utc, wall_clock
from koalr_server.keys import ApiKey, key_hash, same_hash
from koalr_server.store.database import Database
from koalr_server.store.keys import note_use

# When a key was last used is stored at most so often: for a person deciding whether a key is still needed.
NOTE_EVERY = timedelta(minutes=1)


@dataclass(slots=True)
class Keyring:
    """Finds the key of a request and remembers its use."""

    database: Database
    extra_keys: Mapping[str, ApiKey]
    clock: Callable[[], datetime] = wall_clock
    _known: tuple[int, dict[str, ApiKey]] = (-1, {})
    _noted: dict[str, datetime] = field(default_factory=dict)

    def authenticate(self, presented: str) -> ApiKey | None:
        """The key a caller presented, or None if it is unknown, revoked or past its grace period.

        Only hashes are compared, each in constant time: how long it takes tells nothing about a key.
        """
        digest = key_hash(presented)
        for known in (self.extra_keys, self._stored()):
            for known_hash, key in known.items():
                if same_hash(digest, known_hash):
                    return self._current(key, stored=known is not self.extra_keys)
        return None

    def _current(self, key: ApiKey, stored: bool) -> ApiKey | None:
        now = naive_utc(self.clock())
        if key.expires_at is not None and now >= key.expires_at:
            return None
        if stored and now - self._noted.get(key.key_id, datetime.min) >= NOTE_EVERY:  # noqa: DTZ901
            self._noted[key.key_id] = now
            note_use(self.database, {key.key_id: now})
        return key

    def _stored(self) -> dict[str, ApiKey]:
        version, keys = self._known
        current = self.database.commits
        if version != current:
            rows = self.database.rows("SELECT * FROM api_keys WHERE revoked_at IS NULL")
            keys = {row["key_hash"]: _api_key(row) for row in rows}
            self._known = (current, keys)
        return keys


def _api_key(row: Mapping[str, Any]) -> ApiKey:
    teams = row["team_ids"]
    return ApiKey(
        row["key_id"],
        frozenset(row["scopes"]),
        frozenset(teams) if teams else None,
        row["requests_per_minute"],
        row["expires_at"],
    )
