"""What "now" is."""

from datetime import UTC, datetime, timedelta

import pytest

from koalr_server.clock import Calendar, SampleDates

ENDS_AT = datetime(2025, 4, 1)
WALL = datetime(2026, 11, 24, 10, 30, 15, 999, tzinfo=UTC)


def calendar(wall: datetime = WALL, as_of: datetime | None = None) -> Calendar:
    return Calendar(lambda: wall, as_of)


def test_real_data_follow_the_wall_clock_in_whole_seconds() -> None:
    assert calendar().moment(None).now == datetime(2026, 11, 24, 10, 30, 15)


def test_as_of_freezes_now_for_real_data() -> None:
    frozen = datetime(2025, 3, 31, 23, 59, 59, tzinfo=UTC)
    assert calendar(as_of=frozen).moment(None).now == datetime(2025, 3, 31, 23, 59, 59)


@pytest.mark.parametrize("days_later", range(0, 400, 3))
def test_the_sample_ends_within_the_last_week_on_the_same_week_day(days_later: int) -> None:
    wall = datetime(2025, 4, 1, 9, tzinfo=UTC) + timedelta(days=days_later)
    moment = calendar(wall).moment(SampleDates(ENDS_AT, shifted=True))
    shown_end = moment.now + moment.shift
    assert shown_end.weekday() == ENDS_AT.weekday()
    assert timedelta(0) <= wall.replace(tzinfo=None) - shown_end < timedelta(days=7)


def test_the_sample_with_original_dates_ends_when_it_ended() -> None:
    moment = calendar().moment(SampleDates(ENDS_AT, shifted=False))
    assert (moment.now, moment.shift) == (ENDS_AT, timedelta(0))


def test_the_sample_is_never_moved_backwards() -> None:
    wall = datetime(2025, 2, 1, tzinfo=UTC)
    assert calendar(wall).moment(SampleDates(ENDS_AT, shifted=True)).shift == timedelta(0)


def test_as_of_on_a_shifted_sample_is_a_time_as_shown() -> None:
    frozen = datetime(2026, 11, 17, tzinfo=UTC)
    moment = calendar(as_of=frozen).moment(SampleDates(ENDS_AT, shifted=True))
    assert moment.now + moment.shift == datetime(2026, 11, 17)
