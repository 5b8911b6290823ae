"""Copilot's figures equal the slow plain-Python reading, on random organisations and on cases made by hand."""

from collections.abc import Iterator
from typing import Any

import pytest

from koalr_server.store.database import Database
from koalr_server.store.gateway import LocalAccess
from tests.integration.server.copilot_rows import copilot_tables
from tests.integration.server.loaded import Loaded, import_rows
from tests.integration.server.test_against_oracle import approximately
from tests.oracle import metrics as oracle
from tests.oracle.chance import NOWS
from tests.oracle.random_copilot import TEAMS, random_copilot
from tests.oracle.rows import Organisation, required_instant

SEEDS = range(16)
WINDOWS = (1, 30, 90)


def loaded_with(organisation: Organisation, now: Any) -> Loaded:
    database = Database.in_memory()
    import_rows(database, {kind: rows for kind, rows in organisation.items() if not kind.startswith("copilot")})
    LocalAccess(database).call("load", {}, copilot_tables(organisation))
    return Loaded(database, now)


@pytest.fixture(scope="module", params=SEEDS)
def case(request: pytest.FixtureRequest) -> Iterator[tuple[Organisation, Loaded]]:
    organisation = random_copilot(request.param)
    loaded = loaded_with(organisation, NOWS[request.param % len(NOWS)])
    yield organisation, loaded
    loaded.service.database.close()


def test_copilot_equals_the_oracle(case: tuple[Organisation, Loaded]) -> None:
    organisation, loaded = case
    for team in (None, *TEAMS):
        for days in WINDOWS:
            expected = oracle.copilot(organisation, loaded.now, days, team)
            assert loaded.metric("copilot", days, team) == approximately(expected), (team, days)


def test_the_random_organisations_are_worth_comparing() -> None:
    answers = [
        oracle.copilot(random_copilot(seed), NOWS[seed % len(NOWS)], days, team)
        for seed in SEEDS
        for days in WINDOWS
        for team in (None, "Growth")
    ]
    weeks = [week for answer in answers for week in answer["trend"]]
    assert {answer["activeFrom"] for answer in answers} == {"users", "seats", "days", None}
    assert {week["activeFrom"] for week in weeks} == {"users", "seats", "days", None}
    assert any(0 < (answer["adoptionRate"] or 0) < 1 for answer in answers)
    assert any(answer["acceptanceRate"] is None for answer in answers)
    assert len({answer["acceptanceRate"] for answer in answers}) > 12


def seat(login: str, **fields: str | None) -> dict[str, Any]:
    return {"login": login, "createdAt": "2025-01-01T00:00:00Z", **fields}


def use(
    login: str, day: str, suggested: int | None = None, accepted: int | None = None, lines: int | None = None
) -> Any:
    return {"login": login, "day": day, "suggested": suggested, "accepted": accepted, "linesAccepted": lines}


def total(source: str, organisation: str, day: str, active: int | None, *counts: int | None) -> Any:
    suggested, accepted, lines = counts or (None, None, None)
    row = {"source": source, "organisation": organisation, "day": day, "activeUsers": active}
    return row | {"suggested": suggested, "accepted": accepted, "linesAccepted": lines}


