"""From which week data are known, and which comparisons they carry."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import pytest

from components.coverage import Coverage, begun, carries, coverage
from components.format import window_label

MONDAY = date(2025, 3, 31)


@dataclass(frozen=True)
class Counted:
    week_start: date
    n: int
    days: int | None = 7


@dataclass(frozen=True)
class Figures:
    throughput: float | None


@dataclass(frozen=True)
class Answer:
    throughput: float | None
    previous: Figures | None
    trend: Sequence[Counted] | None


def weeks(*counts: int) -> list[Counted]:
    """Whole weeks, the last one ending on 6 April."""
    first = MONDAY - timedelta(weeks=len(counts) - 1)
    return [Counted(first + timedelta(weeks=index), count) for index, count in enumerate(counts)]


def answer(before: float | None, *counts: int, now: float | None = 10.0) -> Answer:
    return Answer(now, Figures(before), weeks(*counts))


class TestBegun:
    def test_data_begin_after_a_time_without_any(self) -> None:
        assert begun(weeks(0, 0, 0, 5, 0, 7, 3)) == MONDAY - timedelta(weeks=3)

    @pytest.mark.parametrize("counts", [(), (0, 0, 0), (5, 0, 0, 3), (0, 5, 0, 3), (0, 0, 5, 0, 0, 0, 2)])
    def test_gaps_as_long_as_later_ones_are_no_beginning(self, counts: Sequence[int]) -> None:
        assert begun(weeks(*counts)) is None


class TestCoverage:
    def test_data_that_begin_inside_the_window_carry_no_comparison(self) -> None:
        assert coverage(answer(None, 0, 0, 0, 5, 6, 7), 42) == Coverage(MONDAY - timedelta(weeks=2))
        assert coverage(Answer(10.0, None, weeks(0, 0, 5, 6)), 28) == Coverage(MONDAY - timedelta(weeks=1))

    def test_a_lull_after_full_weeks_is_compared(self) -> None:
        assert coverage(answer(9.0, 0, 5, 6, 7), 28) == Coverage(comparable=True)

    def test_data_that_begin_inside_the_window_before_carry_no_comparison(self) -> None:
        assert coverage(answer(6.0, 0, 0, 5, 6, 7, 8), 21) == Coverage()

    def test_data_that_begin_with_the_window_before_do(self) -> None:
        assert coverage(answer(6.0, 0, 0, 5, 6, 7, 8), 14) == Coverage(comparable=True)

    def test_a_nearly_empty_window_before_carries_none(self) -> None:
        assert coverage(answer(0.4, 5, 6, 7, 8), 28) == Coverage()
        assert coverage(answer(None, 5, 6, 7, 8), 28) == Coverage()

    def test_a_fall_is_always_compared(self) -> None:
        assert coverage(answer(100.0, 5, 6, 7, 8), 28) == Coverage(comparable=True)
        assert coverage(answer(100.0, 5, 0, 0, 0, now=0.0), 28) == Coverage(comparable=True)

    def test_a_server_without_a_trend_is_judged_by_the_pace_alone(self) -> None:
        assert coverage(Answer(10.0, Figures(8.0), None), 30) == Coverage(comparable=True)
        assert coverage(Answer(10.0, Figures(0.4), None), 30) == Coverage()
        assert coverage(Answer(10.0, None, None), 30) == Coverage()


def test_a_quarter_of_the_pace_is_the_least_that_is_compared() -> None:
    assert carries(2.5, 10.0)
    assert not carries(2.4, 10.0)
    assert carries(None, 0.0)


def test_the_footer_names_the_window_before_only_where_it_is_compared() -> None:
    assert window_label(datetime(2025, 4, 1, tzinfo=UTC), 30, compared=False) == "2 Mar to 31 Mar 2025"
