"""From raw deliveries to the tables that metrics read, in one transaction a batch."""

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

import duckdb
import pyarrow as pa

from koalr_server.ingest.files.values import CellError, value_of
from koalr_server.records import KINDS, Kind
from koalr_server.sources.assembly import assemble
from koalr_server.sources.observation import Fields, Observation, Rows, latest
from koalr_server.sources.registry import SOURCES
from koalr_server.sources.rules import Rules
from koalr_server.store import observations
from koalr_server.store.database import Database
from koalr_server.store.deliveries import Received, after
from koalr_server.store.deriving import affected_repos, derive
from koalr_server.store.loading import load_kind, unload_kind
from koalr_server.store.observations import Thing
from koalr_server.store.operations import WORK_KINDS, claim, get_meta, set_meta, stamp

Cursor = duckdb.DuckDBPyConnection

MOST_AT_ONCE = 2000
SETTLED = "settled_seq"
RULES = "source_rules"
# A commit as a push names it: with the fields of a commit, but loaded only where nobody knows better.
PUSHED = "pushed_commits"
RECORDS: Mapping[str, Kind] = {**KINDS, PUSHED: KINDS["commits"]}


@dataclass(slots=True)
class Told:
    """What a batch of deliveries tells: observations with the delivery's number, and deliveries that tell nothing, by event and fault."""

    observations: list[tuple[Observation, int]] = field(default_factory=list)
    idle: Counter[tuple[str, str, str | None]] = field(default_factory=Counter)


def settled_seq(database: Database) -> int:
    """The number of the last delivery that has been read."""
    return int(get_meta(database, SETTLED) or 0)


def settle(database: Database, rules: Rules) -> int:
    """Read the next batch of deliveries into the tables; answers how many there were, 0 if all are read.

    A batch is one transaction with the number it reached, so that no delivery is read twice or left out, whatever happens.
    """
    reached = settled_seq(database)
    batch = after(database, reached, MOST_AT_ONCE)
    if batch:
        told = read(batch)
        database.write(lambda cursor: _take(cursor, told, batch[-1].seq, rules))
    return len(batch)


def read(batch: Iterable[Received]) -> Told:
    """What deliveries tell (pure)."""
    told = Told()
    for each in batch:
        source = SOURCES.get(each.source)
        try:
            found = source.observe(each.event, json.loads(each.body)) if source else []
            fault = None if source else "unknown source"
        except (ValueError, RecursionError):
            found, fault = [], "not JSON"
        told.observations += [(observation, each.seq) for observation in found]
        if not found:
            told.idle[each.source, each.event, fault] += 1
    return told


def agree_on_rules(database: Database, rules: Rules) -> bool:
    """Work out every thing's records anew if the rules are not those they were made by; whether they were not."""
    text = json.dumps(asdict(rules), sort_keys=True)
    held = get_meta(database, RULES)
    if held == text:
        return False

    def change(cursor: Cursor) -> None:
        if held is not None:
            before = Rules(**json.loads(held))
            known = observations.all_things(cursor)
            _replace_records(cursor, [(assemble(each, before), assemble(each, rules)) for each in known.values()])
        set_meta(cursor, RULES, text)

    database.write(change, touches_answers=held is not None)
    return held is not None


def reprocess(database: Database, rules: Rules) -> int:
    """Read all raw bodies that are kept once more, as a better reader may; answers how many.

    What bodies that are no longer kept told stays as it is.
    """
    first = database.rows("SELECT min(seq) AS seq FROM deliveries")[0]["seq"]
    if first is None:
        return 0

    def change(cursor: Cursor) -> None:
        known = observations.all_things(cursor)
        observations.forget_from(cursor, first)
        left = observations.all_things(cursor)
        _replace_records(
            cursor, [(assemble(each, rules), assemble(left.get(thing, ()), rules)) for thing, each in known.items()]
        )
        set_meta(cursor, SETTLED, str(first - 1))

    database.write(change)
    count = 0
    while settled := settle(database, rules):
        count += settled
    return count


def _take(cursor: Cursor, told: Told, reached: int, rules: Rules) -> None:
    arrived: dict[Thing, list[tuple[Observation, int]]] = defaultdict(list)
    for observation, seq in told.observations:
        arrived[observation.thing].append((observation, seq))
    known = observations.of_things(cursor, arrived.keys())
    changes = []
    news: list[tuple[Observation, int]] = []
    for thing, pairs in arrived.items():
        before = known.get(thing, [])
        fresh = _news(before, pairs)
        if fresh:
            news += fresh
            changes.append((assemble(before, rules), assemble([*before, *(each for each, _ in fresh)], rules)))
    observations.replace(cursor, news)
    for (source, event, fault), deliveries in told.idle.items():
        cursor.execute("INSERT INTO idle_deliveries VALUES (?, ?, ?, ?)", [source, event, fault, deliveries])
    _replace_records(cursor, changes)
    set_meta(cursor, SETTLED, str(reached))


def _news(known: Sequence[Observation], arrived: Sequence[tuple[Observation, int]]) -> list[tuple[Observation, int]]:
    """Of what arrived on one thing, what holds now and was not known; with the number of the delivery."""
    seqs = {id(told): seq for told, seq in arrived}
    holds = latest([*known, *(told for told, _ in arrived)])
    return [(told, seqs[id(told)]) for told in holds.values() if id(told) in seqs]


def _replace_records(cursor: Cursor, changes: Iterable[tuple[Rows, Rows]]) -> None:
    """Records of things before and now: those that are gone leave, those that are new or changed are loaded, and facts follow."""
    leaving: dict[str, list[dict[str, Any]]] = defaultdict(list)
    coming: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for before, now in changes:
        for kind in before.keys() | now.keys():
            old, new = _fitting(kind, before.get(kind, ())), _fitting(kind, now.get(kind, ()))
            leaving[kind] += [row for row in old if row not in new]
            coming[kind] += [row for row in new if row not in old]
    tables = {kind: _table(kind, rows) for kind, rows in leaving.items() if rows}
    arriving = {kind: _table(kind, rows) for kind in RECORDS if (rows := coming.get(kind))}
    if not tables and not arriving:
        return
    claim(cursor, "real")
    repos = affected_repos(cursor, _as_commits(tables)) | affected_repos(cursor, _as_commits(arriving))
    for kind, table in tables.items():
        unload_kind(cursor, kind, table)
    for kind, table in arriving.items():
        load_kind(cursor, kind, table)
    repos |= affected_repos(cursor, _as_commits(arriving))
    derive(cursor, repos, work_changed=not WORK_KINDS.isdisjoint(tables.keys() | arriving.keys()))
    stamp(cursor)


def _as_commits(tables: Mapping[str, pa.Table]) -> Mapping[str, pa.Table]:
    """Pushed commits concern their repositories as commits do."""
    if PUSHED not in tables:
        return tables
    pushed = [tables[name] for name in (PUSHED, "commits") if name in tables]
    return {**tables, "commits": pa.concat_tables(pushed)}


def _fitting(kind: str, rows: Sequence[Fields]) -> list[dict[str, Any]]:
    """The rows with values of the record's types; one that does not fit is left out, for half a record is a wrong one."""
    fitting = []
    for row in rows:
        try:
            fitting.append({column.name: value_of(column, row.get(column.name)) for column in RECORDS[kind].fields})
        except CellError:
            continue
    return fitting


def _table(kind: str, rows: Sequence[Mapping[str, Any]]) -> pa.Table:
    return pa.Table.from_pylist(list(rows), RECORDS[kind].schema())
