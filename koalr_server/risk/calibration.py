"""Whether a refit ranks, and whether its probabilities may be taken at their word, on changes it was not fitted to (pure)."""

from math import sqrt

from koalr_server.risk.evaluation import NORMAL_95, agreement, auc_difference, auc_interval, wholeness
from koalr_server.risk.model import FloatArray

LEAST_LOSS = 0.02
"""A refit that ranks worse by less, in AUC, is as good as the shipped model."""


def ranks_worse(scores: FloatArray, others: FloatArray, outcomes: FloatArray) -> bool:
    """Whether the scores rank worse than the others by LEAST_LOSS or more, and worse for certain (95 %).

    A narrow race must not change models, and with them the scale of scores, from quarter to quarter.

    Shape: all (n,), outcomes from 0 to 1 with both kinds.
    """
    behind = auc_difference(scores, others, outcomes)
    return behind.value <= -LEAST_LOSS and behind.high < 0


def fault(predicted: FloatArray, outcomes: FloatArray) -> str | None:
    """The first thing that speaks against the probabilities, as a sentence; None if nothing does.

    They must rank better than chance for certain, and neither their mean nor their squared errors may differ from what
    came by more than chance explains (95 %).

    Shape: both (n,), outcomes from 0 to 1 with both kinds.
    """
    count = f"{len(outcomes):,} later pull requests"
    ranked = auc_interval(predicted, outcomes)
    if ranked.low <= 0.5:
        return f"A refit did not rank {count} better than chance for certain (AUC {ranked.value:.2f}, {_from(ranked.low, ranked.high)})."
    mean = agreement(predicted, outcomes)
    if not mean.low <= mean.predicted <= mean.high:
        return (
            f"A refit expected {mean.predicted:.1%} of {count} to fail, where {mean.observed:.1%} did "
            f"({_from(100 * mean.low, 100 * mean.high, 1)} %)."
        )
    excess = brier_excess(predicted, outcomes)
    if abs(excess) > NORMAL_95:
        kind = "larger" if excess > 0 else "smaller"
        return (
            f"A refit's errors on {count} are {kind} than its probabilities expect ({abs(excess):.1f} standard errors)."
        )
    return None


def brier_excess(predicted: FloatArray, outcomes: FloatArray) -> float:
    """How far the squared errors lie above what the probabilities expect of themselves, in standard errors.

    Source: Spiegelhalter (1986). 0 if the probabilities leave no doubt of it: all 0, 1/2 or 1.
    """
    lever = 1 - 2 * predicted
    variance = wholeness(outcomes) * float(lever**2 @ (predicted * (1 - predicted)))
    return float((outcomes - predicted) @ lever) / sqrt(variance) if variance else 0.0


def _from(low: float, high: float, digits: int = 2) -> str:
    return f"95 % interval {low:.{digits}f} to {high:.{digits}f}"
