"""Penalised fits against a slow oracle, and what they survive."""

from math import exp, log

import numpy as np
import pytest

from koalr_server.risk.fitting import STRENGTHS, averaged_fit, ridge_logistic
from koalr_server.risk.model import FEATURES, RiskModel, Term
from koalr_server.risk.refitting import recency, refitted, size_alone

BLANK = RiskModel("blank", 0.0, tuple(Term(feature, "log1p", 0.0, 1.0) for feature in FEATURES), (0.0, 1.0))


def drawn(rows: int, columns: int, seed: int = 3) -> tuple[np.ndarray, np.ndarray]:
    """Standard normal columns, and outcomes that hang on the first."""
    draws = np.random.default_rng(seed)
    values = draws.normal(size=(rows, columns))
    return values, (draws.random(rows) < 1 / (1 + np.exp(0.7 - values[:, 0]))).astype(float)


def descended(
    rows: list[list[float]], outcomes: list[float], weights: list[float], prior: list[float], strength: float
) -> list[float]:
    """Intercept and weights by small steps down the slope, in plain Python."""
    total = sum(weights)
    found = [0.0, *prior]
    for _ in range(4000):
        slopes = [0.0, *(strength * (now - start) for now, start in zip(found[1:], prior, strict=True))]
        for row, outcome, weight in zip(rows, outcomes, weights, strict=True):
            log_odds = found[0] + sum(value * each for value, each in zip(row, found[1:], strict=True))
            miss = weight / total * (1 / (1 + exp(-log_odds)) - outcome)
            for place, value in enumerate([1.0, *row]):
                slopes[place] += miss * value
        found = [now - slope for now, slope in zip(found, slopes, strict=True)]
    return found


@pytest.mark.parametrize("strength", [0.3, 0.03])
@pytest.mark.parametrize("fractions", [False, True])
def test_the_fit_is_where_slow_descent_ends(strength: float, fractions: bool) -> None:
    values, outcomes = drawn(25, 2)
    if fractions:
        outcomes = np.abs(outcomes - np.linspace(0, 0.4, 25))
    weights, prior = np.linspace(0.5, 3, 25), np.array([0.4, -0.2])
    fit = ridge_logistic(values, outcomes, strength=strength, prior=prior, row_weights=weights)
    oracle = descended(values.tolist(), outcomes.tolist(), weights.tolist(), prior.tolist(), strength)
    assert [fit.intercept, *fit.weights] == pytest.approx(oracle, abs=1e-4)
    assert fit.converged


def test_the_mean_prediction_is_the_mean_outcome() -> None:
    values, outcomes = drawn(400, 3)
    fit = ridge_logistic(values, outcomes, strength=0.1)
    assert (1 / (1 + np.exp(-fit.intercept - values @ fit.weights))).mean() == pytest.approx(outcomes.mean(), abs=1e-5)


def test_a_strong_penalty_stays_with_the_prior_and_a_weak_one_leaves_it() -> None:
    values, outcomes = drawn(2000, 2)
    prior = np.array([-1.0, 1.0])
    assert ridge_logistic(values, outcomes, strength=1e6, prior=prior).weights == pytest.approx(prior, abs=1e-4)
    assert ridge_logistic(values, outcomes, strength=1e-6, prior=prior).weights == pytest.approx([1, 0], abs=0.2)


def test_weighing_a_row_twice_is_having_it_twice() -> None:
    values, outcomes = drawn(30, 2)
    twice = np.where(np.arange(30) < 10, 2.0, 1.0)
    weighed = ridge_logistic(values, outcomes, strength=0.1, row_weights=twice)
    repeated = np.concatenate([values, values[:10]]), np.concatenate([outcomes, outcomes[:10]])
    assert weighed.weights == pytest.approx(ridge_logistic(*repeated, strength=0.1).weights)


def test_constant_and_copied_columns_break_nothing() -> None:
    values, outcomes = drawn(300, 1)
    fit = ridge_logistic(np.column_stack([values, values, np.full(300, 4.0)]), outcomes, strength=0.01)
    assert fit.converged
    assert fit.weights[0] == pytest.approx(fit.weights[1])
    assert fit.weights[2] == pytest.approx(0, abs=1e-6)


def test_unknown_values_count_as_average() -> None:
    values, outcomes = drawn(100, 2)
    values[::3, 1] = np.nan
    filled = np.where(np.isnan(values), 0, values)
    fits = [ridge_logistic(each, outcomes, strength=0.1).weights.tolist() for each in (values, filled)]
    assert fits[0] == fits[1]


def test_outcomes_that_a_column_tells_apart_perfectly_still_converge() -> None:
    values = np.linspace(-30, 30, 200)[:, None]
    assert ridge_logistic(values, (values[:, 0] > 0).astype(float), strength=1e-6).converged


def test_a_prior_that_is_certain_and_wrong_is_left() -> None:
    values, outcomes = drawn(200, 1)
    fit = ridge_logistic(1000 * values, outcomes, strength=1e-6, prior=np.array([-50.0]))
    assert fit.weights[0] * 1000 == pytest.approx(ridge_logistic(values, outcomes, strength=1e-6).weights[0], rel=0.1)


