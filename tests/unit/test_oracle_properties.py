"""What must be true of the metrics whatever the organisation."""

import random
from datetime import datetime, timedelta
from fractions import Fraction
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.oracle import metrics
from tests.oracle.dora import tier
from tests.oracle.numbers import quantile
from tests.oracle.organisations import DAYS, NOWS, random_organisation
from tests.oracle.rows import Organisation, instant, wire
from tests.oracle.windows import monday_of, weeks

SEEDS = range(12)
ANSWERS = (metrics.dora, metrics.flow, metrics.review_metrics, metrics.value_stream)
LISTS = (metrics.deployments, metrics.pull_requests, metrics.incidents)
SHIFT = timedelta(weeks=9)


def asked(seed: int) -> tuple[datetime, int]:
    return NOWS[seed % len(NOWS)], DAYS[seed % len(DAYS)]


def everything(org: Organisation, now: datetime, days: int, team: str | None = None) -> dict[str, Any]:
    return {question.__name__: question(org, now, days, team) for question in ANSWERS + LISTS}


def moved(value: Any) -> Any:
    """The same with every time, in rows or in answers, nine weeks later."""
    if isinstance(value, dict):
        return {name: moved_cell(name, cell) for name, cell in value.items()}
    return [moved(one) for one in value] if isinstance(value, list) else value


def moved_cell(name: str, cell: Any) -> Any:
    moment = instant(cell) if name.endswith("At") or name == "weekStart" else None
    if moment is None:
        return moved(cell)
    return (moment + SHIFT).date().isoformat() if name == "weekStart" else wire(moment + SHIFT)


@pytest.mark.parametrize("seed", SEEDS)
def test_nine_weeks_later_only_the_dates_differ(seed: int) -> None:
    org = random_organisation(seed)
    now, days = asked(seed)
    assert everything(moved(org), now + SHIFT, days) == moved(everything(org, now, days))


@pytest.mark.parametrize("seed", SEEDS)
def test_the_order_of_rows_does_not_matter(seed: int) -> None:
    org = random_organisation(seed)
    shuffled = {kind: random.Random(seed).sample(rows, len(rows)) for kind, rows in org.items()}
    now, days = asked(seed)
    assert everything(shuffled, now, days) == everything(org, now, days)


@pytest.mark.parametrize("seed", SEEDS)
def test_a_staging_deployment_changes_no_dora_number(seed: int) -> None:
    org = random_organisation(seed)
    now, days = asked(seed)
    staging = [
        {**row, "id": f"staging-{index}", "env": "staging", "rollbackOf": None}
        for index, row in enumerate(org["deployments"])
    ]
    with_staging = {**org, "deployments": org["deployments"] + staging}
    assert metrics.dora(with_staging, now, days) == metrics.dora(org, now, days)


@pytest.mark.parametrize("seed", SEEDS)
def test_deployments_and_reviews_after_now_change_nothing(seed: int) -> None:
    org = random_organisation(seed)
    now, days = asked(seed)
    later = {
        **org,
        "deployments": [
            row for row in org["deployments"] if (instant(row["deployedAt"] or row["startedAt"]) or now) <= now
        ],
        "reviews": [row for row in org["reviews"] if (instant(row["submittedAt"]) or now) <= now],
    }
    assert metrics.dora(later, now, days) == metrics.dora(org, now, days)
    assert metrics.review_metrics(later, now, days) == metrics.review_metrics(org, now, days)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize(
    ("question", "field"),
    [(metrics.dora, "deployFrequency"), (metrics.flow, "throughput"), (metrics.review_metrics, "totalReviewed")],
)
def test_a_count_of_the_window_before_is_what_was_answered_then(seed: int, question: Any, field: str) -> None:
    org = random_organisation(seed)
    now, days = asked(seed)
    then = question(org, now - timedelta(days=days), days)
    assert question(org, now, days)["previous"][field] == then[field]


@pytest.mark.parametrize("seed", SEEDS)
def test_teams_of_repositories_never_list_more_than_the_organisation(seed: int) -> None:
    org = random_organisation(seed)
    now, days = asked(seed)
    whole = metrics.deployments(org, now, days)
    for team in metrics.teams(org):
        assert all(item in whole for item in metrics.deployments(org, now, days, team["name"]))


@pytest.mark.parametrize("seed", SEEDS)
def test_two_teams_together_are_their_union(seed: int) -> None:
    org = random_organisation(seed)
    now, days = asked(seed)
    both = metrics.pull_requests(org, now, days, ["Platform", "Growth"])
    each = [metrics.pull_requests(org, now, days, team) for team in ("Platform", "Growth")]
    assert all(any(item in one for one in each) for item in both)
    assert all(item in both for one in each for item in one)


def test_an_unknown_team_is_named() -> None:
    with pytest.raises(KeyError, match="Nobody"):
        metrics.dora(random_organisation(0), NOWS[0], 30, "Nobody")


def test_an_empty_organisation_has_no_data_rather_than_zero() -> None:
    answers = everything({}, NOWS[0], 30)
    fields = {name: value for answer in list(answers.values())[:4] for name, value in answer.items()}
    counts = {name: value for name, value in fields.items() if value is not None and name not in ("previous", "trend")}
    assert counts == {"totalReviewed": 0}


@given(st.lists(st.integers(0, 10**6), min_size=1, max_size=30), st.fractions(0, 1))
def test_a_quantile_lies_between_its_neighbours(values: list[int], p: Fraction) -> None:
    found = quantile([Fraction(value) for value in values], p)
    assert found is not None
    assert sum(value <= found for value in values) >= p * (len(values) - 1)
    assert min(values) <= found <= max(values)


@given(st.datetimes(datetime(2020, 1, 1), datetime(2030, 1, 1)), st.integers(1, 1095))
def test_the_trend_covers_the_window_and_eight_weeks(now: datetime, days: int) -> None:
    now = now.replace(microsecond=0)
    entries = weeks(now, days)
    assert len(entries) >= 8
    assert entries[-1][0] == monday_of(now)
    assert entries[0][0] <= now - timedelta(days=days) + timedelta(seconds=1)
    assert all(1 <= window.days <= 7 for _, window in entries)
    assert {later - monday for (monday, _), (later, _) in pairwise(entries)} == {timedelta(weeks=1)}


@pytest.mark.parametrize(
    ("per_day", "lead_hours", "failure", "restore_minutes", "expected"),
    [
        ("1", None, None, None, "elite"),
        ("1/7", None, None, None, "high"),
        ("1/30", None, None, None, "medium"),
        ("1/31", None, None, None, "low"),
        (None, "23.999", None, None, "elite"),
        (None, "24", None, None, "high"),
        (None, "720", None, None, "low"),
        (None, None, "0.05", None, "elite"),
        (None, None, "0.1500001", None, "low"),
        (None, None, None, "60", "high"),
        (None, None, None, "10080", "low"),
        ("1", "800", None, None, "low"),
        ("1", "30", "0.5", None, "high"),
        ("1", "1", "0.5", "20000", "low"),
        ("1", "1", "0.1", "20000", "high"),
        (None, None, None, None, None),
    ],
)
def test_the_tier_is_the_middle_and_of_two_the_worse(
    per_day: str | None,
    lead_hours: str | None,
    failure: str | None,
    restore_minutes: str | None,
    expected: str | None,
) -> None:
    values = [None if text is None else Fraction(text) for text in (per_day, lead_hours, failure, restore_minutes)]
    assert tier(*values) == expected
