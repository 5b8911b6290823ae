"""Puts rows of Copilot's kinds, as the oracle has them, into the store."""

from collections.abc import Mapping, Sequence
from typing import Any

import pyarrow as pa

from koalr_server.ingest.files.values import value_of
from koalr_server.records import COPILOT_KINDS


def copilot_table(kind: str, rows: Sequence[Mapping[str, Any]]) -> pa.Table:
    """Rows with texts, numbers and ISO times as the table `load` takes."""
    fields = COPILOT_KINDS[kind].fields
    read = [{field.name: value_of(field, row.get(field.name)) for field in fields} for row in rows]
    return pa.Table.from_pylist(read, schema=COPILOT_KINDS[kind].schema())


def copilot_tables(organisation: Mapping[str, Sequence[Mapping[str, Any]]]) -> dict[str, pa.Table]:
    """The tables of every Copilot kind an organisation has."""
    return {kind: copilot_table(kind, organisation[kind]) for kind in COPILOT_KINDS if kind in organisation}
