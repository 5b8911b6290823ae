"""Brings the store of an earlier version to this one's layout, without loading the data again."""

from collections.abc import Callable, Mapping
from typing import Any

import duckdb

Cursor = duckdb.DuckDBPyConnection
Derive = Callable[[Any], None]

DERIVED = (
    *("reached", "pull_request_facts", "changes", "deployment_facts", "incident_facts", "flow_items"),
    *("coverage_deltas", "pull_request_signals", "risk_models"),
)


def _to_2(cursor: Cursor) -> None:
    """Derived tables got spans of time; keys expire and know when they were used."""
    for table in DERIVED:
        cursor.execute(f"DROP TABLE IF EXISTS {table}")
    for column in ("expires_at", "last_used_at"):
        cursor.execute(f"ALTER TABLE api_keys ADD COLUMN IF NOT EXISTS {column} TIMESTAMP")


def _to_3(cursor: Cursor) -> None:
    """Pull requests know their failed checks; derived tables got more columns."""
    cursor.execute("ALTER TABLE pull_requests ADD COLUMN IF NOT EXISTS failed_checks BIGINT")
    for table in (*DERIVED, "pull_request_risk"):
        cursor.execute(f"DROP TABLE IF EXISTS {table}")
    # A head that is not known makes the next reading look for CODEOWNERS, even if there is no new commit.
    cursor.execute("DELETE FROM git_heads WHERE ref = 'HEAD'")


def _to_4(cursor: Cursor) -> None:
    """Code owners know the commit that made them so."""
    cursor.execute("ALTER TABLE codeowners ADD COLUMN IF NOT EXISTS sha VARCHAR")
    cursor.execute("DELETE FROM git_heads WHERE ref = 'HEAD'")


def _to_5(_cursor: Cursor) -> None:
    """There are tables for what tools send; the schema creates them."""


def _to_6(cursor: Cursor) -> None:
    """Names of repositories have a kind of their own, and deployments what their sender says of the environment."""
    cursor.execute("ALTER TABLE deployments ADD COLUMN IF NOT EXISTS said_production BOOLEAN")
    cursor.execute("DROP MACRO IF EXISTS is_production_env")
    numbered = "kind = 'repository' AND starts_with(facet, 'object:') AND facet <> 'object:None'"
    # A repository that was renamed is not gone.
    cursor.execute(
        f"""INSERT INTO observations BY NAME
        SELECT * REPLACE ('repository_name' AS kind, substr(facet, 8) AS facet) FROM observations WHERE {numbered}"""  # noqa: S608
    )
    cursor.execute(
        f"""DELETE FROM observations o WHERE {numbered} AND contains(fields, 'true') AND EXISTS (
            SELECT 1 FROM observations n WHERE n.kind = o.kind AND n.facet = o.facet AND n.key <> o.key)"""  # noqa: S608
    )
    # Commits of which a push had told first were left out of readings until now.
    cursor.execute("DELETE FROM git_heads WHERE repo IN (SELECT repo FROM pushed_commits)")
    # A text that is not as it would be written makes whoever reads the next deliveries make all records anew.
    cursor.execute("UPDATE meta SET value = value || ' ' WHERE name = 'source_rules'")


def _to_7(cursor: Cursor) -> None:
    """Checks are of their commit and no longer of the pull requests that their runs named.

    No store of the sixth layout says which readers read it, so whoever reads the next deliveries makes all records anew.
    """
    of_pull_requests = "kind = 'pull_request' AND starts_with(facet, 'check:')"
    head = '"headSha": "([0-9a-f]+)"'
    cursor.execute(
        f"""CREATE OR REPLACE TEMP TABLE moved_checks AS
        SELECT 'head' AS kind, split_part(key, '#', 1) || '@' || regexp_extract(fields, '{head}', 1) AS key, facet, version,
               regexp_replace(fields, '{head}, ', '') AS fields, seq
        FROM observations WHERE {of_pull_requests}
        UNION ALL BY NAME SELECT * FROM observations WHERE kind = 'head' AND starts_with(facet, 'check:')"""  # noqa: S608
    )
    cursor.execute(
        f"DELETE FROM observations WHERE {of_pull_requests} OR (kind = 'head' AND starts_with(facet, 'check:'))"  # noqa: S608
    )
    # As of observations of which one holds (sources/observation.py).
    cursor.execute(
        """INSERT INTO observations BY NAME SELECT * FROM moved_checks
        QUALIFY row_number() OVER (PARTITION BY kind, key, facet ORDER BY version DESC, fields DESC, seq) = 1"""
    )
    cursor.execute("DROP TABLE moved_checks")


# Layout found -> what leads to the next one.
STEPS: Mapping[str, tuple[str, Callable[[Cursor], None]]] = {
    "1": ("2", _to_2),
    "2": ("3", _to_3),
    "3": ("4", _to_4),
    "4": ("5", _to_5),
    "5": ("6", _to_6),
    "6": ("7", _to_7),
}


def upgrade(cursor: Cursor, found: str, schema: str, derive: Derive) -> str:
    """Run the steps from the layout found, then create what is missing and derive anew; answers the layout reached.

    Everything happens inside the caller's transaction, so an interrupted upgrade leaves the store as it was.
    """
    reached = found
    while reached in STEPS:
        reached, step = STEPS[reached]
        step(cursor)
    if reached != found:
        cursor.execute(schema)
        derive(cursor)
        cursor.execute("UPDATE meta SET value = ? WHERE name = 'schema_version'", [reached])
    return reached
