"""Derives the signals of pull requests, the models of each quarter, and the scores of merged pull requests."""

from collections.abc import Mapping
from datetime import datetime
from itertools import groupby
from typing import Any, Literal

import duckdb
import pyarrow as pa

from koalr_server.risk.code_ownership import CODEOWNERS, compliances
from koalr_server.risk.moment_signals import JUDGED_COLUMNS, moment_signals
from koalr_server.risk.signals import measured_rows
from koalr_server.store.aside import Beside
from koalr_server.store.assistance import stage_assistance
from koalr_server.store.change_signals import stage_change_signals
from koalr_server.store.merging import stage
from koalr_server.store.risk_models import MEASURES, columns_of, refresh_models, stored_model

Cursor = duckdb.DuckDBPyConnection

MERGED = f"SELECT {JUDGED_COLUMNS}, merged_at AS judged_at FROM pull_request_facts WHERE merged_at IS NOT NULL"  # noqa: S608
AFFECTED = f"{MERGED} AND repo IN (SELECT repo FROM affected)"  # noqa: S608 - our own text, as above and below
OWNED = f"{MERGED} AND repo IN (SELECT repo FROM owned)"  # noqa: S608
SCORED = f"""
SELECT date_trunc('quarter', s.merged_at)::TIMESTAMP AS quarter, s.repo, s.number, {MEASURES}
FROM pull_request_signals s
WHERE s.merged_at IS NOT NULL AND (s.repo IN (SELECT repo FROM affected UNION SELECT repo FROM owned) OR quarter IN (SELECT unnest(?::TIMESTAMP[])))
ORDER BY quarter
"""  # noqa: S608 - our own text


def derive_risk(cursor: Cursor, sql: Mapping[str, str], work: Beside, people_changed: bool) -> None:
    """Rebuild the signals of the `affected` repositories, and every model and score that may differ now.

    Args:
        sql: the statements of derived/ by name.
        work: where facts and signals of the affected repositories are made.
        people_changed: whether teams or their members may have changed, who own code in repositories everywhere.
    """
    stage_assistance(cursor)
    cursor.execute(sql["change_histories"])
    stage_change_signals(cursor)
    cursor.execute(f"CREATE OR REPLACE TEMP TABLE moment_signals AS {moment_signals(AFFECTED)}")
    cursor.execute(sql["pull_request_signals"])
    _replace_compliance(cursor, "IN")
    # Models are made from the pull requests of all repositories.
    work.write("pull_request_signals")
    if people_changed:
        work.write()
        _replace_compliance(cursor, "NOT IN")
    changed_quarters = refresh_models(cursor)
    rescore(cursor, changed_quarters)
    if changed_quarters and work.write():
        # The facts of other repositories have not been aside.
        _note_scores(cursor)


def _replace_compliance(cursor: Cursor, which: Literal["IN", "NOT IN"]) -> None:
    """Whether owners approved, in repositories with CODEOWNERS that are affected or are not (temporary table `owned`)."""
    cursor.execute(
        f"""CREATE OR REPLACE TEMP TABLE owned AS
        SELECT DISTINCT repo FROM {CODEOWNERS} WHERE repo {which} (SELECT repo FROM affected)"""  # noqa: S608
    )

    def query(text: str, parameters: Mapping[str, object]) -> list[dict[str, Any]]:
        cursor.execute(text, parameters or None)
        names = [column[0] for column in cursor.description or ()]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]

    found = compliances(query, OWNED, {})
    table = pa.table(
        {
            "repo": pa.array([repo for repo, _ in found], pa.string()),
            "number": pa.array([number for _, number in found], pa.int64()),
            "approved": pa.array(found.values(), pa.bool_()),
        }
    )
    stage(cursor, "compliance", table)
    cursor.execute(
        """UPDATE pull_request_signals s SET codeowners_compliance = c.approved
        FROM (SELECT o.repo, o.number, c.approved FROM pull_request_signals o LEFT JOIN compliance c USING (repo, number)
              WHERE o.repo IN (SELECT repo FROM owned)) c
        WHERE c.repo = s.repo AND c.number = s.number AND s.codeowners_compliance IS DISTINCT FROM c.approved"""
    )


def rescore(cursor: Cursor, quarters: list[datetime]) -> None:
    """Score the merged pull requests of the affected repositories, and of quarters whose model changed, by their quarter's model.

    Lists are read far more often than scores change, so score and floors stand in the row itself.
    """
    rows = cursor.execute(SCORED, [quarters]).to_arrow_table()
    columns = columns_of(rows)
    scores: list[int | None] = []
    for quarter, some in groupby(rows["quarter"].to_pylist()):
        part = slice(len(scores), len(scores) + len(list(some)))
        model = stored_model(cursor, quarter).model
        own = {name: values[part] for name, values in columns.items()}
        found = zip(model.scores(model.probabilities(own)).tolist(), measured_rows(own).tolist(), strict=True)
        scores += [score if known else None for score, known in found]
    told = pa.array(scores, pa.int64())
    stage(cursor, "scores", rows.select(["repo", "number"]).append_column("score", told))
    cursor.execute(
        """CREATE OR REPLACE TEMP TABLE scored AS
        SELECT c.repo, c.number, c.score, s.schema_migration, s.open_incidents > 0 AS open_incident
        FROM scores c JOIN pull_request_signals s ON s.repo = c.repo AND s.number = c.number"""
    )
    _note_scores(cursor)


def _note_scores(cursor: Cursor) -> None:
    """Put what was `scored` into the facts, where it is not there."""
    cursor.execute(
        """UPDATE pull_request_facts p
        SET risk_score = c.score, has_schema_migration = c.schema_migration, has_open_incident = c.open_incident
        FROM scored c WHERE c.repo = p.repo AND c.number = p.number
            AND (c.score IS DISTINCT FROM p.risk_score OR c.schema_migration IS DISTINCT FROM p.has_schema_migration
                 OR c.open_incident IS DISTINCT FROM p.has_open_incident)"""
    )
