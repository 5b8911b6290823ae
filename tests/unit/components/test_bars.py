"""Weeks as bars."""

from datetime import date, timedelta

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from components.bars import MOST_BARS, WEEKS_PER_BAR, bars, names, per_bar, star, strong


def weeks(count: int, last_days: int = 7) -> pd.DataFrame:
    starts = [date(2025, 1, 6) + timedelta(weeks=index) for index in range(count)]
    days = [7] * (count - 1) + [last_days] if count else []
    return pd.DataFrame({"week_start": starts, "value": [float(index) for index in range(count)], "days": days})


def test_few_weeks_are_a_bar_each() -> None:
    found = bars(weeks(MOST_BARS))
    assert len(found) == MOST_BARS
    assert per_bar(found) == "week"
    assert names(found)[0] == "week of 6 Jan"
    assert strong(found) == [False] * (MOST_BARS - 4) + [True] * 4


def test_many_weeks_go_four_to_a_bar_counted_back_from_the_last() -> None:
    found = bars(weeks(18, last_days=2))
    assert list(found["weeks"]) == [2, 4, 4, 4, 4]
    assert list(found["value"]) == [1, 14, 30, 46, 62]
    assert list(found["week_start"])[:2] == [date(2025, 1, 6), date(2025, 1, 20)]
    assert per_bar(found) == "4 weeks"
    assert names(found)[:2] == ["2 weeks from 6 Jan", "4 weeks from 20 Jan"]
    assert strong(found) == [False] * 4 + [True]
    assert [star(found, index) for index in range(5)] == ["", "", "", "", "*"]


def test_what_is_not_known_of_any_week_stays_unknown() -> None:
    found = bars(weeks(20).assign(value=[float("nan")] * 8 + [1.0] * 12))
    assert found["value"].isna().tolist() == [True, True, False, False, False]


@given(st.integers(0, 160))
@pytest.mark.filterwarnings("error")
def test_nothing_is_lost_or_counted_twice(count: int) -> None:
    given_, found = weeks(count), bars(weeks(count))
    assert found["value"].sum() == given_["value"].sum()
    assert found["days"].sum() == given_["days"].sum()
    assert found["weeks"].sum() == count
    assert len(found) <= max(MOST_BARS, -(-count // WEEKS_PER_BAR))
    assert sum(strong(found)) <= 4
