"""Which model a quarter gets, and what it may claim."""

from datetime import datetime, timedelta

import numpy as np
import pytest

from koalr_server.risk.documents import default_model
from koalr_server.risk.model_in_force import (
    FITTED_NAME,
    UNCALIBRATED,
    KnownChanges,
    ModelInForce,
    model_in_force,
    quarter_of,
    read_model_in_force,
    shipped_model,
)
from koalr_server.risk.signals import SIGNALS

QUARTER = datetime(2025, 4, 1)


def known(count: int, failures: float, telling: bool = True, seed: int = 1) -> KnownChanges:
    """Changes of which the largest failed, or any; each failure the same part of one."""
    chance = np.random.default_rng(seed)
    columns = {signal.feature: np.full(count, np.nan) for signal in SIGNALS}
    columns["la"] = np.rint(np.exp(chance.normal(3, 1.5, count)))
    columns["reviewers"] = chance.integers(0, 4, count).astype(float)
    risk = np.log1p(columns["la"]) + chance.logistic(0, 1, count) if telling else chance.normal(size=count)
    outcomes = np.where(np.argsort(np.argsort(-risk)) < failures, 1.0, 0.0)
    return KnownChanges(columns, outcomes, np.datetime64(QUARTER - timedelta(days=700), "s") + np.arange(count) * 3600)


def test_without_history_it_is_the_shipped_model() -> None:
    found = shipped_model(datetime(2025, 5, 6, 7))
    assert (found.quarter, found.calibrated, found.label) == (QUARTER, False, UNCALIBRATED)
    assert found.model.terms == default_model().terms


@pytest.mark.parametrize(("count", "adapted"), [(99, False), (100, True)])
def test_a_hundred_changes_adapt_it(count: int, adapted: bool) -> None:
    found = model_in_force(QUARTER, known(count, 5))
    assert (found.model.score_points != default_model().score_points) is adapted
    assert not found.calibrated


@pytest.mark.parametrize(("count", "failures"), [(299, 200), (1_000, 29)])
def test_too_few_outcomes_are_no_calibration_and_it_says_so(count: int, failures: int) -> None:
    found = model_in_force(QUARTER, known(count, failures))
    assert not found.calibrated
    assert found.reliability is None
    assert f"{failures} failures among {count:,}" in str(found.reason)


def test_outcomes_that_are_not_settled_count_for_the_scale_alone() -> None:
    changes = known(1_000, 200)
    changes.outcomes[250:] = np.nan
    assert "among 250 " in str(model_in_force(QUARTER, changes).reason)


def test_enough_outcomes_refit_it_and_show_how_far_to_trust_it() -> None:
    changes = known(2_000, 300)
    found = model_in_force(QUARTER, changes)
    assert (found.calibrated, found.reason, found.model.name) == (True, None, FITTED_NAME)
    assert found.label == f"calibrated on 2,000 pull requests merged by {changes.merged_at[-1].astype('datetime64[D]')}"
    assert found.reliability is not None
    assert sum(row.count for row in found.reliability) == 600
    assert abs(found.model.probabilities(changes.columns).mean() - 0.15) < 0.02


def test_parts_of_failures_add_up() -> None:
    changes = known(2_000, 300)
    changes.outcomes[changes.outcomes == 1] = 0.25
    found = model_in_force(QUARTER, changes)
    assert found.calibrated
    assert abs(found.model.probabilities(changes.columns).mean() - 0.0375) < 0.01


def test_a_refit_that_ranks_worse_is_not_taken() -> None:
    changes = known(600, 100)
    # Small changes fail first, large ones later: what the first part teaches is wrong in the rest.
    small = np.argsort(changes.columns["la"][:420])
    changes.outcomes[:420] = 0
    changes.outcomes[small[:80]] = 1
    found = model_in_force(QUARTER, changes)
    assert not found.calibrated
    assert "later pull requests worse (AUC " in str(found.reason)


