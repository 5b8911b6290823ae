"""From raw deliveries to the tables that metrics read, in one transaction a batch."""

import json
import logging
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from functools import partial
from typing import Any

import duckdb
import pyarrow as pa

from koalr_server.errors import ConflictError, ServerError
from koalr_server.ingest.files.values import CellError, value_of
from koalr_server.records import DELIVERED_KINDS, KINDS, Kind
from koalr_server.sources.assembly import assemble
from koalr_server.sources.github.names import KIND as REPOSITORY_NAME
from koalr_server.sources.github.names import Names
from koalr_server.sources.observation import Fields, Observation, Rows, latest
from koalr_server.sources.registry import SOURCES
from koalr_server.sources.rules import Rules
from koalr_server.store import observations
from koalr_server.store.database import Database
from koalr_server.store.deliveries import Received, after
from koalr_server.store.deriving import affected_repos, derive
from koalr_server.store.environments import RULES, forget_environments, rules_held
from koalr_server.store.loading import load_kind, unload_kind
from koalr_server.store.merging import count
from koalr_server.store.observations import Thing
from koalr_server.store.operations import claim, get_meta, set_meta, stamp
from koalr_server.store.readers import note_readers, read_by_earlier

Cursor = duckdb.DuckDBPyConnection

log = logging.getLogger("koalr_server.inbox")

MOST_AT_ONCE = 2000
MOST_THINGS_AT_ONCE = 20_000
SETTLED = "settled_seq"
RECORDS: Mapping[str, Kind] = {**KINDS, **DELIVERED_KINDS}

Outcomes = Counter[tuple[str, str, str]]
"""Deliveries by source, event and outcome: told, told_nothing, or set_aside until a better reader comes."""


@dataclass(slots=True)
class Told:
    """What a batch of deliveries tells: observations with the delivery's number, and deliveries that tell nothing, by event and fault."""

    observations: list[tuple[Observation, int]] = field(default_factory=list)
    idle: Counter[tuple[str, str, str | None]] = field(default_factory=Counter)


def settled_seq(database: Database) -> int:
    """The number of the last delivery that has been read."""
    return int(get_meta(database, SETTLED) or 0)


def settle(database: Database, rules: Rules) -> Outcomes:
    """Read the next batch of deliveries into the tables; answers what became of them, nothing if all are read.

    A batch is one transaction with the number it reached, so that no delivery is read twice or left out, whatever happens. One
    that cannot be read is set aside, and is read again by `reprocess`.
    """
    most = MOST_AT_ONCE
    while True:
        reached = settled_seq(database)
        batch = database.read(partial(after, seq=reached, most=most))
        if not batch:
            return Counter()
        try:
            told = read(batch)
            taken = _transact(database, reached, batch, told, rules)
        except ServerError:
            raise
        except Exception as error:  # whatever it is, it must not keep the next deliveries from being read
            if len(batch) > 1:
                most = len(batch) // 2
                continue
            log.error("delivery %d could not be read and is set aside: %s", batch[0].seq, type(error).__name__)
            told = Told(idle=Counter({(batch[0].source, batch[0].event, type(error).__name__): 1}))
            taken = _transact(database, reached, batch, told, rules)
        if taken:
            return _outcomes(batch, told)


def _transact(database: Database, reached: int, batch: Sequence[Received], told: Told, rules: Rules) -> bool:
    """Take a batch; false if somebody else has taken it meanwhile."""

    def change(cursor: Cursor) -> bool:
        read_by_earlier(cursor)
        if _settled(cursor) != reached:
            return False
        _take(cursor, told, rules)
        set_meta(cursor, SETTLED, str(batch[-1].seq))
        return True

    return database.write(change)


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


def _outcomes(batch: Iterable[Received], told: Told) -> Outcomes:
    """What told something is what is not counted as idle."""
    found: Outcomes = Counter((each.source, each.event, "told") for each in batch)
    for (source, event, fault), deliveries in told.idle.items():
        found[source, event, "told"] -= deliveries
        found[source, event, "set_aside" if fault else "told_nothing"] += deliveries
    return +found


