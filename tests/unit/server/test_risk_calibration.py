"""Probabilities that may be taken at their word, and what speaks against others."""

import numpy as np
import pytest

from koalr_server.risk.calibration import brier_excess, fault, ranks_worse
from koalr_server.risk.evaluation import auc_difference


def drawn(seed: int, count: int = 2_000) -> tuple[np.ndarray, np.ndarray]:
    """Log-odds, and outcomes that follow them."""
    chance = np.random.default_rng(seed)
    log_odds = chance.normal(-2, 1, count)
    return log_odds, (chance.random(count) < 1 / (1 + np.exp(-log_odds))).astype(float)


def chances(log_odds: np.ndarray) -> np.ndarray:
    return np.asarray(1 / (1 + np.exp(-log_odds)))


@pytest.mark.parametrize(
    ("count", "noise", "worse"),
    [(20_000, 0.0, False), (20_000, 0.2, False), (20_000, 1.0, True), (60, 1.0, False), (600, 4.0, True)],
    ids=["as well", "a hair worse for certain", "worse", "worse by chance, perhaps", "much worse"],
)
def test_to_rank_worse_takes_both_a_loss_and_certainty(count: int, noise: float, worse: bool) -> None:
    log_odds, outcomes = drawn(4, count)
    blurred = log_odds + noise * np.random.default_rng(9).normal(size=count)
    difference = auc_difference(blurred, log_odds, outcomes)
    assert (difference.high < 0) is (count > 60 and noise > 0)
    assert (difference.value <= -0.02) is (noise >= 1)
    assert ranks_worse(blurred, log_odds, outcomes) is worse


def test_the_truth_is_seldom_found_fault_with() -> None:
    faults = [fault(chances(log_odds), outcomes) for log_odds, outcomes in map(drawn, range(40))]
    assert sum(each is None for each in faults) >= 34


@pytest.mark.parametrize(
    ("distorted", "words"),
    [
        (lambda log_odds: np.zeros(len(log_odds)), "better than chance for certain (AUC 0.50, 95 % interval 0.50 to 0.50)"),
        (lambda log_odds: -log_odds, "better than chance for certain (AUC 0.2"),
        (lambda log_odds: log_odds + 0.4, "of 2,000 later pull requests to fail, where "),
        (lambda log_odds: log_odds - 0.4, "of 2,000 later pull requests to fail, where "),
        (lambda log_odds: 2 * log_odds + 1.25, "are larger than its probabilities expect ("),
    ],
)  # fmt: skip
def test_what_is_wrong_is_named(distorted: object, words: str) -> None:
    log_odds, outcomes = drawn(5)
    assert callable(distorted)
    assert words in str(fault(chances(distorted(log_odds)), outcomes))


def test_errors_smaller_than_expected_are_a_fault_too() -> None:
    chance = np.random.default_rng(3)
    log_odds = chance.normal(0, 2, 2_000)
    outcomes = (chance.random(2_000) < chances(log_odds)).astype(float)
    assert "are smaller than its probabilities expect (" in str(fault(chances(0.5 * log_odds), outcomes))


def test_the_excess_of_true_probabilities_is_standard_normal() -> None:
    excesses = [brier_excess(chances(log_odds), outcomes) for log_odds, outcomes in map(drawn, range(300))]
    assert abs(np.mean(excesses)) < 0.2
    assert 0.85 < np.std(excesses) < 1.15


def test_shared_blame_scatters_less_and_is_not_taken_for_too_small_errors() -> None:
    excesses = []
    for seed in range(300):
        chance = np.random.default_rng(seed)
        parts = np.minimum(chances(chance.normal(-3, 1, 2_000)), 0.24)
        excesses.append(brier_excess(parts, 0.25 * (chance.random(2_000) < 4 * parts)))
    assert abs(np.mean(excesses)) < 0.2
    assert 0.85 < np.std(excesses) < 1.15


def test_the_excess_is_squared_errors_beside_their_expectation() -> None:
    """0.04 + 0.64 where 0.16 + 0.16 was expected; the variance is twice 0.6² · 0.2 · 0.8."""
    found = brier_excess(np.array([0.2, 0.2]), np.array([0.0, 1.0]))
    assert found == pytest.approx((0.68 - 0.32) / (2 * 0.6**2 * 0.16) ** 0.5)


def test_certain_predictions_have_no_excess() -> None:
    assert brier_excess(np.array([0.0, 1.0, 0.5]), np.array([0.0, 1.0, 0.0])) == 0
