"""Derives the signals of pull requests and, for merged ones, their risk score."""

from typing import Any

import duckdb
import numpy as np
import pyarrow as pa

from koalr_server.history.agents import is_agent, names_agent
from koalr_server.risk.ranks import MEASURES, Assessment, Sweep, assess
from koalr_server.store.merging import stage

Cursor = duckdb.DuckDBPyConnection

MEASURED = "churn, changed_files, change_entropy, 1 - author_file_expertise AS unfamiliarity"
RISK = pa.schema(
    [
        ("repo", pa.string()),
        ("number", pa.int64()),
        ("score", pa.int64()),
        ("compared_with", pa.int64()),
        ("compared_among", pa.string()),
        *((f"{measure}_rank", pa.float64()) for measure in MEASURES),
    ]
)


def derive_risk(cursor: Cursor, signals_sql: str) -> None:
    """Rebuild the signals of the `affected` repositories, and every score that may differ now."""
    _stage_assisted_commits(cursor)
    cursor.execute(signals_sql)
    cursor.execute("DELETE FROM pull_request_risk WHERE repo IN (SELECT repo FROM affected)")
    # Scores that rest on the whole organisation depend on the affected repositories too.
    subjects = cursor.execute(
        f"""SELECT s.repo, s.number, CAST(epoch(s.merged_at) AS BIGINT), {MEASURED}
        FROM pull_request_signals s LEFT JOIN pull_request_risk r USING (repo, number)
        WHERE s.merged_at IS NOT NULL
          AND (s.repo IN (SELECT repo FROM affected) OR r.compared_among = 'organisation')"""  # noqa: S608 - our own text
    ).fetchall()
    cursor.execute("DELETE FROM pull_request_risk WHERE compared_among = 'organisation'")
    stage(cursor, "assessed", _assessed(cursor, subjects))
    cursor.execute("INSERT INTO pull_request_risk BY NAME SELECT * EXCLUDE (ordinal) FROM assessed")
    # Lists are read far more often than scores change, so the score stands in the row itself.
    cursor.execute(
        """UPDATE pull_request_facts SET risk_score = a.score FROM assessed a
        WHERE a.repo = pull_request_facts.repo AND a.number = pull_request_facts.number"""
    )


def _stage_assisted_commits(cursor: Cursor) -> None:
    """Temporary table `assisted_commits`: those an AI agent wrote or is named in as a co-author."""
    people = cursor.execute(
        "SELECT DISTINCT author, author_email FROM commits WHERE repo IN (SELECT repo FROM affected)"
    ).fetchall()
    agents = [person for person in people if is_agent(*person)]
    names, emails = zip(*agents, strict=True) if agents else ((), ())
    stage(
        cursor,
        "agents",
        pa.table({"author": pa.array(names, pa.string()), "author_email": pa.array(emails, pa.string())}),
    )
    told = cursor.execute(
        """SELECT repo, sha, message FROM commits
        WHERE repo IN (SELECT repo FROM affected) AND contains(lower(message), 'co-authored-by:')"""
    ).fetchall()
    signed = [(repo, sha) for repo, sha, message in told if names_agent(message)]
    repos, shas = zip(*signed, strict=True) if signed else ((), ())
    stage(
        cursor, "signed_commits", pa.table({"repo": pa.array(repos, pa.string()), "sha": pa.array(shas, pa.string())})
    )
    cursor.execute(
        """CREATE OR REPLACE TEMP TABLE assisted_commits AS
        SELECT repo, sha FROM signed_commits
        UNION
        SELECT c.repo, c.sha FROM commits c JOIN agents a
            ON c.author IS NOT DISTINCT FROM a.author AND c.author_email IS NOT DISTINCT FROM a.author_email
        WHERE c.repo IN (SELECT repo FROM affected)"""
    )


def _assessed(cursor: Cursor, subjects: list[tuple[Any, ...]]) -> pa.Table:
    """Scores of (repo, number, epoch seconds of the merge, measures...) as rows of pull_request_risk."""
    by_repo, organisation = _peers(cursor)
    nobody = Sweep(np.empty(0, np.int64), np.empty((len(MEASURES), 0)))
    columns: list[list[Any]] = [[] for _ in RISK]
    for repo, number, merged_at, *measures in sorted(subjects, key=lambda subject: subject[2]):
        found = assess(measures, merged_at, by_repo.get(repo, nobody), organisation)
        for column, value in zip(columns, _row(repo, number, found), strict=True):
            column.append(value)
    arrays = [pa.array(column, field.type) for column, field in zip(columns, RISK, strict=True)]
    return pa.Table.from_arrays(arrays, schema=RISK)


def _row(repo: str, number: int, found: Assessment) -> tuple[Any, ...]:
    return (repo, number, found.score, found.compared_with, found.compared_among, *found.ranks)


def _peers(cursor: Cursor) -> tuple[dict[str, Sweep], Sweep]:
    """Merged pull requests of people, by repository and all together."""
    found = cursor.execute(
        f"""SELECT repo, CAST(epoch(merged_at) AS BIGINT) AS merged_at, {MEASURED} FROM pull_request_signals
        WHERE merged_at IS NOT NULL AND NOT is_bot ORDER BY repo, pull_request_signals.merged_at"""  # noqa: S608 - our own text
    ).to_arrow_table()
    # Through Arrow, where null is NaN: the engine's own numpy reader masks, and masks take long to import.
    repos, merged_at = np.array(found["repo"].to_pylist(), str), found["merged_at"].to_numpy()
    measures = np.stack([found[measure].cast(pa.float64()).to_numpy() for measure in MEASURES])
    names, starts = np.unique(repos, return_index=True)
    ends = np.append(starts[1:], len(repos))
    by_repo = {
        str(name): Sweep(merged_at[start:end], measures[:, start:end])
        for name, start, end in zip(names, starts, ends[: len(names)], strict=True)
    }
    order = np.argsort(merged_at, kind="stable")
    return by_repo, Sweep(merged_at[order], measures[:, order])
