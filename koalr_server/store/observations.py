"""Observations in the store: per thing and facet the latest of what was told; and the records that things have made of them.

A thing is told of under the number of its repository or under a name of it, and makes its records under the present name.
"""

import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence

import duckdb
import pyarrow as pa

from koalr_server.sources.github.names import KIND as REPOSITORY_NAME
from koalr_server.sources.github.names import Names
from koalr_server.sources.observation import Observation, Rows
from koalr_server.store.merging import stage

Cursor = duckdb.DuckDBPyConnection
Thing = tuple[str, str]

_KNOWN = "SELECT kind, key, facet, version, fields FROM observations"


def of_things(cursor: Cursor, things: Collection[Thing]) -> dict[Thing, list[Observation]]:
    """What is known of some things."""
    _stage_things(cursor, things)
    return _by_thing(cursor.execute(f"{_KNOWN} SEMI JOIN asked_things USING (kind, key)"))


def records_of(cursor: Cursor, things: Collection[Thing]) -> dict[Thing, Rows]:
    """The records that some things have made."""
    _stage_things(cursor, things)
    found = cursor.execute("SELECT kind, key, records FROM thing_records SEMI JOIN asked_things USING (kind, key)")
    return {(kind, key): json.loads(records) for kind, key, records in found.fetchall()}


def remember_records(cursor: Cursor, made: Mapping[Thing, Rows]) -> None:
    """Put the records that things make now in the place of those they made before."""
    _stage_things(cursor, made.keys())
    cursor.execute(
        "DELETE FROM thing_records t WHERE EXISTS (SELECT 1 FROM asked_things a WHERE a.kind = t.kind AND a.key = t.key)"
    )
    lasting = [(kind, key, json.dumps(rows, sort_keys=True)) for (kind, key), rows in made.items() if rows]
    columns = zip(*lasting, strict=True) if lasting else ((), (), ())
    names = ("kind", "key", "records")
    stage(
        cursor,
        "made_records",
        pa.table({n: pa.array(list(c), pa.string()) for n, c in zip(names, columns, strict=True)}),
    )
    cursor.execute("INSERT INTO thing_records BY NAME SELECT * EXCLUDE ordinal FROM made_records")


def told_things(cursor: Cursor) -> list[Thing]:
    """Everything of which something is known."""
    return cursor.execute("SELECT DISTINCT kind, key FROM observations ORDER BY kind, key").fetchall()


def made_things(cursor: Cursor) -> list[Thing]:
    """Everything that has records."""
    return cursor.execute("SELECT kind, key FROM thing_records ORDER BY kind, key").fetchall()


def repository_names(cursor: Cursor) -> Names:
    """What repositories are called, by all that is known."""
    told = _by_thing(cursor.execute(f"{_KNOWN} WHERE kind = ?", [REPOSITORY_NAME]))
    return Names(each for observations in told.values() for each in observations)


def remember_former_names(cursor: Cursor, names: Names) -> None:
    """Put them where facts are derived from."""
    former = names.former()
    columns = {"name": pa.array(list(former), pa.string()), "repo": pa.array(list(former.values()), pa.string())}
    stage(cursor, "read_names", pa.table(columns))
    cursor.execute("DELETE FROM former_names")
    cursor.execute("INSERT INTO former_names BY NAME SELECT * EXCLUDE ordinal FROM read_names")


def things_of(cursor: Cursor, prefixes: Collection[str]) -> list[Thing]:
    """Everything known that is of one of these repositories, as numbers or names."""
    _stage_prefixes(cursor, prefixes)
    return cursor.execute(
        """SELECT DISTINCT kind, key FROM observations
        WHERE CASE WHEN starts_with(kind, 'posted_') THEN regexp_extract(fields, '"repo": "([^"]+)"', 1)
                   ELSE regexp_extract(key, '^[^#@]+') END IN (SELECT prefix FROM asked_prefixes)"""
    ).fetchall()


def referring_to(cursor: Cursor, repos: Collection[str]) -> list[Thing]:
    """Everything whose records name a work item of one of these repositories."""
    _stage_prefixes(cursor, repos)
    return cursor.execute(
        """SELECT kind, key FROM thing_records
        WHERE regexp_extract(records, '"workItem": "([^#"]+)#', 1) IN (SELECT prefix FROM asked_prefixes)"""
    ).fetchall()


def _stage_prefixes(cursor: Cursor, prefixes: Collection[str]) -> None:
    stage(cursor, "asked_prefixes", pa.table({"prefix": pa.array(sorted(prefixes), pa.string())}))


def _stage_things(cursor: Cursor, things: Collection[Thing]) -> None:
    columns = {"kind": [kind for kind, _ in things], "key": [key for _, key in things]}
    stage(cursor, "asked_things", pa.table({name: pa.array(texts, pa.string()) for name, texts in columns.items()}))


def _by_thing(found: Cursor) -> dict[Thing, list[Observation]]:
    known: dict[Thing, list[Observation]] = defaultdict(list)
    for kind, key, facet, version, fields in found.fetchall():
        known[kind, key].append(Observation(kind, key, facet, version, json.loads(fields)))
    return known


def replace(cursor: Cursor, told: Iterable[tuple[Observation, int]]) -> None:
    """Put facets in the place of what was known of them; each with the number of the delivery that told it."""
    rows = list(told)
    columns: Mapping[str, Sequence[object]] = {
        "kind": [each.kind for each, _ in rows],
        "key": [each.key for each, _ in rows],
        "facet": [each.facet for each, _ in rows],
        "version": [each.version for each, _ in rows],
        "fields": [json.dumps(each.fields, sort_keys=True) for each, _ in rows],
    }
    table = pa.table(
        {name: pa.array(values, pa.string()) for name, values in columns.items()}
        | {"seq": pa.array([seq for _, seq in rows], pa.int64())}
    )
    stage(cursor, "told", table)
    cursor.execute(
        "DELETE FROM observations o WHERE EXISTS (SELECT 1 FROM told t WHERE t.kind = o.kind AND t.key = o.key AND t.facet = o.facet)"
    )
    cursor.execute("INSERT INTO observations BY NAME SELECT * EXCLUDE ordinal FROM told")


def forget_kept(cursor: Cursor) -> None:
    """Forget what the deliveries told that are kept, before they are read again; what others told stays."""
    cursor.execute("DELETE FROM observations WHERE seq IN (SELECT seq FROM deliveries)")
    cursor.execute("DELETE FROM idle_deliveries")
