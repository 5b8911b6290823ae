"""Ranks of a pull request's measures among earlier ones, and the score they make (pure)."""

from collections.abc import Sequence
from dataclasses import dataclass

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

    def of_year_before(self, moment: int) -> list[npt.NDArray[np.float64]]:
        """The measures of those merged in the 365 days before a moment, both ends excluded; one array per measure."""
        first = self._merged_at.searchsorted(moment - YEAR_SECS, "right")
        end = self._merged_at.searchsorted(moment, "left")
        return [column[first:end] for column in self._measures]


def assess(measures: Measures, moment: int, repository: Peers, organisation: Peers) -> Assessment:
    """Rank a pull request among the people's of the year before a moment (epoch seconds).

    The repository's own if there are LEAST_COMPARED of them, else the whole organisation's.
    """
    peers, among = repository.of_year_before(moment), "repository"
    if len(peers[0]) < LEAST_COMPARED:
        peers, among = organisation.of_year_before(moment), "organisation"
    ranks = tuple(mid_rank(value, others) for value, others in zip(measures, peers, strict=True))
    return Assessment(_score(ranks), ranks, len(peers[0]), among)


def mid_rank(value: float | None, others: npt.NDArray[np.float64]) -> float | None:
    """The share of known values below this one, equal ones counted half; None with too few of them."""
    if value is None or len(others) < LEAST_COMPARED:
        return None
    below = np.count_nonzero(others < value)
    not_above = np.count_nonzero(others <= value)
    known = len(others) - np.count_nonzero(np.isnan(others))
    return (below + not_above) / (2 * known) if known >= LEAST_COMPARED else None


def _score(ranks: Ranks) -> int | None:
    """100 times the mean of the known ranks, in whole numbers, a half to the even one."""
    known = [rank for rank in ranks if rank is not None]
    # Float noise must not decide a half.
    return round(round(100 * sum(known) / len(known), 6)) if known else None
