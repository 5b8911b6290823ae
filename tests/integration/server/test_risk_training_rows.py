"""What a quarter's model is made from: nothing outside its two years, no outcome too early, none from later."""

from collections.abc import Iterator
from datetime import datetime, timedelta

import duckdb
import pytest

from koalr_server.store.database import Database
from koalr_server.store.risk_models import KNOWN, OUTCOME, TRAINING, refresh_models
from tests.integration.server.loaded import Loaded, import_rows, with_api_ids
from tests.oracle.organisations import NOWS, random_organisation
from tests.oracle.random_content import with_content
from tests.oracle.risk_training import training_rows
from tests.oracle.risky_organisation import risky_organisation
from tests.oracle.rows import Organisation

QUARTER = datetime(2025, 4, 1)
SECOND = timedelta(seconds=1)
SETTLED = QUARTER - timedelta(days=30, seconds=1)
QUARTERS = [
    datetime(2023, 4, 1),
    datetime(2024, 1, 1),
    datetime(2025, 1, 1),
    datetime(2025, 4, 1),
    datetime(2027, 1, 1),
]


def judged(condition: str, merged_at: datetime, **known: object) -> object:
    """What the SQL says of one row of pull_request_signals."""
    row = {
        "merged_at": merged_at,
        "reverted_at": None,
        "failed_at": None,
        "failed_share": None,
        "is_bot": False,
        **known,
    }
    text = f"""SELECT {condition.format(quarter="$quarter")} FROM (SELECT $merged_at::TIMESTAMP AS merged_at,
    $reverted_at::TIMESTAMP AS reverted_at, $failed_at::TIMESTAMP AS failed_at, $failed_share::DOUBLE AS failed_share,
    $is_bot::BOOLEAN AS is_bot) s"""
    used = {name: value for name, value in {**row, "quarter": QUARTER}.items() if f"${name}" in text}
    (found,) = duckdb.execute(text, used).fetchall()
    return found[0]


@pytest.mark.parametrize(
    ("merged_at", "known", "outcome"),
    [
        (SETTLED, {}, 0),
        (SETTLED + SECOND, {}, None),
        (SETTLED + SECOND, {"reverted_at": SETTLED + 2 * SECOND}, None),
        (SETTLED, {"reverted_at": QUARTER - SECOND}, 1),
        (SETTLED, {"reverted_at": QUARTER}, 0),
        (SETTLED, {"failed_at": QUARTER - SECOND, "failed_share": 0.25}, 0.25),
        (SETTLED, {"failed_at": QUARTER, "failed_share": 0.25}, 0),
        (SETTLED, {"failed_at": QUARTER - SECOND, "failed_share": 0.25, "reverted_at": QUARTER - SECOND}, 1),
        (SETTLED, {"failed_at": QUARTER - SECOND, "failed_share": 0.25, "reverted_at": QUARTER}, 0.25),
    ],
)
def test_an_outcome_is_what_was_known_when_the_quarter_began(
    merged_at: datetime, known: dict[str, object], outcome: float | None
) -> None:
    assert judged(OUTCOME, merged_at, **known) == outcome


@pytest.mark.parametrize(
    ("merged_at", "is_bot", "counts"),
    [
        (QUARTER - SECOND, False, True),
        (QUARTER, False, False),
        (datetime(2023, 4, 1), False, True),
        (datetime(2023, 4, 1) - SECOND, False, False),
        (QUARTER - SECOND, True, False),
    ],
)
def test_a_model_is_made_from_two_years_of_peoples_merges(merged_at: datetime, is_bot: bool, counts: bool) -> None:
    assert judged(KNOWN, merged_at, is_bot=is_bot) is counts


def loaded(organisation: Organisation) -> Database:
    database = Database.in_memory()
    import_rows(database, organisation)
    return database


@pytest.fixture(scope="module")
def risky() -> Organisation:
    return risky_organisation(5, 700).rows


@pytest.fixture(scope="module")
def store(risky: Organisation) -> Iterator[Database]:
    database = loaded(risky)
    yield database
    database.close()


def rows(database: Database, quarter: datetime) -> list[tuple[datetime, float | None]]:
    return [(row["merged_at"], row["outcome"]) for row in database.rows(TRAINING, {"quarter": quarter})]


def expected(organisation: Organisation, quarter: datetime) -> list[tuple[datetime, object]]:
    found = training_rows(organisation, quarter)
    return [(merged_at, None if part is None else pytest.approx(float(part))) for merged_at, _, _, part in found]


@pytest.mark.parametrize("quarter", QUARTERS, ids=str)
def test_training_rows_equal_the_oracle(store: Database, risky: Organisation, quarter: datetime) -> None:
    assert rows(store, quarter) == expected(risky, quarter)


@pytest.mark.parametrize("seed", range(3))
def test_training_rows_of_awkward_organisations_equal_the_oracle(seed: int) -> None:
    """Bots, rollbacks, direct commits, reverts of reverts; asked at any moment as if a quarter began."""
    organisation = with_content(random_organisation(seed + 60, 45), seed)
    database = loaded(organisation)
    organisation = with_api_ids(database, organisation)
    for moment in (*NOWS, datetime(2026, 1, 1)):
        assert rows(database, moment) == expected(organisation, moment)
    database.close()


def test_the_cases_are_worth_comparing(risky: Organisation) -> None:
    outcomes = [part for quarter in QUARTERS for *_, part in training_rows(risky, quarter)]
    assert {None, 0, 1} < set(outcomes)
    assert any(part is not None and 0 < part < 1 for part in outcomes)


def test_a_model_is_made_anew_when_owners_approved_after_all(risky: Organisation) -> None:
    """Compliance is worked out after the row's fingerprint."""
    database = loaded(risky)

    def change(cursor: duckdb.DuckDBPyConnection) -> list[datetime]:
        assert refresh_models(cursor) == []
        cursor.execute("UPDATE pull_request_signals SET codeowners_compliance = true WHERE merged_at < '2024-01-01'")
        return refresh_models(cursor)

    quarters = database.write(change)
    assert datetime(2024, 1, 1) in quarters
    assert datetime(2023, 1, 1) not in quarters
    database.close()


def test_the_endpoint_takes_the_model_of_the_quarter_as_the_list_does(store: Database) -> None:
    answers = Loaded(store, datetime(2025, 3, 31))
    shown = answers.rows("pull_requests", 1_095)[::23]
    found = [answers.pr_risk(row["repo"], row["number"]) for row in shown]
    assert [answer["riskScore"] for answer in found] == [row["riskScore"] for row in shown]
    quarters = [answer["model"]["quarter"] for answer in found]
    assert quarters == [f"{row['mergedAt'][:4]}-Q{(int(row['mergedAt'][5:7]) + 2) // 3}" for row in shown]
    assert len(set(quarters)) > 5
    assert len({answer["model"]["name"] for answer in found}) == 2
