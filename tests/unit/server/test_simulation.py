"""The sample's simulation piece by piece: chance, working time, releases, phases, items."""

from datetime import datetime, timedelta

import pytest

from koalr_server.sample.simulation.dice import Dice
from koalr_server.sample.simulation.office import OPENINGS, hours_before, is_open, moment_at, worked_secs
from koalr_server.sample.simulation.phases import Hours, back_from, between
from koalr_server.sample.simulation.profiles import Trend
from koalr_server.sample.simulation.releases import releases
from koalr_server.sample.simulation.reviews import reviews
from koalr_server.sample.simulation.work_items import covered_secs

TUESDAY = datetime(2025, 2, 4)
HOURS = Hours(coding=4, response=2, rounds=1, waiting=0.5)


def at(hour: float, day: datetime = TUESDAY) -> datetime:
    return day + timedelta(hours=hour)


def deployment(version: str, moment: datetime, env: str = "production", undoes: str | None = None) -> dict[str, object]:
    return {"repo": "acme/api", "env": env, "ref": version, "deployedAt": moment, "rollbackOf": undoes}


def test_dice_fall_as_they_always_did() -> None:
    """The values of one seed; another Python or machine that draws others would change the whole sample."""
    dice = Dice("seed")
    assert [dice.whole(1, 6) for _ in range(8)] == [1, 2, 6, 2, 1, 6, 5, 4]
    assert dice.along(((0, 0), (0.5, 10), (1, 100))) == pytest.approx(15.111926299335046, abs=1e-12)


def test_a_distribution_is_met() -> None:
    dice = Dice("many")
    values = sorted(dice.along(((0, 0), (0.5, 10), (1, 100))) for _ in range(4001))
    assert values[0] >= 0
    assert values[2000] == pytest.approx(10, abs=1.5)
    assert values[-1] < 100
    counts = [dice.weighted({"often": 3, "seldom": 1}) for _ in range(4000)].count("often")
    assert counts == pytest.approx(3000, abs=120)


@pytest.mark.parametrize(
    ("moment", "opened"),
    [
        (at(8.9), False),
        (at(9), True),
        (at(17.5), True),
        (at(17.6), False),
        (datetime(2025, 1, 1, 12), False),
        (datetime(2025, 2, 8, 12), False),
        # Summer time began on 30 March: nine o'clock in London is eight in UTC.
        (datetime(2025, 3, 31, 8, 30), True),
        (datetime(2025, 3, 31, 17), False),
    ],
)
def test_the_office_is_open_on_working_days_in_uk_hours(moment: datetime, opened: bool) -> None:
    assert is_open(moment) is opened


def test_working_hours_skip_nights_weekends_and_the_holiday() -> None:
    assert hours_before(at(10), 2) == at(16.5, TUESDAY - timedelta(days=1))
    assert hours_before(datetime(2025, 2, 3, 10), 2) == datetime(2025, 1, 31, 16, 30)
    assert hours_before(datetime(2025, 1, 2, 10), 2) == datetime(2024, 12, 31, 16, 30)


def test_a_moment_of_so_much_work_is_never_after_the_one_measured() -> None:
    for hours in range(0, 24 * 9):
        moment = datetime(2025, 1, 30) + timedelta(hours=hours, seconds=7)
        assert moment_at(worked_secs(moment)) <= moment
    assert worked_secs(OPENINGS[0] - timedelta(days=3)) == 0


def test_a_release_holds_as_many_merges_as_its_version_says() -> None:
    rows = [
        deployment("v10", at(9)),
        deployment("v11", at(10), "integration"),
        deployment("v12", at(11), "integration"),
        deployment("v12", at(11.2)),
        deployment("v12", at(12)),
        deployment("v11", at(13), undoes="x"),
        deployment("v20", at(15)),
    ]
    found = releases(rows, Dice("a"))
    assert [(one.version, len(one.merged_at), one.after_rollback) for one in found] == [
        ("v12", 2, False),
        ("v20", 4, True),
    ]
    moments = [moment for one in found for moment in one.merged_at]
    assert moments == sorted(set(moments))
    assert at(9.7) < found[0].merged_at[0] < at(10) < found[0].merged_at[1] < at(11)
    assert found[1].merged_at[-1] < at(15)


def test_the_first_deployment_and_a_redeployment_are_no_releases() -> None:
    assert releases([deployment("v1", at(9)), deployment("v1", at(12))], Dice("a")) == []


def test_merges_that_would_come_too_early_are_spread_after_the_last_release() -> None:
    rows = [deployment("v3", at(8), "integration"), deployment("v1", at(9)), deployment("v3", at(10))]
    (release,) = releases(rows, Dice("a"))
    assert [moment.isoformat() for moment in release.merged_at] == ["2025-02-04T09:20:00", "2025-02-04T09:40:00"]


def test_phases_count_back_from_the_merge_in_working_time() -> None:
    phases = back_from(at(12), HOURS, Dice("a"))
    monday = TUESDAY - timedelta(days=1)
    assert (phases.approved_at, phases.first_review_at) == (at(11.5), at(10.5))
    assert (phases.ready_at, phases.started_at) == (at(17, monday), at(13, monday))
    assert phases.active() == [(phases.started_at, phases.ready_at), (phases.first_review_at, phases.approved_at)]


def test_phases_between_real_times_stay_between_them() -> None:
    for minutes in (9, 60, 300, 60 * 24 * 30):
        started_at = at(12) - timedelta(minutes=minutes)
        phases = between(started_at, at(12), HOURS)
        assert phases.first_review_at is not None
        assert phases.approved_at is not None
        assert started_at <= phases.ready_at <= phases.first_review_at <= phases.approved_at <= at(12)
    assert between(at(11), at(12), HOURS).first_review_at == at(11.8)


def test_a_pull_request_that_nobody_reviews_has_no_reviews() -> None:
    phases = back_from(at(12), Hours(4, None, 0, 0.5), Dice("a"))
    assert reviews(phases, "sim-a", ("sim-a", "sim-b", "sim-c"), Dice("a")) == []


def test_nobody_reviews_their_own_pull_request() -> None:
    people = ("sim-a", "sim-b", "sim-c")
    phases = back_from(at(12), HOURS, Dice("a"))
    for seed in range(40):
        given = reviews(phases, "sim-a", people, Dice(str(seed)))
        assert given[0].submitted_at == phases.first_review_at
        assert {one.reviewer for one in given} <= {"sim-b", "sim-c"}
        assert given[-1].submitted_at == phases.approved_at


def test_active_time_that_overlaps_counts_once() -> None:
    assert covered_secs([(at(9), at(11)), (at(10), at(12)), (at(14), at(15)), (at(9), at(9.5))]) == 4 * 3600


def test_a_trend_stands_still_outside_the_quarter() -> None:
    trend = Trend(1, 3)
    moments = (datetime(2024, 12, 1), datetime(2025, 2, 15), datetime(2025, 4, 9))
    assert [trend.at(moment) for moment in moments] == [1, 2, 3]