def rules_in_force(database: Database, given: Rules) -> Rules:
    """Those of a command's settings; where it has none of its own, those that the store's records were made by."""
    held = get_meta(database, RULES)
    return Rules(**json.loads(held)) if held is not None and given == Rules() else given


def agree_on_rules(database: Database, rules: Rules) -> bool:
    """Make every thing's records, and what is production, anew if other rules or earlier readers made them; whether they did.

    After earlier readers the raw bodies that are kept are read once more. Of several processes one does it.

    Raises:
        ConflictError: later readers did.
    """
    held = get_meta(database, RULES)
    earlier = database.read(read_by_earlier)
    if held == _written(rules) and not earlier:
        return False
    others = (held or _written(Rules())) != _written(rules)
    earlier = earlier and settled_seq(database) > 0

    def change(cursor: Cursor) -> None:
        again = read_by_earlier(cursor) and _settled(cursor) > 0
        if again:
            _read_again(cursor)
        if again or others:
            _remake_all(cursor, rules)
        _hold(cursor, rules)

    try:
        database.write(change, touches_answers=others or earlier)
    except ConflictError:
        raise
    except Exception as error:  # what was told before must not keep the next deliveries from being read
        if others or not earlier:
            raise
        log.error(
            "what earlier readers told is read once more at the next start; now it failed: %s", type(error).__name__
        )
        return False
    return others or earlier


def reprocess(database: Database, rules: Rules) -> int:
    """Read all raw bodies that are kept and were read once more, as a better reader may; answers how many.

    What bodies that are no longer kept told stays as it is. It is one transaction: whoever looks sees the records of before
    until those of now are there.
    """

    def change(cursor: Cursor) -> int:
        number = _read_again(cursor)
        _remake_all(cursor, rules)
        _hold(cursor, rules)
        return number

    return database.write(change)


def _read_again(cursor: Cursor) -> int:
    """What the bodies of this moment told that were read, told once more; answers how many."""
    reached = _settled(cursor)
    observations.forget_kept(cursor)
    last = number = 0
    while batch := [each for each in after(cursor, last, MOST_AT_ONCE) if each.seq <= reached]:
        _arrange(cursor, read(batch))
        last, number = batch[-1].seq, number + len(batch)
    return number


def _settled(cursor: Cursor) -> int:
    return count(cursor, "SELECT value::BIGINT FROM meta WHERE name = ?", [SETTLED])


def _hold(cursor: Cursor, rules: Rules) -> None:
    """From now on records are made by these rules, of what this version's readers told."""
    before = rules_held(cursor)
    note_readers(cursor)
    set_meta(cursor, RULES, _written(rules))
    if list(before.production_environments) != list(rules.production_environments):
        forget_environments(cursor)
        derive(cursor)


def _written(rules: Rules) -> str:
    return json.dumps(asdict(rules), sort_keys=True)


def _take(cursor: Cursor, told: Told, rules: Rules) -> None:
    before = observations.repository_names(cursor)
    news = _arrange(cursor, told)
    names = observations.repository_names(cursor) if any(kind == REPOSITORY_NAME for kind, _ in news) else before
    identities = {names.identity(thing) for thing in news}
    if moved := names.moved_since(before):
        observations.remember_former_names(cursor, names)
        for thing in observations.things_of(cursor, moved):
            identities |= {before.identity(thing), names.identity(thing)}
        identities.update(observations.referring_to(cursor, {before.present(prefix) for prefix in moved}))
    _remake(cursor, identities, names, rules)


def _arrange(cursor: Cursor, told: Told) -> set[Thing]:
    """Put what was told beside what was known; answers the things on which there is news."""
    arrived: dict[Thing, list[tuple[Observation, int]]] = defaultdict(list)
    for observation, seq in told.observations:
        arrived[observation.thing].append((observation, seq))
    known = observations.of_things(cursor, arrived.keys())
    news = {thing: _news(known.get(thing, []), pairs) for thing, pairs in arrived.items()}
    observations.replace(cursor, [pair for pairs in news.values() for pair in pairs])
    for (source, event, fault), deliveries in told.idle.items():
        _count_idle(cursor, source, event, fault, deliveries)
    return {thing for thing, pairs in news.items() if pairs}


