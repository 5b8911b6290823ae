"""Ridge-penalised logistic regression by Newton steps, and the choice of its strength (pure)."""

from dataclasses import dataclass

import numpy as np

from koalr_server.risk.evaluation import auc
from koalr_server.risk.model import FloatArray, chances

STRENGTHS = (1.0, 0.3, 0.1, 0.03, 0.01, 0.003, 0.001)
"""Penalties to choose from, strongest first: mean loss per row equals half this per squared unit off the prior."""

ROLLING = ((0.4, 0.6), (0.6, 0.8), (0.8, 1.0))
"""Each pair: fit on the rows before the first share of them, judge on those up to the second."""

MOST_STEPS = 50
SMALLEST_STEP = 2.0**-20
TOLERANCE = 1e-10


@dataclass(frozen=True, slots=True)
class Fit:
    """Coefficients, and whether the steps came to rest.

    Attributes:
        weights: log-odds per unit, shape (columns,).
        steps: Newton steps taken.
        converged: False if MOST_STEPS were not enough.
    """

    intercept: float
    weights: FloatArray
    steps: int
    converged: bool


def ridge_logistic(
    columns: FloatArray,
    outcomes: FloatArray,
    *,
    strength: float,
    prior: FloatArray | None = None,
    row_weights: FloatArray | None = None,
) -> Fit:
    """The weights with the least mean loss plus strength/2 times their squared distance from the prior.

    The intercept is free. Columns that are constant, or copies of others, stay near the prior and break nothing.

    Args:
        columns: shape (n, k), standardised; NaN is unknown and counts as 0, the average.
        outcomes: shape (n,), 0 to 1, fractions allowed.
        strength: above 0; does not depend on the number of rows.
        prior: shape (k,); zeros if not given.
        row_weights: shape (n,), 0 or more; only their ratios matter.

    Raises:
        ValueError: a shape or value is not as above, or all outcomes are 0 or all are 1.
    """
    design = np.column_stack([np.ones(len(outcomes)), np.where(np.isnan(columns), 0.0, columns)])
    centre = np.concatenate([[0.0], np.zeros(columns.shape[1]) if prior is None else prior])
    penalties = np.concatenate([[0.0], np.full(columns.shape[1], strength)])
    shares = _shares(outcomes, row_weights)
    mean = float(shares @ outcomes)
    _check(outcomes, strength, mean)

    def loss(coefficients: FloatArray) -> float:
        log_odds = design @ coefficients
        penalty = float(penalties @ (coefficients - centre) ** 2) / 2
        return float(shares @ (np.logaddexp(0, log_odds) - outcomes * log_odds)) + penalty

    coefficients = centre.copy()
    coefficients[0] = np.log(mean / (1 - mean))
    now = loss(coefficients)
    for step in range(MOST_STEPS):
        expected = chances(design @ coefficients)
        slope = design.T @ (shares * (outcomes - expected)) - penalties * (coefficients - centre)
        curvature = (design.T * (shares * expected * (1 - expected))) @ design + np.diag(penalties)
        direction = np.linalg.solve(curvature, slope)
        if slope @ direction < TOLERANCE:
            return Fit(float(coefficients[0]), coefficients[1:], step, converged=True)
        size = 1.0
        while (then := loss(coefficients + size * direction)) > now and size > SMALLEST_STEP:
            size /= 2
        coefficients, now = coefficients + size * direction, then
    return Fit(float(coefficients[0]), coefficients[1:], MOST_STEPS, converged=False)


def chosen_strength(columns: FloatArray, outcomes: FloatArray, prior: FloatArray, row_weights: FloatArray) -> float:
    """The strength of STRENGTHS whose fits on earlier rows rank later rows best.

    The rows are in the order of time, and outcomes are 0 or 1. Spans that hold one outcome alone judge nothing; where
    none can judge, the strongest stays with the prior.
    """
    spans = [(round(fit * len(outcomes)), round(end * len(outcomes))) for fit, end in ROLLING]
    usable = [(fit, end) for fit, end in spans if _mixed(outcomes[:fit]) and _mixed(outcomes[fit:end])]
    sums = [
        sum(
            auc(columns[fit:end] @ _weights(columns, outcomes, strength, prior, row_weights, fit), outcomes[fit:end])
            for fit, end in usable
        )
        for strength in STRENGTHS
    ]
    # Ties, float noise aside, go to the strongest.
    return STRENGTHS[int(np.argmax(np.round(sums, 6)))]


def _weights(
    columns: FloatArray, outcomes: FloatArray, strength: float, prior: FloatArray, row_weights: FloatArray, end: int
) -> FloatArray:
    return ridge_logistic(
        columns[:end], outcomes[:end], strength=strength, prior=prior, row_weights=row_weights[:end]
    ).weights


def _mixed(outcomes: FloatArray) -> bool:
    return len(outcomes) > 0 and bool(outcomes.min() < outcomes.max())


def _shares(outcomes: FloatArray, row_weights: FloatArray | None) -> FloatArray:
    weights = np.ones(len(outcomes)) if row_weights is None else row_weights
    if len(weights) != len(outcomes) or not len(weights) or not (weights >= 0).all() or weights.sum() <= 0:
        raise ValueError(f"row_weights must be {len(outcomes)} numbers, 0 or more, not all 0")
    return np.asarray(weights / weights.sum())


def _check(outcomes: FloatArray, strength: float, mean: float) -> None:
    if not ((outcomes >= 0) & (outcomes <= 1)).all():
        raise ValueError("outcomes must be numbers from 0 to 1")
    if not strength > 0:
        raise ValueError(f"strength must be above 0, got {strength}")
    if not 0 < mean < 1:
        raise ValueError(f"all {len(outcomes)} outcomes are {mean:.0f}; a fit needs some of both kinds")
