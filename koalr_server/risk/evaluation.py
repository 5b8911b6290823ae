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

    A fraction counts as in `auc`, in both kinds of outcome, and the interval knows that the two parts are one change.

    Shape: all (n,), outcomes from 0 to 1. With one change of a kind the interval is as wide as can be.

    Raises:
        ValueError: there are not both kinds of outcome.
    """
    failed, fine = (
        one - two for one, two in zip(_placements(scores, outcomes), _placements(others, outcomes), strict=True)
    )
    value = float(failed @ outcomes / outcomes.sum())
    if min(_effective(outcomes), _effective(1 - outcomes)) < 2:
        return Difference(value, -1.0, 1.0)
    influences = _influences(failed, outcomes) + _influences(fine, 1 - outcomes)
    margin = NORMAL_95 * sqrt(float(influences @ influences))
    return Difference(value, value - margin, value + margin)


def auc_interval(scores: FloatArray, outcomes: FloatArray) -> Difference:
    """The AUC with its 95 % interval; shapes and errors are those of `auc_difference`."""
    # Scores that are all alike have 0.5, for certain.
    above = auc_difference(scores, np.zeros(len(scores)), outcomes)
    return Difference(0.5 + above.value, 0.5 + above.low, 0.5 + above.high)


def reliability(probabilities: FloatArray, outcomes: FloatArray, groups: int = GROUPS) -> list[ReliabilityRow]:
    """Predicted beside observed in groups of equal size, lowest probabilities first.

    Shape: both (n,), n at least `groups`; sizes differ by 1 at most.
    """
    return [agreement(probabilities[group], outcomes[group]) for group in _groups(probabilities, groups)]


def agreement(probabilities: FloatArray, outcomes: FloatArray) -> ReliabilityRow:
    """Predicted beside observed, all together; both of shape (n,), n at least 1."""
    count, observed = len(outcomes), float(outcomes.mean())
    spread = NORMAL_95**2 * wholeness(outcomes) / count
    middle = (observed + spread / 2) / (1 + spread)
    margin = sqrt(spread * observed * (1 - observed) + spread**2 / 4) / (1 + spread)
    return ReliabilityRow(
        count, float(probabilities.mean()), observed, max(middle - margin, 0.0), min(middle + margin, 1.0)
    )


def wholeness(outcomes: FloatArray) -> float:
    """The variance of outcomes beside that of whole failures with the same mean: 1 for those, less where blame is shared.

    Shape: (n,), n at least 1. 1 where all are alike.
    """
    whole = float(outcomes.mean() * (1 - outcomes.mean()))
    return float(outcomes.var()) / whole if outcomes.min() < outcomes.max() else 1.0


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


def _placements(scores: FloatArray, outcomes: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Per change the share of fine ones below it, and the share of failed ones above it."""
    failed, fine = outcomes, 1 - outcomes
    if not failed.any() or not fine.any():
        raise ValueError("the outcomes must hold both failures and none")
    return _below(scores, scores, fine), 1 - _below(scores, scores, failed)


def _influences(placements: FloatArray, parts: FloatArray) -> FloatArray:
    """How far each change moves the mean of the placements of one kind; a sample's variance, not a population's."""
    distances = placements - placements @ parts / parts.sum()
    count = _effective(parts)
    return np.asarray(parts / parts.sum() * distances * sqrt(count / (count - 1)))


def _effective(parts: FloatArray) -> float:
    """How many whole changes tell as much as these parts (Kish, 1965)."""
    return float(parts.sum() ** 2 / (parts @ parts)) if parts.any() else 0.0


def _below(scores: FloatArray, others: FloatArray, parts: FloatArray) -> FloatArray:
    """Per score the share of others below it, each by its part, equal ones counted half."""
    order = np.argsort(others, kind="stable")
    ranked, heights = others[order], np.concatenate([[0.0], np.cumsum(parts[order])])
    below, up_to = (heights[ranked.searchsorted(scores, side)] for side in ("left", "right"))
    return np.asarray((below + up_to) / (2 * heights[-1]))


def _mid_ranks(values: FloatArray) -> FloatArray:
    return _below(values, values, np.ones(len(values)))
