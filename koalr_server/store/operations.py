"""Everything a command may ask of a store, by name, with plain arguments and Arrow tables.

One process may open the file, so a command hands its work to a running server (see gateway.py). Both sides run these
same functions; arguments and answers are JSON, bulk rows are Arrow tables.
"""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

import duckdb
import pyarrow as pa

from koalr_server.errors import ConflictError
from koalr_server.records import COPILOT_KINDS, COVERAGE_KINDS, KINDS
from koalr_server.settings import Settings
from koalr_server.sources.rules import Rules
from koalr_server.store import custom_metrics
from koalr_server.store.database import Database
from koalr_server.store.deliveries import add_deliveries, cursors, set_cursors
from koalr_server.store.deriving import affected_repos, derive
from koalr_server.store.git_loading import load_git
from koalr_server.store.keys import create_key, list_keys, revoke_key, rotate_key
from koalr_server.store.loading import load_kind

# Facts as they came in: what a new sample replaces.
FACT_TABLES = (
    *("teams", "members", "team_repos", "repos", "commits", "commit_files", "pull_requests", "reviews"),
    *("codeowners", "deployments", "incidents", "work_items", *COPILOT_KINDS, *COVERAGE_KINDS),
)

Cursor = duckdb.DuckDBPyConnection
Arguments = Mapping[str, Any]
Tables = Mapping[str, pa.Table]
Answer = dict[str, Any]


def get_meta(database: Database, name: str) -> str | None:
    """A stored setting, or None."""
    rows = database.rows("SELECT value FROM meta WHERE name = $name", {"name": name})
    return str(rows[0]["value"]) if rows else None


def set_meta(cursor: Cursor, name: str, value: str) -> None:
    """Store a setting inside a running write."""
    cursor.execute("DELETE FROM meta WHERE name = ?", [name])
    cursor.execute("INSERT INTO meta VALUES (?, ?)", [name, value])


def claim(cursor: Cursor, content: str) -> None:
    """A store is sample or real for good.

    Raises:
        ConflictError: it already is the other.
    """
    row = cursor.execute("SELECT value FROM meta WHERE name = 'content'").fetchone()
    if row is not None and row[0] != content:
        raise ConflictError(_mixed(row[0], content))
    set_meta(cursor, "content", content)


def _mixed(held: str, content: str) -> str:
    return (
        f"This data folder holds {_described(held)}; {_described(content)} cannot be mixed into it. "
        "Choose another folder with --data."
    )


def _described(content: str) -> str:
    return "the sample organisation" if content == "sample" else "real data"


def content(database: Database, _arguments: Arguments, _tables: Tables) -> Answer:
    """What the store holds: {"content": "sample" | "real" | None, "sample_edition", "sample_shift"}."""
    held = {name: get_meta(database, name) for name in ("content", "sample_edition", "sample_shift")}
    # What was sent and not read yet is data of somebody's own too.
    if held["content"] is None and database.rows("SELECT 1 FROM deliveries LIMIT 1"):
        held["content"] = "real"
    return held


def load(database: Database, _arguments: Arguments, tables: Tables) -> Answer:
    """Upsert tables by kind, in the order of KINDS, COPILOT_KINDS, COVERAGE_KINDS; all of them or none.

    Answers {"counts": per kind, "without_commit": [...]}.
    """

    _agree_on_rules(database)

    def change(cursor: Cursor) -> Answer:
        claim(cursor, "real")
        counts = _load_tables(cursor, tables)
        # Nothing is derived from Copilot's tables.
        if not COPILOT_KINDS.keys() >= tables.keys():
            derive(cursor, affected_repos(cursor, tables), tables.keys())
        stamp(cursor)
        return {
            "counts": counts,
            "without_commit": _deployments_without_commit(cursor) if "deployments" in tables else [],
        }

    return database.write(change)


def load_sample(database: Database, arguments: Arguments, tables: Tables) -> Answer:
    """Replace the sample's rows. Arguments: shift ("weekly" | "none"), ends_at (naive ISO, the sample's last midnight), notice, edition."""

    def change(cursor: Cursor) -> Answer:
        if cursor.execute("SELECT 1 FROM deliveries LIMIT 1").fetchone():
            raise ConflictError(_mixed("real", "sample"))
        claim(cursor, "sample")
        for table in FACT_TABLES:
            cursor.execute(f"DELETE FROM {table}")  # noqa: S608 - our own names
        counts = _load_tables(cursor, tables)
        set_meta(cursor, "sample_shift", arguments["shift"])
        set_meta(cursor, "sample_ends_at", arguments["ends_at"])
        set_meta(cursor, "notice", arguments["notice"])
        set_meta(cursor, "sample_edition", arguments["edition"])
        derive(cursor)
        stamp(cursor)
        return {"counts": counts, "without_commit": _deployments_without_commit(cursor)}

    return database.write(change)


def _agree_on_rules(database: Database) -> None:
    """Have the rules of this process's settings hold before records are loaded, if it has any of its own."""
    rules = Settings.read().rules
    if rules != Rules():
        # Imported here, because it builds on this module.
        from koalr_server.store import settling

        settling.agree_on_rules(database, rules)


