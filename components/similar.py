"""Pull requests beside the one in question: which are nearest by score, and what became of them (pure)."""

from collections.abc import Sequence
from dataclasses import dataclass

from components.format import day_label, known
from components.pull_request_name import PullRequestName
from koalr_api import PullRequest

MOST_ROWS = 5
FEWEST_IN_REPOSITORY = 3
SIMILAR_POINTS = 10


@dataclass(frozen=True, slots=True)
class Similar:
    """Those of nearly the same score, nearest first. `repository`: whether they are of the same one, or of any.

    `fate_told`: whether the server says what was taken back.
    """

    rows: Sequence[PullRequest]
    repository: bool
    fate_told: bool

    @property
    def reverted(self) -> int:
        """How many of them were taken back since."""
        return sum(1 for row in self.rows if row.reverted_by)


def itself(rows: Sequence[PullRequest], asked: PullRequestName) -> PullRequest | None:
    """The row of the pull request in question."""
    return next((row for row in rows if _same(row, asked)), None)


def nearest(rows: Sequence[PullRequest], asked: PullRequestName, score: float) -> Similar:
    """The pull requests with about the same score: of the same repository if it has enough, else of all."""
    distances = [(abs((row.risk_score or 0.0) - score), row) for row in rows if known(row.risk_score)]
    near = [(apart, row) for apart, row in distances if apart <= SIMILAR_POINTS and not _same(row, asked)]
    own = [(apart, row) for apart, row in near if _repository(row, asked)]
    chosen = own if len(own) >= FEWEST_IN_REPOSITORY else near
    found = [row for _, row in sorted(chosen, key=lambda pair: pair[0])[:MOST_ROWS]]
    return Similar(found, chosen is own, any("revertedBy" in row.raw for row in found))


def riskiest(rows: Sequence[PullRequest], count: int = MOST_ROWS) -> list[PullRequest]:
    """The pull requests with the highest scores, highest first."""
    return sorted((row for row in rows if known(row.risk_score)), key=lambda row: -(row.risk_score or 0.0))[:count]


def span(rows: Sequence[PullRequest]) -> str:
    """ "17 Nov to 23 Nov", when they were merged; empty where that is unknown."""
    days = [row.merged_at for row in rows if row.merged_at is not None]
    if not days:
        return ""
    first, last = day_label(min(days)), day_label(max(days))
    return first if first == last else f"{first} to {last}"


def _same(row: PullRequest, asked: PullRequestName) -> bool:
    return row.number == asked.number and _repository(row, asked)


def _repository(row: PullRequest, asked: PullRequestName) -> bool:
    return row.repo.lower() == f"{asked.owner}/{asked.repo}".lower()
