"""Ranks, scores, tiers and the sentence about them."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from koalr_server.risk.ranks import LEAST_COMPARED, YEAR_SECS, Assessment, Peers, assess
from koalr_server.risk.recommendation import recommendation

NOBODY = Peers(np.empty(0, np.int64), np.empty((4, 0)))
NOW = 2 * YEAR_SECS


def peers(count: int, at: int = NOW - 1, known: int | None = None) -> Peers:
    """So many with values 0, 1, 2 … in every measure, of which the first `known` are known."""
    values = np.arange(count, dtype=float)
    values[count if known is None else known :] = np.nan
    return Peers(np.full(count, at, np.int64), np.stack([values] * 4))


def found(score: int | None, *ranks: float | None, compared_with: int = 50) -> Assessment:
    return Assessment(score, ranks, compared_with, "repository")


def test_an_equal_value_counts_half() -> None:
    assert assess((10, None, None, None), NOW, peers(20), NOBODY).ranks == (10.5 / 20, None, None, None)


@pytest.mark.parametrize(("value", "score"), [(-1, 0), (100, 100), (9.5, 50)])
def test_the_score_runs_from_below_all_to_above_all(value: float, score: int) -> None:
    assert assess((value,) * 4, NOW, peers(20), NOBODY).score == score


@pytest.mark.parametrize(("at", "compared"), [(NOW, 0), (NOW - 1, 20), (NOW - YEAR_SECS + 1, 20), (NOW - YEAR_SECS, 0)])
def test_only_the_year_before_is_compared_with(at: int, compared: int) -> None:
    assert assess((1,) * 4, NOW, peers(20, at), NOBODY).compared_with == compared


def test_a_small_repository_is_compared_with_the_organisation() -> None:
    few = assess((1,) * 4, NOW, peers(LEAST_COMPARED - 1), peers(30))
    assert (few.compared_among, few.compared_with) == ("organisation", 30)
    enough = assess((1,) * 4, NOW, peers(LEAST_COMPARED), peers(30))
    assert (enough.compared_among, enough.compared_with) == ("repository", 20)


def test_too_few_everywhere_is_no_score() -> None:
    nothing = assess((1,) * 4, NOW, peers(3), peers(19))
    assert (nothing.score, nothing.tier, nothing.compared_with) == (None, None, 19)
    assert "19 pull requests" in recommendation(nothing)
    assert "needs 20" in recommendation(nothing)


def test_a_measure_unknown_in_nearly_all_others_is_not_ranked() -> None:
    assert assess((1,) * 4, NOW, peers(40, known=19), NOBODY).ranks == (None,) * 4
    assert assess((1,) * 4, NOW, peers(40, known=20), NOBODY).ranks == (1.5 / 20,) * 4


def test_nothing_known_says_what_to_import() -> None:
    nothing = assess((None,) * 4, NOW, peers(40), NOBODY)
    assert nothing.score is None
    assert "import additions, deletions and changedFiles" in recommendation(nothing)


@given(st.lists(st.integers(0, 9), min_size=20, max_size=60), st.integers(0, 9), st.integers(0, 9))
def test_more_never_ranks_lower(others: list[int], value: int, more: int) -> None:
    before = Peers(np.full(len(others), NOW - 1, np.int64), np.tile(np.array(others, float), (4, 1)))
    low, high = (assess((size,) * 4, NOW, before, NOBODY).score for size in (value, value + more))
    assert low is not None
    assert high is not None
    assert 0 <= low <= high <= 100


@pytest.mark.parametrize(
    ("score", "tier"),
    [
        (0, "low"),
        (39, "low"),
        (40, "medium"),
        (69, "medium"),
        (70, "high"),
        (89, "high"),
        (90, "critical"),
        (100, "critical"),
    ],
)
def test_tiers_begin_where_documented(score: int, tier: str) -> None:
    assert found(score).tier == tier


def test_a_high_score_names_what_raises_it_highest_first() -> None:
    text = recommendation(found(82, 0.71, 0.5, 0.97, None))
    assert text == (
        "Review carefully: spread over files (97 of 100) and lines changed (71 of 100) rank high among the 50 pull requests "
        "merged in this repository in the year before."
    )


def test_a_low_score_with_one_high_measure_is_no_warning() -> None:
    assert recommendation(found(35, 0.9, 0.1, 0.1, 0.3)).startswith("Lines changed (90 of 100) rank high among")


def test_nothing_high_is_said_so() -> None:
    assert recommendation(found(50, 0.5, 0.69, None, None)).startswith("Nothing stands out among the 50")
