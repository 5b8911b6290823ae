"""The worked examples of docs/METRICS.md, imported as the files they are and asked over the real implementation."""

import io
from typing import Any

import pytest

from koalr_server.ingest.files import read_file
from koalr_server.records import COPILOT_KINDS
from koalr_server.settings import parse_instant
from koalr_server.store.database import Database
from koalr_server.store.gateway import LocalAccess
from tests.integration.server.copilot_rows import copilot_table
from tests.integration.server.loaded import Loaded
from tests.oracle.examples import DOCUMENT, Example, read_examples, value_at

EXAMPLES = read_examples(DOCUMENT.read_text(encoding="utf-8"))
LISTS = {"deployments": "deployments", "pull-requests": "pull_requests", "incidents": "incidents"}


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: f"{example.heading}-{example.question}-{example.now}")
def test_an_example_comes_out_as_stated(example: Example) -> None:
    database = Database.in_memory()
    tables = {}
    for kind, text in example.files.items():
        if kind in COPILOT_KINDS:
            tables[kind] = copilot_table(kind, example.organisation[kind])
            continue
        imported = read_file(kind, io.StringIO(text, newline=""), f"{kind}.csv")
        assert not imported.faults
        tables[kind] = imported.table
    LocalAccess(database).call("load", {}, tables)
    loaded = Loaded(database, parse_instant(example.now))
    answer = answered(loaded, example)
    assert {path: value_at(answer, path) for path in example.expected} == pytest.approx(example.expected)
    database.close()


def answered(loaded: Loaded, example: Example) -> dict[str, Any]:
    if example.question in LISTS:
        rows = loaded.rows(LISTS[example.question], example.days, example.team)
        return {"data": rows, "total": len(rows)}
    if example.question == "forecast-delivery":
        return loaded.forecast_delivery(example.items, example.team)
    if example.question == "forecast-backlog":
        return loaded.forecast_backlog(example.team)
    if example.pull_request:
        return loaded.pr_risk(*example.pull_request)
    return loaded.metric(example.question.replace("-", "_"), example.days, example.team)