def _deployments_without_commit(cursor: Cursor) -> list[str]:
    """Production deployments of a commit nobody knows, in the repositories just derived: they ship no change."""
    rows = cursor.execute(
        """SELECT f.repo || ' ' || f.sha FROM deployment_facts f JOIN deployments d USING (deployment_id)
        WHERE f.is_production AND f.status = 'success' AND f.sha IS NOT NULL AND coalesce(len(d.commits), 0) = 0
          AND f.repo IN (SELECT repo FROM affected) AND f.repo IN (SELECT repo FROM commits)
          AND NOT EXISTS (SELECT 1 FROM reached r WHERE r.repo = f.repo AND r.sha = f.sha)
        ORDER BY f.finished_at"""
    ).fetchall()
    return [text for (text,) in rows]


def stamp(cursor: Cursor) -> None:
    """Remember when data last came in, which is how old the data are."""
    set_meta(cursor, "loaded_at", datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"))


def _load_tables(cursor: Cursor, tables: Tables) -> Answer:
    counts = {}
    for kind in (*KINDS, *COPILOT_KINDS, *COVERAGE_KINDS):
        if kind in tables:
            count = load_kind(cursor, kind, tables[kind])
            counts[kind] = {"added": count.added, "updated": count.updated, "unchanged": count.unchanged}
    return counts


def known_heads(database: Database, arguments: Arguments, _tables: Tables) -> Answer:
    """The branch tips the store has for a repository: {"heads": {ref: sha}}."""
    rows = database.rows("SELECT ref, sha FROM git_heads WHERE repo = $repo", {"repo": arguments["repo"]})
    return {"heads": {row["ref"]: row["sha"] for row in rows}}


def load_git_history(database: Database, arguments: Arguments, tables: Tables) -> Answer:
    """Add what a git repository tells (see git_loading.load_git) in one transaction."""

    _agree_on_rules(database)

    def change(cursor: Cursor) -> Answer:
        claim(cursor, "real")
        answer = load_git(cursor, arguments, tables)
        stamp(cursor)
        return answer

    return database.write(change)


def diagnose(database: Database, arguments: Arguments, tables: Tables) -> Answer:
    """What every answer rests on and lacks; see store/diagnosing.py."""
    # Imported here, because every other command would wait for it and not use it.
    from koalr_server.store import diagnosing

    return diagnosing.diagnose(database, arguments, tables)


def throughput(database: Database, arguments: Arguments, tables: Tables) -> Answer:
    """Items finished per day, of all and by team; see store/throughput.py."""
    # Imported here, because every other command would wait for it and not use it.
    from koalr_server.store import throughput as reading

    return reading.throughput(database, arguments, tables)


def accept(database: Database, _arguments: Arguments, tables: Tables) -> Answer:
    """Keep raw deliveries: {"accepted": new ones, "known": those that were here}. Table: deliveries (store/deliveries.py).

    Raises:
        ConflictError: the store holds the sample.
    """
    table = tables["deliveries"]
    if get_meta(database, "content") == "sample":
        raise ConflictError(_mixed("sample", "real"))
    received_at = datetime.now(UTC).replace(tzinfo=None, microsecond=0)
    accepted = len(database.write_beside(lambda cursor: add_deliveries(cursor, table, received_at)))
    return {"accepted": accepted, "known": table.num_rows - accepted}


def settle(database: Database, _arguments: Arguments, _tables: Tables) -> Answer:
    """Read what was kept into the tables, by the rules of this process's settings: {"settled": deliveries}."""
    # Imported here, because it builds on this module, and most commands need none of it.
    from koalr_server.store import settling

    rules = settling.rules_in_force(database, Settings.read().rules)
    settling.agree_on_rules(database, rules)
    settled = 0
    while outcomes := settling.settle(database, rules):
        settled += outcomes.total()
    return {"settled": settled}


def reprocess(database: Database, _arguments: Arguments, _tables: Tables) -> Answer:
    """Read all raw bodies that are kept once more: {"read": deliveries}."""
    from koalr_server.store import settling

    return {"read": settling.reprocess(database, settling.rules_in_force(database, Settings.read().rules))}


def backup(database: Database, arguments: Arguments, tables: Tables) -> Answer:
    """Write one state of the store into a folder; see store/keeping.py."""
    # Imported here, because every other command would wait for it and not use it.
    from koalr_server.store import keeping

    return keeping.backup(database, arguments, tables)


def compact(database: Database, _arguments: Arguments, _tables: Tables) -> Answer:
    """Tidy what many small writes left behind: {"kind", "done": {what: how many}}."""
    return {"kind": database.kind, "done": database.compact()}


OPERATIONS: Mapping[str, Callable[[Database, Arguments, Tables], Answer]] = {
    operation.__name__: operation
    for operation in (
        content,
        load,
        load_sample,
        known_heads,
        load_git_history,
        create_key,
        list_keys,
        revoke_key,
        rotate_key,
        *custom_metrics.OPERATIONS,
        diagnose,
        throughput,
        accept,
        settle,
        reprocess,
        cursors,
        set_cursors,
        backup,
        compact,
    )
}
