"""Windows and weeks."""

from datetime import date, datetime, timedelta
from itertools import pairwise

import pytest

from koalr_server.metrics.windows import ONE_SECOND, Window, trend_weeks

NOW = datetime(2025, 3, 31, 23, 59, 59)


def test_the_previous_window_ends_where_this_one_begins() -> None:
    window = Window.rolling(NOW, 30)
    assert window.previous().until == window.after
    assert window.previous().days == 30


def test_short_windows_still_get_eight_weeks() -> None:
    weeks = trend_weeks(Window.rolling(NOW, 7))
    assert len(weeks) == 8
    assert weeks[-1].starts_on == date(2025, 3, 31)


@pytest.mark.parametrize("days", [1, 6, 30, 90, 365, 1095])
@pytest.mark.parametrize(
    "now", [NOW, datetime(2025, 3, 31), datetime(2025, 3, 30, 23, 59, 59), datetime(2024, 2, 29, 12)]
)
def test_weeks_touch_each_other_and_cover_the_window(days: int, now: datetime) -> None:
    window = Window.rolling(now, days)
    weeks = trend_weeks(window)
    assert all(week.starts_on.weekday() == 0 for week in weeks)
    for earlier, later in pairwise(weeks):
        assert earlier.window.until == later.window.after
        assert later.starts_on - earlier.starts_on == timedelta(days=7)
    assert weeks[0].window.after <= window.after
    assert weeks[-1].window.until == now


def test_a_monday_midnight_belongs_to_the_week_it_opens() -> None:
    last = trend_weeks(Window.rolling(datetime(2025, 3, 31), 7))[-1]
    assert (last.starts_on, last.window.days) == (date(2025, 3, 31), 1)
    assert last.window.after == datetime(2025, 3, 31) - ONE_SECOND


def test_the_current_week_counts_the_days_begun() -> None:
    assert [
        trend_weeks(Window.rolling(datetime(2025, 3, 31) + timedelta(hours=hours), 7))[-1].window.days
        for hours in (1, 24, 25, 167)
    ] == [1, 1, 2, 7]
