"""Observations in the store: per thing and facet the latest of what was told."""

import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence

import duckdb
import pyarrow as pa

from koalr_server.sources.observation import Observation
from koalr_server.store.merging import stage

Cursor = duckdb.DuckDBPyConnection
Thing = tuple[str, str]

_KNOWN = "SELECT kind, key, facet, version, fields FROM observations"


def of_things(cursor: Cursor, things: Collection[Thing]) -> dict[Thing, list[Observation]]:
    """What is known of some things."""
    stage(
        cursor,
        "asked_things",
        pa.table(
            {
                "kind": pa.array([kind for kind, _ in things], pa.string()),
                "key": pa.array([key for _, key in things], pa.string()),
            }
        ),
    )
    return _by_thing(cursor.execute(f"{_KNOWN} SEMI JOIN asked_things USING (kind, key)"))


def all_things(cursor: Cursor) -> dict[Thing, list[Observation]]:
    """What is known of everything."""
    return _by_thing(cursor.execute(_KNOWN))


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


def forget_from(cursor: Cursor, seq: int) -> None:
    """Forget what deliveries from a number on told, before they are read again."""
    cursor.execute("DELETE FROM observations WHERE seq >= ?", [seq])
    cursor.execute("DELETE FROM idle_deliveries")
