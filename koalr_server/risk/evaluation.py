"""How well a score ranks and how far probabilities can be believed (pure)."""

from dataclasses import dataclass
from math import sqrt

import numpy as np

from koalr_server.risk.model import FloatArray

GROUPS = 10
NORMAL_95 = 1.959964
"""The standard normal quantile of 97.5 %: 95 % lie within as many standard errors."""


@dataclass(frozen=True, slots=True)
class Difference:
    """How much more one score has than another, with its 95 % interval."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class ReliabilityRow:
    """One group of changes with similar predictions.

    Attributes:
        count: changes in it.
        predicted: mean probability.
        observed: share that had a failure.
        low, high: 95 % interval of that share (Wilson, 1927).
    """

    count: int
    predicted: float
    observed: float
    low: float
    high: float


def auc(scores: FloatArray, outcomes: FloatArray) -> float:
    """The chance that a change with a failure scores higher than one without; equal scores count half.

    A fraction counts as that much of a failure, the rest of it as none.

    Shape: scores (n,), outcomes (n,) from 0 to 1.

    Raises:
        ValueError: there are not both kinds of outcome.
    """
    place = np.unique(scores, return_inverse=True)[1]
    failed, fine = np.bincount(place, outcomes), np.bincount(place, 1 - outcomes)
    if not failed.any() or not fine.any():
        raise ValueError("the outcomes must hold both failures and none")
    below = np.cumsum(fine) - fine / 2
    return float(failed @ below / (failed.sum() * fine.sum()))


def auc_difference(scores: FloatArray, others: FloatArray, outcomes: FloatArray) -> Difference:
    """AUC of scores minus AUC of others on the same changes, with the interval of DeLong et al. (1988).

    Shape: all (n,), outcomes 0 and 1 alone. With one change of a kind the interval is as wide as can be.
    """
    failed, fine = (
        one - two for one, two in zip(_placements(scores, outcomes), _placements(others, outcomes), strict=True)
    )
    value = float(failed.mean())
    if min(len(failed), len(fine)) < 2:
        return Difference(value, -1.0, 1.0)
    margin = NORMAL_95 * sqrt(failed.var(ddof=1) / len(failed) + fine.var(ddof=1) / len(fine))
    return Difference(value, value - margin, value + margin)


def reliability(probabilities: FloatArray, outcomes: FloatArray, groups: int = GROUPS) -> list[ReliabilityRow]:
    """Predicted beside observed in groups of equal size, lowest probabilities first.

    Shape: both (n,), n at least `groups`; sizes differ by 1 at most.
    """
    return [_row(probabilities[group], outcomes[group]) for group in _groups(probabilities, groups)]


def decile_rho(scores: FloatArray, outcomes: FloatArray) -> float:
    """Spearman's rank correlation of score decile and observed rate; 0 if every decile has the same rate.

    Shape: both (n,), n at least 10. Equal scores at the edge of a decile keep their order.
    """
    rates = np.array([outcomes[group].mean() for group in _groups(scores, GROUPS)])
    if rates.min() == rates.max():
        return 0.0
    return float(np.corrcoef(np.arange(GROUPS), _mid_ranks(rates))[0, 1])


def _groups(scores: FloatArray, groups: int) -> list[np.ndarray[tuple[int], np.dtype[np.intp]]]:
    return np.array_split(np.argsort(scores, kind="stable"), groups)


def _row(probabilities: FloatArray, outcomes: FloatArray) -> ReliabilityRow:
    count, observed = len(outcomes), float(outcomes.mean())
    spread = NORMAL_95**2 / count
    middle = (observed + spread / 2) / (1 + spread)
    margin = sqrt(spread * observed * (1 - observed) + spread**2 / 4) / (1 + spread)
    return ReliabilityRow(
        count, float(probabilities.mean()), observed, max(middle - margin, 0.0), min(middle + margin, 1.0)
    )


def _placements(scores: FloatArray, outcomes: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Per failed change the share of fine ones below it; per fine change the share of failed ones above it."""
    failed, fine = scores[outcomes == 1], scores[outcomes == 0]
    if not len(failed) or not len(fine):
        raise ValueError("the outcomes must hold both 0 and 1")
    return _below(failed, np.sort(fine)), 1 - _below(fine, np.sort(failed))


def _below(scores: FloatArray, others: FloatArray) -> FloatArray:
    """Per score the share of sorted others below it, equal ones counted half."""
    return np.asarray((others.searchsorted(scores, "left") + others.searchsorted(scores, "right")) / (2 * len(others)))


def _mid_ranks(values: FloatArray) -> FloatArray:
    return _below(values, np.sort(values))