NOW = "2025-03-31T23:59:59Z"
DAY = "2025-03-10"
CASES: dict[str, tuple[Organisation, dict[str, Any]]] = {
    "nothing imported": (
        {},
        {"adoptionRate": None, "acceptanceRate": None, "estimatedHoursSaved": None, "seats": 0, "activeFrom": None},
    ),
    "seats nobody used and nothing else": (
        {"copilot_seats": [seat("ann")]},
        {"adoptionRate": None, "seats": 1, "activePeople": None},
    ),
    "a seat in two organisations counts once and lasts while either does": (
        {
            "copilot_seats": [seat("ann", endsOn="2025-01-31"), seat("ANN"), seat("bo")],
            "copilot_user_days": [use("Ann", DAY)],
        },
        {"adoptionRate": 0.5, "seats": 2, "activePeople": 1},
    ),
    "someone active without a seat is active and no adopter": (
        {"copilot_seats": [seat("ann")], "copilot_user_days": [use("bo", DAY), use("cleo", DAY)]},
        {"adoptionRate": 0, "activePeople": 2},
    ),
    "a seat that ended before the window or begins after it does not count": (
        {
            "copilot_seats": [
                seat("ann"),
                seat("bo", endsOn="2025-03-01"),
                seat("cleo") | {"createdAt": "2025-04-01T00:00:00Z"},
            ],
            "copilot_user_days": [use("ann", DAY)],
        },
        {"adoptionRate": 1, "seats": 1},
    ),
    "the organisation's day total rules over its people's days": (
        {
            "copilot_days": [total("report", "1", DAY, 1, 10, 5, 7), total("retired", "", DAY, 1, 99, 99, 99)],
            "copilot_user_days": [use("ann", DAY, 100, 100, 100), use("ann", "2025-03-11", 10, 1, 3)],
        },
        {"acceptanceRate": 0.3, "hoursSaved.acceptedLines": 10},
    ),
    "an enterprise's day total counts its organisations in": (
        {"copilot_days": [total("report", "1", DAY, 1, 10, 5, 7), total("report", "", DAY, 1, 20, 5, 9)]},
        {"acceptanceRate": 0.25, "hoursSaved.acceptedLines": 9},
    ),
    "organisations add up": (
        {"copilot_days": [total("report", "1", DAY, 1, 10, 5, 7), total("report", "2", DAY, 1, 20, 4, 9)]},
        {"acceptanceRate": 0.3, "hoursSaved.acceptedLines": 16},
    ),
    "a day total that says nothing leaves the day to others": (
        {
            "copilot_days": [total("report", "1", DAY, 4), total("retired", "", DAY, 4, 8, 2, 3)],
        },
        {"acceptanceRate": 0.25, "activePeople": 4, "activeFrom": "days"},
    ),
    "more accepted than suggested spoils the day's rate and not its lines": (
        {
            "copilot_days": [
                total("retired", "", DAY, 3, 0, 741, 1014),
                total("retired", "", "2025-03-11", 3, 4, 1, 2),
            ]
        },
        {"acceptanceRate": 0.25, "hoursSaved.acceptedLines": 1016},
    ),
    "no users report: last activity of seats, up to now": (
        {
            "copilot_seats": [
                seat("ann", lastActivityAt=NOW),
                seat("bo", lastActivityAt="2025-03-01T23:59:59Z"),
                seat("cleo"),
            ]
        },
        {"adoptionRate": 0.333333, "activeFrom": "seats", "previous.adoptionRate": None, "previous.seats": 3},
    ),
    "last activity after now hides what was before": (
        {
            "copilot_seats": [seat("ann", lastActivityAt="2025-04-01T00:00:00Z"), seat("bo", lastActivityAt=DAY)],
            "copilot_days": [total("report", "", DAY, 5)],
        },
        {"adoptionRate": 1, "activeFrom": "days", "activePeople": 5},
    ),
    "a day belongs to a window if its midnight does": (
        {"copilot_user_days": [use("ann", "2025-03-01", 10, 1, 1), use("ann", "2025-03-02", 10, 5, 5)]},
        {"acceptanceRate": 0.5, "previous.acceptanceRate": 0.1},
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_a_case_comes_out_as_stated_on_both_sides(name: str) -> None:
    organisation, expected = CASES[name]
    loaded = loaded_with(organisation, required_instant(NOW))
    for answer in (loaded.metric("copilot", 30), oracle.copilot(organisation, NOW, 30)):
        assert {path: at(answer, path) for path in expected} == expected
    loaded.service.database.close()


def test_a_seat_that_ends_the_second_a_window_begins_after_is_not_in_it() -> None:
    organisation: Organisation = {
        "copilot_seats": [seat("ann", endsOn="2025-03-01"), seat("bo", endsOn="2025-03-02"), seat("cleo")]
    }
    midnight = required_instant("2025-03-31T00:00:00Z")
    loaded = loaded_with(organisation, midnight)
    for answer in (loaded.metric("copilot", 30), oracle.copilot(organisation, midnight, 30)):
        assert (answer["seats"], answer["previous"]["seats"]) == (2, 3)
    loaded.service.database.close()


def at(answer: Any, path: str) -> Any:
    for step in path.split("."):
        answer = answer[step]
    return answer


def test_a_team_has_its_members_and_those_whose_seat_it_assigned() -> None:
    organisation: Organisation = {
        "teams": [{"name": "Platform", "id": "t-1"}],
        "members": [{"team": "Platform", "login": "Ann"}],
        "copilot_seats": [
            seat("ann"),
            seat("bo", team="Platform"),
            seat("cleo", team="t-1"),
            seat("dev", team="Other"),
        ],
        "copilot_user_days": [use("ann", DAY, 10, 5, 4), use("dev", DAY, 90, 90, 90)],
        "copilot_days": [total("report", "", DAY, 9, 1000, 1, 1)],
    }
    loaded = loaded_with(organisation, NOWS[0])
    answer = loaded.metric("copilot", 30, "Platform")
    assert (answer["seats"], answer["activePeople"], answer["acceptanceRate"]) == (3, 1, 0.5)
    assert answer["adoptionRate"] == pytest.approx(1 / 3, abs=1e-6)
    assert answer["hoursSaved"]["acceptedLines"] == 4
    loaded.service.database.close()


def test_a_team_without_users_report_is_unknown_rather_than_the_organisation() -> None:
    loaded = loaded_with(
        {"teams": [{"name": "Platform"}], "copilot_days": [total("report", "", DAY, 9, 10, 5, 5)]}, NOWS[0]
    )
    answer = loaded.metric("copilot", 30, "Platform")
    assert (answer["activeFrom"], answer["acceptanceRate"], answer["estimatedHoursSaved"]) == (None, None, None)
    loaded.service.database.close()