@pytest.mark.parametrize(
    ("outcomes", "options", "message"),
    [
        ([0, 0, 0], {}, "all 3 outcomes are 0"),
        ([1, 1, 1], {}, "all 3 outcomes are 1"),
        ([0, 2, 1], {}, "outcomes must be numbers from 0 to 1"),
        ([0, np.nan, 1], {}, "outcomes must be numbers from 0 to 1"),
        ([0, 1, 1], {"strength": 0.0}, "strength must be above 0, got 0.0"),
        ([0, 1, 1], {"row_weights": np.array([1.0, -1.0, 1.0])}, "row_weights must be 3 numbers"),
        ([0, 1, 1], {"row_weights": np.ones(2)}, "row_weights must be 3 numbers"),
        ([0, 1, 1], {"row_weights": np.array([0.0, 1.0, 1.0])}, "all 2 outcomes are 1"),
        ([1] * 49, {}, "all 49 outcomes are 1"),
        ([], {}, "row_weights must be 0 numbers"),
    ],
)
def test_what_cannot_be_fitted_is_refused(outcomes: list[float], options: dict[str, object], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        ridge_logistic(np.ones((len(outcomes), 1)), np.array(outcomes), **{"strength": 1.0, **options})


@pytest.mark.parametrize(("rows", "used"), [(8, 1), (40, 2), (1000, 5), (20_000, 7)])
def test_few_rows_are_fitted_with_strong_penalties_alone(rows: int, used: int) -> None:
    values, outcomes = drawn(rows, 2)
    prior = np.array([0.5, 0.5])
    fits = [ridge_logistic(values, outcomes, strength=each, prior=prior) for each in STRENGTHS[:used]]
    found = averaged_fit(values, outcomes, prior=prior)
    assert found.weights == pytest.approx(np.mean([fit.weights for fit in fits], axis=0))
    assert found.intercept == pytest.approx(np.mean([fit.intercept for fit in fits]))


def test_later_rows_weigh_more() -> None:
    weights = recency(101)
    assert weights[-1] == 1
    assert (np.diff(weights) > 0).all()
    assert weights[50] == pytest.approx(0.5, abs=0.01)


def skewed(rows: int, seed: int = 5) -> tuple[dict[str, np.ndarray], np.ndarray]:
    """Fourteen features; bugs come with lines added, and where many authors work."""
    draws = np.random.default_rng(seed)
    columns = {feature: np.exp(draws.normal(2, 1, rows)) for feature in FEATURES}
    log_odds = np.log(columns["la"]) - 3 + 0.8 * (np.log(columns["ndev"]) - 2)
    return columns, (draws.random(rows) < 1 / (1 + np.exp(-log_odds))).astype(float)


def test_a_refit_finds_what_the_prior_does_not_know() -> None:
    columns, outcomes = skewed(3000)
    size = size_alone(BLANK, columns, outcomes)
    assert [term.feature for term in size.terms if term.weight or term.bend] == ["la"]
    weights = {term.feature: term.weight for term in refitted(size, columns, outcomes, name="own", training={}).terms}
    assert sorted(weights, key=lambda feature: -abs(weights[feature]))[:2] == ["la", "ndev"]
    assert weights["ndev"] > 0.3


def test_a_refit_uses_features_beyond_the_prior() -> None:
    columns, outcomes = skewed(1000)
    columns["hint"] = outcomes + np.random.default_rng(1).normal(0, 1, 1000)
    prior = size_alone(BLANK, columns, outcomes).extended({"hint": "none"}, columns)
    assert refitted(prior, columns, outcomes, name="own", training={}).terms[-1].weight > 0.3


def test_a_refit_bends_where_only_more_than_average_matters() -> None:
    columns, _ = skewed(4000)
    above = np.maximum(np.log(columns["nf"]) - 2, 0)
    outcomes = (np.random.default_rng(2).random(4000) < 1 / (1 + np.exp(1 - 2 * above))).astype(float)
    nf = next(
        term for term in refitted(BLANK, columns, outcomes, name="own", training={}).terms if term.feature == "nf"
    )
    assert nf.bend > abs(nf.weight) + 0.1


def test_a_refit_measures_by_the_projects_own_changes() -> None:
    columns, outcomes = skewed(500)
    for model in (refitted(BLANK, columns, outcomes, name="own", training={}), size_alone(BLANK, columns, outcomes)):
        centres = {term.feature: term.centre for term in model.terms}
        assert centres == {name: pytest.approx(np.log1p(values).mean()) for name, values in columns.items()}
        assert np.median(model.scores(model.probabilities(columns))) == pytest.approx(50, abs=1)


def test_a_refit_follows_what_changed_lately() -> None:
    """Many authors were a risk in the first half and are a safeguard, as strongly, in the second."""
    columns, _ = skewed(4000)
    slopes = np.where(np.arange(4000) < 2000, 1.0, -1.0)
    log_odds = slopes * (np.log(columns["ndev"]) - 2)
    outcomes = (np.random.default_rng(2).random(4000) < 1 / (1 + np.exp(-log_odds))).astype(float)
    weights = {term.feature: term.weight for term in refitted(BLANK, columns, outcomes, name="own", training={}).terms}
    assert weights["ndev"] < -0.1


def test_a_refit_says_what_it_rests_on() -> None:
    columns, outcomes = skewed(500)
    model = refitted(BLANK, columns, outcomes, name="own", training={"until": "2025-03-31"})
    assert (model.name, model.training) == ("own", {"until": "2025-03-31", "rows": 500, "converged": True})


def test_a_refit_of_few_changes_stays_near_the_prior() -> None:
    columns, outcomes = skewed(40)
    prior = size_alone(BLANK, *skewed(2000))
    moved = [
        term.weight - prior.terms[place].weight
        for place, term in enumerate(refitted(prior, columns, outcomes, name="own", training={}).terms)
    ]
    assert np.abs(moved).max() < 0.3


def test_the_intercept_of_size_alone_is_the_average_changes() -> None:
    columns, outcomes = skewed(2000)
    model = size_alone(BLANK, columns, outcomes)
    assert model.probabilities(columns).mean() == pytest.approx(outcomes.mean(), abs=0.02)
    assert abs(model.intercept - log(outcomes.mean() / (1 - outcomes.mean()))) < 0.5
