"""The decision on each environment, made once when its name first comes in or when the rules change."""

import json

import duckdb
import pyarrow as pa

from koalr_server.sources.environments import is_production
from koalr_server.sources.rules import Rules
from koalr_server.store.merging import stage

Cursor = duckdb.DuckDBPyConnection

RULES = "source_rules"
SAID = (None, True, False)


def decide_environments(cursor: Cursor) -> None:
    """Decide on environments that have no decision yet, by the rules that the store's records are made by."""
    arrived = cursor.execute("SELECT DISTINCT env FROM deployments ANTI JOIN environments USING (env)").fetchall()
    if not arrived:
        return
    patterns = rules_held(cursor).production_environments
    rows = [
        {"env": env, "said_production": said, "is_production": is_production(env, said, patterns)}
        for (env,) in arrived
        for said in SAID
    ]
    columns = [("env", pa.string()), ("said_production", pa.bool_()), ("is_production", pa.bool_())]
    stage(cursor, "decided", pa.Table.from_pylist(rows, pa.schema(columns)))
    cursor.execute("INSERT INTO environments BY NAME SELECT * EXCLUDE ordinal FROM decided")


def forget_environments(cursor: Cursor) -> None:
    """Have all of them decided anew."""
    cursor.execute("DELETE FROM environments")


def rules_held(cursor: Cursor) -> Rules:
    """Those that the store's records are made by; the usual ones where none were ever agreed on."""
    row = cursor.execute("SELECT value FROM meta WHERE name = ?", [RULES]).fetchone()
    return Rules(**json.loads(row[0])) if row else Rules()
