"""From a probability to a score of 0 to 100: the share of changes with a lower one (pure)."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

PERCENT = 100
# The slope of a line to a point nearer to 0 than this is beyond what a number can say.
NONE = 1e-300


def score_points(probabilities: npt.NDArray[np.float64]) -> tuple[float, ...]:
    """The map made from changes: the probability below which 0, 1, 2 … 100 % of them lie.

    Shape: probabilities (n,), n at least 1; 101 points, ascending.
    """
    # Linear quantiles by hand: numpy's own imports masked arrays, which takes longer than reading a thousand commits.
    places = np.linspace(0, len(probabilities) - 1, PERCENT + 1)
    return tuple(np.interp(places, np.arange(len(probabilities)), np.sort(probabilities)).tolist())


def scores_of(probabilities: npt.NDArray[np.float64], points: Sequence[float]) -> npt.NDArray[np.int64]:
    """Scores in whole numbers, straight lines between the points; never falling as the probability rises.

    A probability that many changes share gets the share of those below all of them.

    Shape: probabilities (n,) in 0 to 1, points as from `score_points`; the scores are (n,).
    """
    distinct, first = np.unique(_told_from_none(np.asarray(points)), return_index=True)
    shares = np.interp(_told_from_none(probabilities), distinct, first / (len(points) - 1), right=1.0)
    return np.rint(PERCENT * shares).astype(np.int64)


def _told_from_none(probabilities: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    return np.where(probabilities < NONE, 0.0, probabilities)
