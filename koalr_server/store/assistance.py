"""Which commits and pull requests an AI agent had a hand in (history/agents.py has the rule)."""

from collections.abc import Sequence

import duckdb
import pyarrow as pa

from koalr_server.history.agents import is_agent, merges_agent_branch, names_agent
from koalr_server.store.merging import stage

Cursor = duckdb.DuckDBPyConnection


def stage_assistance(cursor: Cursor) -> None:
    """Temporary tables `assisted_commits` (repo, sha) and `agent_branches` (repo, number) of the affected repositories."""
    people = cursor.execute(
        "SELECT DISTINCT author, author_email FROM commits WHERE repo IN (SELECT repo FROM affected)"
    ).fetchall()
    _stage(cursor, "agents", ("author", "author_email"), [person for person in people if is_agent(*person)])
    told = cursor.execute(
        """SELECT repo, sha, message FROM commits
        WHERE repo IN (SELECT repo FROM affected) AND contains(lower(message), 'co-authored-by:')"""
    ).fetchall()
    signed = [(repo, sha) for repo, sha, message in told if names_agent(message)]
    _stage(cursor, "signed_commits", ("repo", "sha"), signed)
    cursor.execute(
        """CREATE OR REPLACE TEMP TABLE assisted_commits AS
        SELECT repo, sha FROM signed_commits
        UNION
        SELECT c.repo, c.sha FROM commits c JOIN agents a
            ON c.author IS NOT DISTINCT FROM a.author AND c.author_email IS NOT DISTINCT FROM a.author_email
        WHERE c.repo IN (SELECT repo FROM affected)"""
    )
    merges = cursor.execute(
        """SELECT p.repo, p.number, c.message FROM pull_request_facts p
        JOIN commits c ON c.repo = p.repo AND c.sha = p.landing_shas[1] AND len(c.parents) > 1
        WHERE p.repo IN (SELECT repo FROM affected) AND p.merged_at IS NOT NULL"""
    ).fetchall()
    branches = [(repo, number) for repo, number, message in merges if merges_agent_branch(message)]
    _stage(cursor, "agent_branches", ("repo", "number"), branches, (pa.string(), pa.int64()))


def _stage(
    cursor: Cursor,
    name: str,
    columns: tuple[str, str],
    rows: Sequence[tuple[object, object]],
    types: tuple[pa.DataType, pa.DataType] = (pa.string(), pa.string()),
) -> None:
    values = zip(*rows, strict=True) if rows else ((), ())
    arrays = [pa.array(column, type_) for column, type_ in zip(values, types, strict=True)]
    stage(cursor, name, pa.Table.from_arrays(arrays, names=list(columns)))
