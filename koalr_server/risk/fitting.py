"""Ridge-penalised logistic regression by Newton steps, averaged over its strength (pure)."""

from dataclasses import dataclass

import numpy as np

from koalr_server.risk.model import FloatArray, chances

STRENGTHS = (1.0, 0.3, 0.1, 0.03, 0.01, 0.003, 0.001)
"""Penalties, strongest first: half of it is the cost of a squared unit away from the prior, in mean loss per row."""

LEAST_PRIOR_ROWS = 10
"""A weaker penalty than so many rows would weigh is noise: strength times rows is at least this."""

MOST_STEPS = 50
SMALLEST_STEP = 2.0**-20
TOLERANCE = 1e-10
# Where every prediction is 0 or 1 to the last digit, the curvature would vanish.
LEAST_SPREAD = 1e-9


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
    start = np.zeros(columns.shape[1]) if prior is None else prior
    shares = _shares(outcomes, row_weights)
    _check(outcomes, strength, shares)
    objective = _Objective(
        design=np.column_stack([np.ones(len(outcomes)), np.where(np.isnan(columns), 0.0, columns)]),
        outcomes=outcomes,
        shares=shares,
        centre=np.concatenate([[0.0], start]),
        penalties=np.concatenate([[0.0], np.full(len(start), strength)]),
    )
    mean = float(shares @ outcomes)
    coefficients, steps = _descended(objective, np.concatenate([[np.log(mean / (1 - mean))], start]))
    return Fit(float(coefficients[0]), coefficients[1:], steps, converged=steps < MOST_STEPS)


def averaged_fit(
    columns: FloatArray, outcomes: FloatArray, *, prior: FloatArray, row_weights: FloatArray | None = None
) -> Fit:
    """The mean of fits over STRENGTHS, down to the one that weighs as much as LEAST_PRIOR_ROWS rows.

    On the earlier 70 % of the training sets it ranks later rows as well as the one strength that did best on inner splits,
    better where there are few rows, and never as badly (docs/risk-evaluation.md). Arguments and errors are those of
    `ridge_logistic`.
    """
    allowed = [strength for strength in STRENGTHS if strength * len(outcomes) >= LEAST_PRIOR_ROWS] or STRENGTHS[:1]
    fits = [
        ridge_logistic(columns, outcomes, strength=strength, prior=prior, row_weights=row_weights)
        for strength in allowed
    ]
    return Fit(
        intercept=float(np.mean([fit.intercept for fit in fits])),
        weights=np.mean([fit.weights for fit in fits], axis=0),
        steps=sum(fit.steps for fit in fits),
        converged=all(fit.converged for fit in fits),
    )


@dataclass(frozen=True, slots=True)
class _Objective:
    """What is made small. Coefficients hold the intercept first, then the weights."""

    design: FloatArray
    outcomes: FloatArray
    shares: FloatArray
    centre: FloatArray
    penalties: FloatArray

    def loss(self, coefficients: FloatArray) -> float:
        log_odds = self.design @ coefficients
        penalty = float(self.penalties @ (coefficients - self.centre) ** 2) / 2
        return float(self.shares @ (np.logaddexp(0, log_odds) - self.outcomes * log_odds)) + penalty

    def newton_step(self, coefficients: FloatArray) -> tuple[FloatArray, float]:
        """Where to go, and about twice how much the loss can still fall."""
        expected = chances(self.design @ coefficients)
        slope = self.design.T @ (self.shares * (self.outcomes - expected))
        slope -= self.penalties * (coefficients - self.centre)
        spread = np.maximum(expected * (1 - expected), LEAST_SPREAD)
        curvature = (self.design.T * (self.shares * spread)) @ self.design + np.diag(self.penalties)
        direction: FloatArray = np.linalg.solve(curvature, slope).astype(np.float64)
        return direction, float(slope @ direction)


def _descended(objective: _Objective, coefficients: FloatArray) -> tuple[FloatArray, int]:
    """The coefficients at rest, and the steps it took; MOST_STEPS if they did not come to rest."""
    now = objective.loss(coefficients)
    for step in range(MOST_STEPS):
        direction, fall = objective.newton_step(coefficients)
        if fall < TOLERANCE:
            return coefficients, step
        size = 1.0
        while (then := objective.loss(coefficients + size * direction)) > now and size > SMALLEST_STEP:
            size /= 2
        coefficients, now = coefficients + size * direction, then
    return coefficients, MOST_STEPS


def _shares(outcomes: FloatArray, row_weights: FloatArray | None) -> FloatArray:
    weights = np.ones(len(outcomes)) if row_weights is None else row_weights
    if len(weights) != len(outcomes) or not len(weights) or not (weights >= 0).all() or weights.sum() <= 0:
        raise ValueError(f"row_weights must be {len(outcomes)} numbers, 0 or more, not all 0")
    return np.asarray(weights / weights.sum())


def _check(outcomes: FloatArray, strength: float, shares: FloatArray) -> None:
    if not ((outcomes >= 0) & (outcomes <= 1)).all():
        raise ValueError("outcomes must be numbers from 0 to 1")
    if not strength > 0:
        raise ValueError(f"strength must be above 0, got {strength}")
    counted = outcomes[shares > 0]
    if counted.max() == 0 or counted.min() == 1:
        raise ValueError(f"all {len(counted)} outcomes are {counted[0]:.0f}; a fit needs some of both kinds")
