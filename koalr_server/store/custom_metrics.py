"""Saved custom metrics: the user's own, and the shipped ones that none of theirs replaces and nobody removed."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal

import duckdb
import pyarrow as pa

from koalr_server.custom.definition import Definition
from koalr_server.custom.shipped import shipped_documents
from koalr_server.custom.validation import read_definition
from koalr_server.errors import InputError
from koalr_server.store.database import Database

Cursor = duckdb.DuckDBPyConnection
Arguments = Mapping[str, Any]
Tables = Mapping[str, pa.Table]
Answer = dict[str, Any]
Origin = Literal["shipped", "yours"]


@dataclass(frozen=True, slots=True)
class SavedMetric:
    """A document in its normal form, and whether it came with the program or from the user."""

    document: Mapping[str, Any]
    origin: Origin


def saved_metrics(database: Database) -> dict[str, SavedMetric]:
    """Every metric that can be asked for, by slug in order."""
    return _visible(_stored(database))


def find_team(database: Database, team: str) -> str | None:
    """The id of the team of that id or name, or None."""
    rows = database.rows(
        "SELECT team_id FROM teams WHERE team_id = $team OR name = $team ORDER BY team_id <> $team LIMIT 1",
        {"team": team},
    )
    return str(rows[0]["team_id"]) if rows else None


def _stored(database: Database) -> dict[str, dict[str, Any] | None]:
    """Documents by slug; None for a shipped one that was removed."""
    rows = database.rows("SELECT slug, document FROM custom_metrics")
    return {row["slug"]: None if row["document"] is None else json.loads(row["document"]) for row in rows}


def _visible(stored: Mapping[str, dict[str, Any] | None]) -> dict[str, SavedMetric]:
    shipped = {slug: SavedMetric(document, "shipped") for slug, document in shipped_documents().items()}
    yours = {slug: SavedMetric(document, "yours") for slug, document in stored.items() if document is not None}
    found = {slug: each for slug, each in shipped.items() if slug not in stored} | yours
    return dict(sorted(found.items()))


def save_metrics(database: Database, arguments: Arguments, _tables: Tables) -> Answer:
    """Create or replace metrics, all of them or none. Arguments: documents. Answers {"outcomes": [[slug, outcome], ...]}.

    An outcome is created, updated or unchanged.

    Raises:
        InputError: a document has a fault or names a team that is not there.
    """
    definitions = [_checked(document) for document in arguments["documents"]]
    for definition in definitions:
        if definition.team is not None and find_team(database, definition.team) is None:
            raise InputError(
                f"{definition.slug}: team: No team {definition.team!r} in this store; `GET /api/v1/teams` lists them."
            )

    def change(cursor: Cursor) -> Answer:
        return {"outcomes": [[definition.slug, _save(cursor, definition)] for definition in definitions]}

    return database.write(change)


def _checked(document: object) -> Definition:
    definition, faults = read_definition(document)
    if definition is None:
        raise InputError(" ".join(faults))
    return definition


def _save(cursor: Cursor, definition: Definition) -> str:
    slug, document = definition.slug, dict(definition.document)
    stored = {
        key: None if text is None else json.loads(text)
        for key, text in cursor.execute("SELECT slug, document FROM custom_metrics WHERE slug = ?", [slug]).fetchall()
    }
    before = _visible(stored).get(slug)
    if before is not None and before.document == document:
        return "unchanged"
    cursor.execute("DELETE FROM custom_metrics WHERE slug = ?", [slug])
    if shipped_documents().get(slug) != document:
        _insert(cursor, slug, json.dumps(document, ensure_ascii=False))
    return "updated" if before is not None else "created"


def _insert(cursor: Cursor, slug: str, document: str | None) -> None:
    now = datetime.now(UTC).replace(tzinfo=None, microsecond=0)
    cursor.execute("INSERT INTO custom_metrics VALUES (?, ?, ?)", [slug, document, now])


def list_metrics(database: Database, _arguments: Arguments, _tables: Tables) -> Answer:
    """Every metric by slug: {"metrics": [{"document", "origin"}], "removed": slugs of removed shipped ones}."""
    stored = _stored(database)
    metrics = [{"document": dict(each.document), "origin": each.origin} for each in _visible(stored).values()]
    return {"metrics": metrics, "removed": sorted(slug for slug, document in stored.items() if document is None)}


def show_metric(database: Database, arguments: Arguments, _tables: Tables) -> Answer:
    """One metric: {"document", "origin"}. Arguments: slug."""
    found = saved_metrics(database).get(arguments["slug"])
    if found is None:
        raise InputError(_unknown(arguments["slug"]))
    return {"document": dict(found.document), "origin": found.origin}


def remove_metrics(database: Database, arguments: Arguments, _tables: Tables) -> Answer:
    """Take metrics away, all of them or none. Arguments: slugs. Answers {"outcomes": [[slug, outcome], ...]}.

    An outcome is "removed", or "replaced" where a shipped one of the same slug is there again.
    """
    present = saved_metrics(database)
    slugs = list(dict.fromkeys(arguments["slugs"]))
    for slug in slugs:
        if slug not in present:
            raise InputError(_unknown(slug))

    def change(cursor: Cursor) -> Answer:
        for slug in slugs:
            cursor.execute("DELETE FROM custom_metrics WHERE slug = ?", [slug])
            if present[slug].origin == "shipped":
                _insert(cursor, slug, None)
        return {"outcomes": [[slug, _removal(slug, present[slug])] for slug in slugs]}

    return database.write(change)


def _removal(slug: str, metric: SavedMetric) -> str:
    return "replaced" if metric.origin == "yours" and slug in shipped_documents() else "removed"


def restore_metrics(database: Database, arguments: Arguments, _tables: Tables) -> Answer:
    """Bring shipped metrics back that were removed. Arguments: slugs. Answers {"outcomes": [[slug, outcome], ...]}.

    An outcome is "restored", or "unchanged" where it was there.
    """
    stored, shipped = _stored(database), shipped_documents()
    slugs = list(dict.fromkeys(arguments["slugs"]))
    for slug in slugs:
        if slug not in shipped:
            raise InputError(f"No shipped metric {slug!r}; shipped are {', '.join(shipped)}.")
        if stored.get(slug) is not None:
            raise InputError(
                f"{slug} is a definition of yours; `python -m koalr_server metrics remove {slug}` brings the shipped one back."
            )
    database.write(
        lambda cursor: [
            cursor.execute("DELETE FROM custom_metrics WHERE slug = ? AND document IS NULL", [slug]) for slug in slugs
        ]
    )
    return {"outcomes": [[slug, "restored" if slug in stored else "unchanged"] for slug in slugs]}


def _unknown(slug: str) -> str:
    return f"No custom metric {slug!r}; `python -m koalr_server metrics list` shows the slugs."


OPERATIONS = (save_metrics, list_metrics, show_metric, remove_metrics, restore_metrics)
