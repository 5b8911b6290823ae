"""The sample behind the API in this process, and how many cases a run makes.

FUZZ_EXAMPLES is the number of cases per operation and kind of data, FUZZ_SEED decides which.
"""

import itertools
import os
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import pytest
import schemathesis
from schemathesis.config import SchemathesisConfig
from starlette.types import ASGIApp

from koalr_server.clock import Calendar
from koalr_server.commands.sampling import load_into
from koalr_server.http.app import create_server
from koalr_server.http.service import Service
from koalr_server.keys import new_key
from koalr_server.store.custom_metrics import saved_metrics
from koalr_server.store.database import Database
from koalr_server.store.gateway import LocalAccess

EXAMPLES = int(os.environ.get("FUZZ_EXAMPLES", "60"))
SEED = int(os.environ.get("FUZZ_SEED", "20250331"))
NOW = datetime(2025, 3, 31, 23, 59, 59, tzinfo=UTC)
# The key comes with every request from here, so the generator leaves it alone; it asks without it on its own account.
CONFIG = {"generation": {"with-security-parameters": False}}


@dataclass
class Fuzzed:
    """The application, a key for it, what exists in it, and the cases made so far by operation."""

    app: ASGIApp
    key: str
    schema: Any
    known: dict[str, list[Any]]
    cases: Counter[str] = field(default_factory=Counter)


MADE = Counter[str]()


@pytest.fixture(scope="session")
def fuzzed() -> Iterator[Fuzzed]:
    database = Database.in_memory()
    access = LocalAccess(database)
    load_into(access, shifted=False)
    key = new_key()
    access.call("create_key", {"key": key, "name": "fuzz", "scopes": ["read"], "teams": [], "limit": 1_000_000})
    # More than a minute passes between two requests: what comes without a key must get 401, not 429.
    minutes = itertools.count(1_800_000_000, 61)
    app = create_server(Service(database, Calendar(as_of=NOW)), clock=lambda: float(next(minutes)))
    schema = schemathesis.openapi.from_asgi("/api/openapi.json", app, config=SchemathesisConfig.from_dict(CONFIG))
    yield Fuzzed(app, key, schema, known_values(database), MADE)
    database.close()


def known_values(database: Database) -> dict[str, list[Any]]:
    """Teams, custom metrics and pull requests that exist: chance alone would not find one."""
    pulls = database.rows("SELECT repo, number FROM pull_requests WHERE merged_at IS NOT NULL ORDER BY ALL LIMIT 200")
    return {
        "teamId": [row["team_id"] for row in database.rows("SELECT team_id FROM teams ORDER BY team_id")],
        "slug": sorted(saved_metrics(database)),
        "body": [
            dict(zip(("owner", "repo", "prNumber"), (*row["repo"].split("/"), row["number"]), strict=True))
            for row in pulls
        ],
    }


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say how much was tried, and how to try it again."""
    if MADE:
        terminalreporter.write_line(f"fuzz: {MADE.total():,} cases, FUZZ_SEED={SEED} FUZZ_EXAMPLES={EXAMPLES}")
