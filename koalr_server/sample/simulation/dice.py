"""Seeded chance that falls the same way on every machine and every Python."""

import random
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from typing import TypeVar

T = TypeVar("T")
# (share of cases below, value) in rising order from 0 to 1: a distribution one can read.
Quantiles = Sequence[tuple[float, float]]


class Dice:
    """Draws from one named seed.

    Only `random()` and basic arithmetic are used: Python promises that sequence for a seed, while the results of its
    other draws may change between versions and those of log and exp between machines.
    """

    def __init__(self, seed: str) -> None:
        self._random = random.Random(seed)  # noqa: S311 - a simulation, not a secret

    def fraction(self) -> float:
        """A number from 0 up to, not including, 1."""
        return self._random.random()

    def chance(self, share: float) -> bool:
        """True in that share of cases."""
        return self.fraction() < share

    def whole(self, low: int, high: int) -> int:
        """A whole number from low to high, both included."""
        return low + int(self.fraction() * (high - low + 1))

    def pick(self, choices: Sequence[T]) -> T:
        """One of the choices, all alike."""
        return choices[int(self.fraction() * len(choices))]

    def weighted(self, weights: Mapping[T, float]) -> T:
        """One of the keys, in proportion to its weight."""
        left = self.fraction() * sum(weights.values())
        for choice, weight in weights.items():
            left -= weight
            if left < 0:
                return choice
        return next(reversed(list(weights)))

    def along(self, quantiles: Quantiles) -> float:
        """A value of a distribution, linear between the quantiles it is given by."""
        share = self.fraction()
        above = bisect_right([share for share, _ in quantiles], share)
        (low_share, low), (high_share, high) = quantiles[above - 1], quantiles[above]
        return low + (high - low) * (share - low_share) / (high_share - low_share)
