"""The worked example of docs/CUSTOM_METRICS.md comes out as stated, here and in the oracle."""

import io
import json
import re
from datetime import timedelta

from koalr_server.custom.answer import answer
from koalr_server.custom.documents import read_documents
from koalr_server.custom.validation import read_definition
from koalr_server.ingest.files import read_file
from koalr_server.settings import parse_instant
from koalr_server.store.database import Database
from koalr_server.store.gateway import LocalAccess
from tests.integration.server.loaded import Loaded
from tests.oracle.custom_metrics import CustomMetrics
from tests.oracle.examples import _rows, value_at
from tests.oracle.rows import KINDS
from tests.oracle.sight import Sight
from tests.unit.test_custom_metrics_page import PAGE


def test_the_worked_example_comes_out_as_stated() -> None:
    (table,) = re.findall(r"^```csv pull_requests\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
    (text, *_) = re.findall(r"^```toml\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
    ((days, now, stated),) = re.findall(
        r"^Result \(p95-cycle-time, days = (\d+), now = ([^)]+)\): (.+)$", PAGE, re.MULTILINE
    )
    expected = {path: json.loads(value) for path, value in (each.split(" = ") for each in stated.split("; "))}
    ((_, document),) = read_documents(text.encode(), "example.toml")
    definition, _ = read_definition(document)
    assert definition is not None

    database = Database.in_memory()
    LocalAccess(database).call(
        "load", {}, {"pull_requests": read_file("pull_requests", io.StringIO(table), "p.csv").table}
    )
    loaded = Loaded(database, parse_instant(now))
    served = answer(definition, loaded.service.query, loaded.now, int(days), loaded.scope(None), timedelta(0))
    database.close()
    rows = {**{kind: [] for kind in KINDS}, "pull_requests": _rows(table)}
    told = CustomMetrics(Sight(rows, loaded.now)).answer(dict(definition.document), int(days))
    for found in (served, told):
        assert {path: value_at(found, path) for path in expected} == expected
