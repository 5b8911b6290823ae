"""Ranks of a pull request's measures among earlier ones, and the score they make (pure)."""

from bisect import bisect_left, bisect_right, insort
from collections.abc import Sequence
from dataclasses import dataclass
from math import isnan

import numpy as np
import numpy.typing as npt

MEASURES = ("churn", "changed_files", "change_entropy", "unfamiliarity")
"""What is ranked; more of each is riskier. Unfamiliarity is 1 − the author's expertise in the files."""

LEAST_COMPARED = 20
YEAR_SECS = 365 * 86_400
TIER_STARTS = ((90, "critical"), (70, "high"), (40, "medium"), (0, "low"))

Measures = Sequence[float | None]
Ranks = tuple[float | None, ...]


@dataclass(frozen=True, slots=True)
class Assessment:
    """A pull request's score and what it rests on.

    Attributes:
        score: 0 to 100 in whole numbers; None if nothing can be ranked.
        ranks: 0 to 1 by MEASURES; None for what is unknown here or in fewer than LEAST_COMPARED others.
        compared_with: how many pull requests of people were merged in the 365 days before.
        compared_among: "repository", or "organisation" where the repository has fewer than LEAST_COMPARED.
    """

    score: int | None
    ranks: Ranks
    compared_with: int
    compared_among: str

    @property
    def tier(self) -> str | None:
        """low, medium, high or critical, read off the score as it is shown."""
        return None if self.score is None else next(tier for start, tier in TIER_STARTS if self.score >= start)


class Peers:
    """Merged pull requests of people, in the order of merging.

    Args:
        merged_at: epoch seconds, ascending, shape (n,).
        measures: by MEASURES, NaN where unknown, shape (4, n).
    """

    def __init__(self, merged_at: npt.NDArray[np.int64], measures: npt.NDArray[np.float64]) -> None:
        self._merged_at = merged_at
        self._measures = np.ascontiguousarray(measures)
        known = np.cumsum(~np.isnan(self._measures), axis=1)
        self._known_before = np.concatenate([np.zeros((len(MEASURES), 1), np.int64), known], axis=1)

    def year_before(self, moment: int) -> slice:
        """Those merged in the 365 days before a moment, both ends excluded."""
        first = self._merged_at.searchsorted(moment - YEAR_SECS, "right")
        return slice(int(first), int(self._merged_at.searchsorted(moment, "left")))

    def ranks(self, measures: Measures, among: slice) -> Ranks:
        """By measure the share of known values below this one, equal ones counted half.

        None where this one is unknown, or all but a few of the others are.
        """
        known = (self._known_before[:, among.stop] - self._known_before[:, among.start]).tolist()
        return tuple(
            None if value is None or count < LEAST_COMPARED else _rank(value, column[among], count)
            for value, column, count in zip(measures, self._measures, known, strict=True)
        )


class Sweep:
    """The same as Peers, for moments asked about in ascending order: values stay sorted while the year moves on."""

    def __init__(self, merged_at: npt.NDArray[np.int64], measures: npt.NDArray[np.float64]) -> None:
        self._merged_at: list[int] = merged_at.tolist()
        self._measures: list[list[float]] = measures.T.tolist()
        self._sorted: list[list[float]] = [[] for _ in MEASURES]
        self._first = self._next = 0

    def year_before(self, moment: int) -> slice:
        """Those merged in the 365 days before a moment, both ends excluded; never an earlier moment than the last."""
        while self._next < len(self._merged_at) and self._merged_at[self._next] < moment:
            for value, known in zip(self._measures[self._next], self._sorted, strict=True):
                if not isnan(value):
                    insort(known, value)
            self._next += 1
        while self._first < self._next and self._merged_at[self._first] <= moment - YEAR_SECS:
            for value, known in zip(self._measures[self._first], self._sorted, strict=True):
                if not isnan(value):
                    del known[bisect_left(known, value)]
            self._first += 1
        return slice(self._first, self._next)

    def ranks(self, measures: Measures, _among: slice) -> Ranks:
        """As Peers.ranks, among those of the year last asked for."""
        return tuple(
            None
            if value is None or len(known) < LEAST_COMPARED
            else (bisect_left(known, value) + bisect_right(known, value)) / (2 * len(known))
            for value, known in zip(measures, self._sorted, strict=True)
        )


def assess(measures: Measures, moment: int, repository: Peers | Sweep, organisation: Peers | Sweep) -> Assessment:
    """Rank a pull request among the people's of the year before a moment (epoch seconds).

    The repository's own if there are LEAST_COMPARED of them, else the whole organisation's.
    """
    peers, name = repository, "repository"
    year = peers.year_before(moment)
    if year.stop - year.start < LEAST_COMPARED:
        peers, name = organisation, "organisation"
        year = peers.year_before(moment)
    ranks = peers.ranks(measures, year)
    return Assessment(_score(ranks), ranks, year.stop - year.start, name)


def _rank(value: float, others: npt.NDArray[np.float64], known: int) -> float:
    # Comparing with NaN, an unknown value, is false.
    below, not_above = np.count_nonzero(others < value), np.count_nonzero(others <= value)
    return (below + not_above) / (2 * known)


def _score(ranks: Ranks) -> int | None:
    """100 times the mean of the known ranks, in whole numbers, a half to the even one."""
    known = [rank for rank in ranks if rank is not None]
    # Float noise must not decide a half.
    return round(round(100 * sum(known) / len(known), 6)) if known else None
