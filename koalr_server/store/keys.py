"""API keys in the store: create, list, rotate, revoke, and when each was last used."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import duckdb
import pyarrow as pa

from koalr_server.errors import InputError
from koalr_server.keys import DEFAULT_REQUESTS_PER_MINUTE, SCOPES, hint, key_hash
from koalr_server.store.database import Database

Cursor = duckdb.DuckDBPyConnection
Arguments = Mapping[str, Any]
Tables = Mapping[str, pa.Table]
Answer = dict[str, Any]

LONGEST_NAME = 100

INSERT = """
INSERT INTO api_keys BY NAME
SELECT $key_id AS key_id, $name AS name, $key_hash AS key_hash, $hint AS hint, $scopes::VARCHAR[] AS scopes,
       $team_ids::VARCHAR[] AS team_ids, $limit AS requests_per_minute, $created_at::TIMESTAMP AS created_at
"""


def create_key(database: Database, arguments: Arguments, _tables: Tables) -> Answer:
    """Store a key's hash. Arguments: key, name, scopes, teams (ids or names), limit. Answers {"key_id"}."""
    unknown = sorted(set(arguments["scopes"]) - set(SCOPES))
    if unknown:
        raise InputError(f"Unknown scope {', '.join(unknown)}; allowed: {', '.join(SCOPES)}.")
    name = arguments["name"]
    if not name.strip() or not name.isprintable() or len(name) > LONGEST_NAME:
        raise InputError(
            f"The name {name[:40]!r} cannot be used: 1 to {LONGEST_NAME} printable characters are expected."
        )
    row = {
        **_secret(arguments["key"]),
        "name": name,
        "scopes": list(arguments["scopes"]),
        "team_ids": [_team_id(database, team) for team in arguments["teams"]] or None,
        "limit": arguments["limit"] or DEFAULT_REQUESTS_PER_MINUTE,
        "created_at": _now(),
    }
    database.write(lambda cursor: cursor.execute(INSERT, row) and None, touches_answers=False)
    return {"key_id": row["key_id"]}


def _secret(key: str) -> dict[str, str]:
    """What is kept of a key."""
    digest = key_hash(key)
    return {"key_id": "key_" + digest[:12], "key_hash": digest, "hint": hint(key)}


def _now() -> datetime:
    return datetime.now(UTC).replace(tzinfo=None, microsecond=0)


def _team_id(database: Database, team: str) -> str:
    rows = database.rows("SELECT team_id FROM teams WHERE team_id = $team OR name = $team", {"team": team})
    if not rows:
        raise InputError(f"No team {team!r} in this store; `GET /api/v1/teams` lists them.")
    return str(rows[0]["team_id"])


def list_keys(database: Database, _arguments: Arguments, _tables: Tables) -> Answer:
    """Every key without its secret: {"keys": [...]}, oldest first."""
    rows = database.rows(
        """SELECT key_id, name, hint, scopes, team_ids, requests_per_minute, created_at::VARCHAR AS created_at,
        revoked_at::VARCHAR AS revoked_at, expires_at::VARCHAR AS expires_at, last_used_at::VARCHAR AS last_used_at,
        expires_at <= $now AS expired
        FROM api_keys ORDER BY api_keys.created_at, key_id""",
        {"now": _now()},
    )
    return {"keys": rows}


def rotate_key(database: Database, arguments: Arguments, _tables: Tables) -> Answer:
    """Put a new key in the place of an old one, which keeps working for a while.

    Arguments: key_id (the old one's), key (the new one), grace_secs. Answers {"key_id", "old_works_until"}.

    Raises:
        InputError: the old key is unknown, revoked, or being replaced already.
    """
    old = _known(database, arguments["key_id"])
    if old["revoked_at"] is not None:
        raise InputError(f"The key {old['key_id']} is revoked; create a new one with `keys create`.")
    if old["expires_at"] is not None:
        raise InputError(f"The key {old['key_id']} was rotated already and ends at {old['expires_at']} UTC.")
    now = _now()
    expires_at = now + timedelta(seconds=arguments["grace_secs"])
    row = {
        **_secret(arguments["key"]),
        "name": old["name"],
        "scopes": old["scopes"],
        "team_ids": old["team_ids"],
        "limit": old["requests_per_minute"],
        "created_at": now,
    }

    def change(cursor: Cursor) -> None:
        cursor.execute(INSERT, row)
        cursor.execute("UPDATE api_keys SET expires_at = ? WHERE key_id = ?", [expires_at, old["key_id"]])

    database.write(change, touches_answers=False)
    return {"key_id": row["key_id"], "old_works_until": expires_at.strftime("%Y-%m-%dT%H:%M:%SZ")}


def revoke_key(database: Database, arguments: Arguments, _tables: Tables) -> Answer:
    """Refuse a key from now on. Raises InputError for an unknown id."""
    key_id = _known(database, arguments["key_id"])["key_id"]
    revoke = "UPDATE api_keys SET revoked_at = ? WHERE key_id = ? AND revoked_at IS NULL"
    database.write(lambda cursor: cursor.execute(revoke, [_now(), key_id]) and None, touches_answers=False)
    return {"key_id": key_id}


def _known(database: Database, key_id: str) -> dict[str, Any]:
    rows = database.rows("SELECT * FROM api_keys WHERE key_id = $key_id", {"key_id": key_id})
    if not rows:
        raise InputError(f"No key {key_id!r}; `python -m koalr_server keys list` shows the ids.")
    return rows[0]


def note_use(database: Database, used_at: Mapping[str, datetime]) -> None:
    """Remember when keys were last used (naive UTC by key id), without waiting; no answer depends on it."""

    def change(cursor: Cursor) -> None:
        for key_id, moment in used_at.items():
            cursor.execute("UPDATE api_keys SET last_used_at = ? WHERE key_id = ?", [moment, key_id])

    database.write_aside(change)
