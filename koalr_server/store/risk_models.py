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
EDITION = "1"
# A sum and an exclusive or of hashes: neither depends on the order of rows, and together nothing cancels out.
FINGERPRINTS = """
SELECT quarter, concat_ws(' ', ?, count(repo), sum(mark::HUGEINT), bit_xor(mark)) AS fingerprint
FROM (SELECT quarter, repo, hash(fingerprint, codeowners_compliance, outcome) AS mark FROM training_sets)
GROUP BY quarter ORDER BY quarter
"""
MEASURES = ", ".join(f"CAST(s.{signal.measure} AS DOUBLE) AS {signal.measure}" for signal in SIGNALS)
TRAINING = f"""
SELECT t.merged_at, CAST(t.outcome AS DOUBLE) AS outcome, {MEASURES}
FROM training_sets t JOIN pull_request_signals s ON s.repo = t.repo AND s.number = t.number
WHERE t.quarter = ? ORDER BY t.merged_at, t.repo, t.number
"""  # noqa: S608 - our own text


def refresh_models(cursor: Cursor) -> list[datetime]:
    """Make the models whose training set (temporary table `training_sets`) changed; answers their quarters."""
    current = dict(cursor.execute(FINGERPRINTS, [f"{EDITION} {default_model().name}"]).fetchall())
    stored = dict(cursor.execute("SELECT quarter, fingerprint FROM risk_models").fetchall())
    changed = [quarter for quarter, fingerprint in current.items() if stored.get(quarter) != fingerprint]
    gone = [quarter for quarter in stored if quarter not in current]
    models = [_made(cursor, quarter) for quarter in changed]
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
    rows = cursor.execute(TRAINING, [quarter]).to_arrow_table()
    known = KnownChanges(columns_of(rows), rows["outcome"].to_numpy(), rows["merged_at"].to_pylist())
    return model_in_force(quarter, known)
