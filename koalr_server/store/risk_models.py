"""Keeps a model for each quarter with merged pull requests, made anew when what it was made from has changed."""

from datetime import datetime

import duckdb
import numpy as np
import pyarrow as pa

from koalr_server.risk.documents import default_model
from koalr_server.risk.model_in_force import KnownChanges, ModelInForce, model_in_force, read_model_in_force
from koalr_server.risk.signals import SIGNALS
from koalr_server.store.merging import stage

Cursor = duckdb.DuckDBPyConnection

# Raised whenever models come out otherwise from the same pull requests.
EDITION = "3"
# What was known when a quarter began. A pull request merged less than 30 days before has no outcome yet, and what failed
# later had not failed yet.
KNOWN = "s.merged_at >= {quarter} - INTERVAL 2 YEAR AND s.merged_at < {quarter} AND NOT s.is_bot"
OUTCOME = """
CASE WHEN s.merged_at >= {quarter} - INTERVAL 30 DAY THEN NULL
     WHEN s.reverted_at < {quarter} THEN 1
     WHEN s.failed_at < {quarter} THEN s.failed_share
     ELSE 0 END
"""
# A sum and an exclusive or of hashes: neither depends on the order of rows, and together nothing cancels out.
FINGERPRINTS = f"""
WITH quarters AS (
    SELECT DISTINCT date_trunc('quarter', merged_at)::TIMESTAMP AS quarter FROM pull_request_signals WHERE merged_at IS NOT NULL
),
marks AS (
    SELECT q.quarter, s.repo, hash(s.fingerprint, s.codeowners_compliance, {OUTCOME.format(quarter="q.quarter")}) AS mark
    FROM quarters q LEFT JOIN pull_request_signals s ON {KNOWN.format(quarter="q.quarter")}
)
SELECT quarter, concat_ws(' ', $edition, count(repo), sum(mark::HUGEINT), bit_xor(mark)) AS fingerprint
FROM marks GROUP BY quarter ORDER BY quarter
"""  # noqa: S608 - our own text
MEASURES = ", ".join(f"CAST(s.{signal.measure} AS DOUBLE) AS {signal.measure}" for signal in SIGNALS)
TRAINING = f"""
SELECT s.merged_at, CAST({OUTCOME.format(quarter="$quarter")} AS DOUBLE) AS outcome, {MEASURES}
FROM pull_request_signals s WHERE {KNOWN.format(quarter="$quarter")} ORDER BY s.merged_at, s.repo, s.number
"""  # noqa: S608 - our own text


def refresh_models(cursor: Cursor) -> list[datetime]:
    """Make the models whose training set changed; answers their quarters."""
    current = dict(cursor.execute(FINGERPRINTS, {"edition": f"{EDITION} {default_model().name}"}).fetchall())
    stored = dict(cursor.execute("SELECT quarter, fingerprint FROM risk_models").fetchall())
    changed = [quarter for quarter, fingerprint in current.items() if stored.get(quarter) != fingerprint]
    gone = [quarter for quarter in stored if quarter not in current]
    models = [_made(cursor, quarter) for quarter in changed]
    if changed or gone:
        cursor.execute("DELETE FROM risk_models WHERE quarter IN (SELECT unnest(?::TIMESTAMP[]))", [changed + gone])
    if models:
        rows = [(model.quarter, current[model.quarter], model.text()) for model in models]
        names = ("quarter", "fingerprint", "document")
        stage(cursor, "made_models", pa.table(dict(zip(names, zip(*rows, strict=True), strict=True))))
        cursor.execute("INSERT INTO risk_models BY NAME SELECT quarter, fingerprint, document FROM made_models")
    return changed


def stored_model(cursor: Cursor, quarter: datetime) -> ModelInForce:
    """The model of a quarter with merged pull requests."""
    (found,) = cursor.execute("SELECT document FROM risk_models WHERE quarter = ?", [quarter]).fetchall()
    return read_model_in_force(found[0])


def columns_of(table: pa.Table) -> dict[str, np.ndarray[tuple[int], np.dtype[np.float64]]]:
    """The features of rows of MEASURES, NaN where unknown."""
    # Through Arrow, where null is NaN: the engine's own numpy reader masks, and masks take long to import.
    return {signal.feature: table[signal.measure].to_numpy() for signal in SIGNALS}


def _made(cursor: Cursor, quarter: datetime) -> ModelInForce:
    rows = cursor.execute(TRAINING, {"quarter": quarter}).to_arrow_table()
    known = KnownChanges(columns_of(rows), rows["outcome"].to_numpy(), rows["merged_at"].to_numpy())
    return model_in_force(quarter, known)
