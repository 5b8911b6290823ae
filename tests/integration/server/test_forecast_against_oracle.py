"""Histories, backlogs and forecasts equal the exact reading, on random organisations."""

from collections.abc import Iterator
from datetime import date

import pytest

from koalr_server.store.database import Database
from tests.integration.server.loaded import Loaded, import_rows
from tests.integration.server.test_against_oracle import approximately
from tests.oracle import forecast as oracle
from tests.oracle.belonging import scope_of
from tests.oracle.flow import read_items
from tests.oracle.organisations import NOWS, random_organisation
from tests.oracle.rows import Organisation

SEEDS = range(12)
# Five standard deviations of a share of 10,000 runs.
NOISE = 0.025


@pytest.fixture(scope="module", params=SEEDS)
def case(request: pytest.FixtureRequest) -> Iterator[tuple[Organisation, Loaded]]:
    organisation = random_organisation(request.param)
    database = Database.in_memory()
    import_rows(database, organisation)
    yield organisation, Loaded(database, NOWS[request.param % len(NOWS)])
    database.close()


def teams_of(organisation: Organisation) -> list[str | None]:
    return [None, *(row["name"] for row in organisation["teams"])]


def test_the_history_equals_the_oracle(case: tuple[Organisation, Loaded]) -> None:
    organisation, loaded = case
    for team in teams_of(organisation):
        items = read_items(organisation, scope_of(organisation, team), loaded.now)
        got = loaded.history(team)
        assert list(got.finished) == [finished for _, finished in oracle.history(items, loaded.now)], team
        assert list(got.weekly) == oracle.weekly(items, loaded.now), team
        assert got.backlog_size == oracle.backlog_size(items, loaded.now), team


def test_the_backlog_forecast_equals_the_oracle_but_for_chance(case: tuple[Organisation, Loaded]) -> None:
    organisation, loaded = case
    for team in teams_of(organisation):
        expected = oracle.forecast_backlog(organisation, loaded.now, team)
        got = loaded.forecast_backlog(team)
        exact = ("weeklyThroughputP50", "weeklyThroughputP85", "backlogSize")
        assert {name: got[name] for name in exact} == approximately({name: expected[name] for name in exact})
        assert [weeks is None for weeks in got["weeksToEmpty"].values()] == [
            weeks is None for weeks in expected["weeksToEmpty"].values()
        ]


def test_delivery_dates_are_those_of_the_exact_distribution(case: tuple[Organisation, Loaded]) -> None:
    organisation, loaded = case
    items = read_items(organisation, scope_of(organisation, None), loaded.now)
    finished = oracle.history(items, loaded.now)
    got = loaded.forecast_delivery(25)
    if got["reason"] is not None:
        assert oracle.days_to_finish(finished, 25, "plain") == [None] * 3
        return
    weeks = oracle.on_record(oracle.whole_weeks([done for _, done in finished]))
    for model, dates in (("plain", got["plain"]), (got["model"], got)):
        if model not in oracle.SPECIFIED:
            continue
        shares = oracle.shares_done(weeks, 25, model)
        for name, share in zip(oracle.NAMES, oracle.READ_AT.get(model, oracle.READ_LATER), strict=True):
            day = (date.fromisoformat(dates[name]) - loaded.now.date()).days
            assert shares[min(day, len(shares) - 1)] > share - NOISE
            assert shares[min(day - 1, len(shares) - 1)] < share + NOISE
