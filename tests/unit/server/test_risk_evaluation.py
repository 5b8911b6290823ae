"""AUC, its differences, reliability and the order of deciles, against counting by hand."""

from statistics import mean, variance

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from koalr_server.risk.evaluation import auc, auc_difference, auc_interval, decile_rho, reliability

SCORED = st.lists(st.tuples(st.integers(0, 6), st.integers(0, 6), st.booleans()), min_size=2, max_size=40).filter(
    lambda rows: len({failed for _, _, failed in rows}) == 2
)


def split(rows: list[tuple[int, int, bool]]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    scores, others, outcomes = np.array(rows, float).T
    return scores, others, outcomes


def wins(one: float, two: float) -> float:
    return 1.0 if one > two else 0.5 if one == two else 0.0


@given(SCORED)
def test_auc_is_the_share_of_pairs_in_the_right_order(rows: list[tuple[int, int, bool]]) -> None:
    pairs = [wins(one, two) for one, _, failed in rows if failed for two, _, fine in rows if not fine]
    scores, _, outcomes = split(rows)
    assert auc(scores, outcomes) == pytest.approx(mean(pairs))


@given(SCORED)
def test_auc_knows_order_alone(rows: list[tuple[int, int, bool]]) -> None:
    scores, _, outcomes = split(rows)
    assert auc(np.exp(scores), outcomes) == auc(scores, outcomes)
    assert auc(-scores, outcomes) == pytest.approx(1 - auc(scores, outcomes))


@pytest.mark.parametrize("outcome", [0.0, 1.0])
def test_auc_of_one_kind_of_outcome_is_refused(outcome: float) -> None:
    with pytest.raises(ValueError, match="both failures and none"):
        auc(np.arange(3.0), np.full(3, outcome))


def test_part_of_a_failure_counts_in_part() -> None:
    scores, twice = np.array([1.0, 2.0, 3.0]), np.array([1.0, 1.0, 2.0, 2.0, 3.0, 3.0])
    assert auc(scores, np.array([0.0, 0.5, 1.0])) == auc(twice, np.array([0.0, 0.0, 0.0, 1.0, 1.0, 1.0]))


@given(SCORED)
def test_the_interval_of_a_difference_follows_from_the_pairs(rows: list[tuple[int, int, bool]]) -> None:
    scores, others, outcomes = split(rows)
    failed, fine = [row for row in rows if row[2]], [row for row in rows if not row[2]]
    found = auc_difference(scores, others, outcomes)
    assert found.value == pytest.approx(auc(scores, outcomes) - auc(others, outcomes))
    if min(len(failed), len(fine)) < 2:
        assert (found.low, found.high) == (-1, 1)
        return

    def gap(one: tuple[int, int, bool], two: tuple[int, int, bool]) -> float:
        return wins(one[0], two[0]) - wins(one[1], two[1])

    of_failed = variance(mean(gap(one, two) for two in fine) for one in failed) / len(failed)
    of_fine = variance(mean(gap(one, two) for one in failed) for two in fine) / len(fine)
    margin = 1.959964 * (of_failed + of_fine) ** 0.5
    assert [found.low, found.high] == pytest.approx([found.value - margin, found.value + margin], abs=1e-7)


def test_the_interval_holds_the_true_difference_in_95_of_100_samples() -> None:
    """A score with and one without noise; the true AUC of two normals a deviation d apart is Phi(d / sqrt 2)."""
    draws, true = np.random.default_rng(7), 0.7602499389 - 0.6914624613
    held = 0
    for _ in range(300):
        outcomes = np.repeat([1.0, 0.0], [80, 160])
        clear = draws.normal(size=240) + outcomes
        noisy = clear + draws.normal(size=240)
        found = auc_difference(clear, noisy, outcomes)
        held += found.low <= true <= found.high
    assert held / 300 == pytest.approx(0.95, abs=0.04)


def test_the_interval_of_an_auc_holds_the_true_one_also_with_parts_of_failures() -> None:
    """Half of each failure is somebody else's: the interval widens, and still holds what is true of the parts."""
    draws, parts = np.random.default_rng(8), np.repeat([0.5, 0.0], [80, 160])
    scores = [draws.normal(size=240) + 2 * parts for _ in range(300)]
    true = auc(np.concatenate(scores), np.tile(parts, 300))
    found = [auc_interval(each, parts) for each in scores]
    assert found[0].value == auc(scores[0], parts)
    assert sum(each.low <= true <= each.high for each in found) / 300 == pytest.approx(0.95, abs=0.04)


def test_reliability_groups_are_equal_in_size_and_rise_in_prediction() -> None:
    probabilities = np.random.default_rng(1).random(103)
    rows = reliability(probabilities, (probabilities > 0.5).astype(float))
    assert sorted({row.count for row in rows}) == [10, 11]
    assert sum(row.count for row in rows) == 103
    assert [row.predicted for row in rows] == sorted(row.predicted for row in rows)
    assert [rows[0].observed, rows[-1].observed] == [0, 1]


def test_the_interval_of_a_share_is_wilsons() -> None:
    """3 of 20, worked by hand: 5.2 % to 36.0 %."""
    (row,) = reliability(np.full(20, 0.2), np.repeat([1.0, 0.0], [3, 17]), groups=1)
    assert (row.count, row.observed) == (20, 0.15)
    assert [row.predicted, row.low, row.high] == pytest.approx([0.2, 0.0524, 0.3604], abs=1e-4)


@given(st.integers(1, 50), st.data())
def test_the_interval_of_a_share_holds_it(count: int, data: st.DataObject) -> None:
    failed = data.draw(st.integers(0, count))
    (row,) = reliability(np.full(count, 0.5), np.repeat([1.0, 0.0], [failed, count - failed]), groups=1)
    assert 0 <= row.low <= row.observed + 1e-12
    assert row.observed - 1e-12 <= row.high <= 1


@pytest.mark.parametrize(
    ("rates", "rho"),
    [
        (range(10), 1.0),
        (range(9, -1, -1), -1.0),
        ([0, 1, 2, 3, 5, 4, 6, 7, 8, 9], 1 - 6 * 2 / 990),
        ([0, 0, 0, 0, 0, 1, 1, 1, 1, 1], 0.870388),
        ([5] * 10, 0.0),
    ],
)
def test_rho_is_spearmans_over_deciles(rates: list[int], rho: float) -> None:
    """Each decile holds ten changes, so many of which failed."""
    outcomes = np.concatenate([np.repeat([1.0, 0.0], [failed, 10 - failed]) for failed in rates])
    assert decile_rho(np.arange(100.0), outcomes) == pytest.approx(rho, abs=1e-6)


def test_equal_scores_keep_their_order_in_deciles() -> None:
    """Ones and zeros in turn; among each, failures become more frequent as time goes on."""
    rising = np.concatenate([np.repeat([1.0, 0.0], [failed * 10, 100 - failed * 10]) for failed in range(10)])
    scores, outcomes = np.tile([1.0, 0.0], 500), np.empty(1000)
    outcomes[1::2], outcomes[::2] = rising[:500], rising[500:]
    assert decile_rho(scores, outcomes) == pytest.approx(1)
