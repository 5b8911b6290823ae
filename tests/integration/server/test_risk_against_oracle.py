"""Every pull request's risk equals the slow plain-Python reading, on random organisations with files and messages."""

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

# Size 12: too few to compare with; size 24: the organisation is large enough; size 45: most repositories are.
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
    """Every fourth pull request opened by now: the oracle is slow."""
    return [row for row in organisation["pull_requests"][::4] if (instant(row["createdAt"]) or now) <= now]


def test_signals_and_score_equal_the_oracle(case: tuple[Organisation, Loaded]) -> None:
    organisation, loaded = case
    for row in sample_of(organisation, loaded.now):
        expected = oracle.pr_risk(organisation, loaded.now, row["repo"], row["number"])
        ranks = {name: None if rank is None else float(rank) for name, rank in expected.pop("ranks").items()}
        got = loaded.pr_risk(row["repo"], row["number"])
        assert {name: got[name] for name in expected} == approximately(expected)
        assert {name: found["rank"] for name, found in got["signalRanks"].items()} == approximately(ranks)


def test_the_list_shows_the_score_of_the_endpoint(case: tuple[Organisation, Loaded]) -> None:
    _, loaded = case
    rows = loaded.rows("pull_requests", 90)
    for row in rows[::3]:
        assert loaded.pr_risk(row["repo"], row["number"])["riskScore"] == row["riskScore"]


def test_loading_in_two_steps_gives_the_same_scores(case: tuple[Organisation, Loaded]) -> None:
    organisation, loaded = case
    half = {**organisation, "pull_requests": organisation["pull_requests"][::2], "commits": []}
    database = Database.in_memory()
    import_rows(database, half)
    import_rows(database, organisation)
    later = Loaded(database, loaded.now)
    assert later.rows("pull_requests", 90) == loaded.rows("pull_requests", 90)
    database.close()


def test_what_is_merged_later_changes_no_score_given_before(case: tuple[Organisation, Loaded]) -> None:
    organisation, loaded = case
    known = [row for row in organisation["pull_requests"] if (instant(row["mergedAt"]) or LAST_DAY) <= loaded.now]
    database = Database.in_memory()
    import_rows(database, {**organisation, "pull_requests": known})
    earlier = Loaded(database, loaded.now)
    assert earlier.rows("pull_requests", 90) == loaded.rows("pull_requests", 90)
    database.close()


def test_the_cases_are_worth_comparing() -> None:
    seen: set[str] = set()
    for seed, size in SEEDS_AND_SIZES:
        organisation = with_content(random_organisation(seed, size), seed)
        for row in sample_of(organisation, LAST_DAY):
            found = oracle.pr_risk(organisation, LAST_DAY, row["repo"], row["number"])
            seen |= {found["comparedAmong"], str(found["tier"])}
            seen |= {f"{name} known" for name, value in found["signals"].items() if value not in (None, 0, 1)}
            seen |= {f"{name} unknown" for name, value in found["signals"].items() if value is None}
            seen |= {"open"} if row["mergedAt"] is None else set()
    signals = ("changeEntropy", "authorFileExpertise", "aiAuthoredRatio")
    wanted = {"repository", "organisation", "open", "None", "low", "medium", "high", "critical"}
    assert wanted | {f"{name} {state}" for name in signals for state in ("known", "unknown")} <= seen