def _count_idle(cursor: Cursor, source: str, event: str, fault: str | None, deliveries: int) -> None:
    same = "source = ? AND event = ? AND fault IS NOT DISTINCT FROM ?"
    before = count(cursor, f"SELECT sum(deliveries) FROM idle_deliveries WHERE {same}", [source, event, fault])  # noqa: S608
    cursor.execute(f"DELETE FROM idle_deliveries WHERE {same}", [source, event, fault])  # noqa: S608
    cursor.execute("INSERT INTO idle_deliveries VALUES (?, ?, ?, ?)", [source, event, fault, before + deliveries])


def _remake_all(cursor: Cursor, rules: Rules) -> None:
    names = observations.repository_names(cursor)
    observations.remember_former_names(cursor, names)
    told = {names.identity(thing) for thing in observations.told_things(cursor)}
    _remake(cursor, told.union(observations.made_things(cursor)), names, rules)


def _remake(cursor: Cursor, identities: Collection[Thing], names: Names, rules: Rules) -> None:
    """The records of things, by the present names of their repositories, by what is known of them now."""
    ordered = sorted(identities)
    for start in range(0, len(ordered), MOST_THINGS_AT_ONCE):
        part = ordered[start : start + MOST_THINGS_AT_ONCE]
        told_as = {identity: names.told_as(identity) for identity in part}
        known = observations.of_things(cursor, [thing for things in told_as.values() for thing in things])
        told = {
            identity: [names.retold(each) for thing in things for each in known.get(thing, ())]
            for identity, things in told_as.items()
        }
        _replace_records(cursor, {identity: assemble(each, rules) for identity, each in told.items()})


def _news(known: Sequence[Observation], arrived: Sequence[tuple[Observation, int]]) -> list[tuple[Observation, int]]:
    """Of what arrived on one thing, what holds now and was not known; with the number of the delivery."""
    seqs = {id(told): seq for told, seq in arrived}
    holds = latest([*known, *(told for told, _ in arrived)])
    return [(told, seqs[id(told)]) for told in holds.values() if id(told) in seqs]


def _replace_records(cursor: Cursor, made: Mapping[Thing, Rows]) -> None:
    """Things make these records now: those they made before and no longer do leave, new and changed ones are loaded, facts follow."""
    before = observations.records_of(cursor, made.keys())
    leaving: dict[str, list[Fields]] = defaultdict(list)
    coming: dict[str, list[Fields]] = defaultdict(list)
    changed = {}
    for thing, rows in made.items():
        held = before.get(thing, {})
        if held == rows:
            continue
        changed[thing] = rows
        for kind in held.keys() | rows.keys():
            old, new = held.get(kind, ()), rows.get(kind, ())
            leaving[kind] += [row for row in old if row not in new]
            coming[kind] += [row for row in new if row not in old]
    observations.remember_records(cursor, changed)
    gone, arriving = _tables(leaving), _tables(coming)
    if not gone and not arriving:
        return
    claim(cursor, "real")
    repos = affected_repos(cursor, gone) | affected_repos(cursor, arriving)
    # Backwards, because members name teams: a team that left first would leave its members behind.
    for kind in reversed(list(RECORDS)):
        if kind in gone:
            unload_kind(cursor, kind, gone[kind])
    for kind, table in arriving.items():
        load_kind(cursor, kind, table)
    repos |= affected_repos(cursor, arriving)
    derive(cursor, repos, gone.keys() | arriving.keys())
    stamp(cursor)


def _tables(rows: Mapping[str, Sequence[Fields]]) -> dict[str, pa.Table]:
    """Tables by kind, in the order of loading; kinds without a row that fits are left out."""
    fitting = {kind: _fitting(kind, rows[kind]) for kind in RECORDS if rows.get(kind)}
    return {kind: _table(kind, kept) for kind, kept in fitting.items() if kept}


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