def ranked_as(before: float, after: float, count: int = 2_000, seed: int = 1) -> KnownChanges:
    """Changes that fail by their size, on average so often at the beginning and so often in the end."""
    chance = np.random.default_rng(seed)
    changes = known(count, 0, seed=seed)
    sizes = np.log1p(changes.columns["la"]) - 3
    level = np.linspace(np.log(before / (1 - before)), np.log(after / (1 - after)), count)
    changes.outcomes[:] = chance.random(count) < 1 / (1 + np.exp(-level - sizes))
    return changes


@pytest.mark.parametrize("seed", range(4))
def test_failures_that_hang_on_nothing_are_no_calibration(seed: int) -> None:
    found = model_in_force(QUARTER, known(400, 80, telling=False, seed=seed))
    assert (found.calibrated, found.label) == (False, UNCALIBRATED)
    assert "better than chance for certain (AUC 0." in str(found.reason)


@pytest.mark.parametrize("seed", range(3))
def test_a_refit_whose_level_is_out_of_date_ranks_and_is_not_called_calibrated(seed: int) -> None:
    found = model_in_force(QUARTER, ranked_as(0.35, 0.05, seed=seed))
    assert (found.calibrated, found.model.name, found.label) == (False, FITTED_NAME, UNCALIBRATED)
    assert "of 600 later pull requests to fail, where " in str(found.reason)
    assert found.reliability is not None


def test_a_steady_level_is_calibrated() -> None:
    calibrated = [model_in_force(QUARTER, ranked_as(0.1, 0.1, seed=seed)).calibrated for seed in range(8)]
    # Each of two tests is wrong once in twenty by construction.
    assert sum(calibrated) >= 6


def test_a_refit_no_worse_for_certain_stays() -> None:
    """By a hair behind the shipped model, quarter after quarter: the scale of scores does not go to and fro."""
    names = set()
    for seed in range(8):
        changes = known(700, 140, telling=False, seed=seed)
        names.add(model_in_force(QUARTER, changes).model.name)
    assert names == {FITTED_NAME}


def test_failures_of_one_time_alone_cannot_be_checked() -> None:
    changes = known(600, 100)
    changes.outcomes[420:] = 0
    assert "close together in time" in str(model_in_force(QUARTER, changes).reason)


def test_a_stored_model_reads_as_the_same() -> None:
    for found in (model_in_force(QUARTER, known(2_000, 300)), shipped_model(QUARTER)):
        again = read_model_in_force(found.text())
        assert isinstance(again, ModelInForce)
        assert again == found


def test_dates_move_with_the_sample() -> None:
    moved = model_in_force(QUARTER, ranked_as(0.1, 0.1, seed=2)).moved(timedelta(weeks=10))
    assert moved.quarter == QUARTER + timedelta(weeks=10)
    assert moved.merged_by is not None
    assert moved.label.endswith(f"merged by {moved.merged_by:%Y-%m-%d}")
    assert moved.moved(-timedelta(weeks=10)) == model_in_force(QUARTER, ranked_as(0.1, 0.1, seed=2))


@pytest.mark.parametrize(
    ("day", "first"), [((2025, 1, 1), (2025, 1, 1)), ((2025, 6, 30), (2025, 4, 1)), ((2024, 12, 31), (2024, 10, 1))]
)
def test_quarters_begin_with_their_first_day(day: tuple[int, int, int], first: tuple[int, int, int]) -> None:
    assert quarter_of(datetime(*day, 23)) == datetime(*first)


@pytest.mark.parametrize("part", [slice(0, 420), slice(420, None), slice(None)], ids=["first", "last", "all"])
def test_where_everything_failed_nothing_can_be_checked(part: slice) -> None:
    changes = known(600, 100)
    changes.outcomes[part] = 1
    found = model_in_force(QUARTER, changes)
    assert "everything failed" in str(found.reason)
    assert not found.calibrated


def test_part_failures_are_told_as_whole_ones_that_are_full() -> None:
    changes = known(400, 0)
    changes.outcomes[:99] = 0.3  # 29.7 in all
    assert "29 failures among 400 pull requests are known; a refit takes 30" in str(
        model_in_force(QUARTER, changes).reason
    )
