"""Every pull request's signals and score equal the slow plain-Python reading, on random organisations with files and messages."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest

from koalr_server.store.database import Database
from tests.integration.server.loaded import Loaded, import_rows
from tests.integration.server.test_against_oracle import approximately
from tests.oracle import metrics as oracle
from tests.oracle.chance import LAST_DAY
from tests.oracle.organisations import NOWS, random_organisation
from tests.oracle.random_content import with_content
from tests.oracle.rows import Organisation, instant

SEEDS_AND_SIZES = [(0, 12), (1, 24), (2, 45), (3, 45), (4, 60)]


@pytest.fixture(scope="module", params=SEEDS_AND_SIZES, ids=str)
def case(request: pytest.FixtureRequest) -> Iterator[tuple[Organisation, Loaded]]:
    seed, size = request.param
    organisation = with_content(random_organisation(seed, size), seed)
    database = Database.in_memory()
    import_rows(database, organisation)
    yield organisation, Loaded(database, NOWS[seed % len(NOWS)])
    database.close()


def sample_of(organisation: Organisation, now: datetime) -> list[dict[str, Any]]:
    """Every third pull request opened by now: the oracle is slow."""
    return [row for row in organisation["pull_requests"][::3] if (instant(row["createdAt"]) or now) <= now]


def test_signals_and_score_equal_the_oracle(case: tuple[Organisation, Loaded]) -> None:
    organisation, loaded = case
    for row in sample_of(organisation, loaded.now):
        expected = oracle.pr_risk(organisation, loaded.now, row["repo"], row["number"])
        got = loaded.pr_risk(row["repo"], row["number"])
        assert {name: got[name] for name in expected} == approximately(expected), (row["repo"], row["number"])


def test_the_list_shows_the_score_of_the_endpoint(case: tuple[Organisation, Loaded]) -> None:
    _, loaded = case
    rows = loaded.rows("pull_requests", 90)
    for row in rows[::3]:
        assert loaded.pr_risk(row["repo"], row["number"])["riskScore"] == row["riskScore"]


def test_the_cases_are_worth_comparing() -> None:
    seen: set[str] = set()
    for seed, size in SEEDS_AND_SIZES:
        organisation = with_content(random_organisation(seed, size), seed)
        for row in sample_of(organisation, LAST_DAY):
            found = oracle.pr_risk(organisation, LAST_DAY, row["repo"], row["number"])
            seen |= {str(found["tier"]), "open" if row["mergedAt"] is None else "merged"}
            seen |= {f"{name} known" for name, value in found["signals"].items() if value}
            seen |= {f"{name} unknown" for name, value in found["signals"].items() if value is None}
    known = {f"{name} known" for name in found["signals"]} - {"coverageDelta known", "codeownersCompliance known"}
    unknown = {f"{name} unknown" for name in found["signals"]} - {"outOfHours unknown"}
    assert known | unknown | {"open", "merged", "None", "low", "medium", "high", "critical"} <= seen
