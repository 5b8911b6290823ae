"""Which months a forecast spans, how sure each day is, and the chance between its dates."""

from datetime import date, timedelta
from statistics import NormalDist

import pytest

from components.outlook import (
    Outlook,
    chance_between,
    chance_beyond,
    date_ticks,
    day_text,
    day_words,
    months_shown,
    scopes,
)

TODAY = date(2025, 4, 1)


def outlook(*days: int | None, today: date = TODAY) -> Outlook:
    """Dates so many days from today, in the order 50, 85, 95 %."""
    dates = zip((50, 85, 95), days, strict=False)
    return Outlook(20, today, {share: today + timedelta(days=day) for share, day in dates if day is not None})


class TestMonths:
    def test_start_with_this_one_while_three_reach_the_last_date(self) -> None:
        assert months_shown(outlook(10, 24, 90)) == [date(2025, 4, 1), date(2025, 5, 1), date(2025, 6, 1)]

    def test_are_those_of_the_dates_when_the_last_is_later(self) -> None:
        assert months_shown(outlook(10, 200, 2000)) == [date(2025, 4, 1), date(2025, 10, 1), date(2030, 9, 1)]

    def test_that_dates_share_are_filled_up_with_the_ones_before_the_last(self) -> None:
        assert months_shown(outlook(1000, 1001, 1002)) == [date(2027, 10, 1), date(2027, 11, 1), date(2027, 12, 1)]
        assert months_shown(outlook(100, 101, 102)) == [date(2025, 5, 1), date(2025, 6, 1), date(2025, 7, 1)]

    def test_run_over_new_year(self) -> None:
        assert months_shown(outlook(1, 2, 60, today=date(2025, 11, 30)))[-1] == date(2026, 1, 1)

    def test_go_back_to_dates_that_have_passed(self) -> None:
        assert months_shown(outlook(-200, -190, -180))[0] == date(2024, 9, 1)
        assert outlook(-200).days(50) == 1

    def test_are_there_without_any_date(self) -> None:
        assert len(months_shown(outlook())) == 3


def test_a_day_is_as_sure_as_the_last_date_it_has_reached() -> None:
    found = outlook(10, 24, 38)
    assert [found.step(TODAY + timedelta(days=day)) for day in (9, 10, 23, 24, 37, 38, 400)] == [0, 1, 1, 2, 2, 3, 3]


def test_without_a_95_per_cent_date_no_day_is_so_sure() -> None:
    assert outlook(10, 24).step(TODAY + timedelta(days=4000)) == 2


class TestChance:
    def test_goes_through_every_date(self) -> None:
        curve = chance_between(outlook(10, 24, 38))
        found = {round(day, 6): round(chance, 6) for day, chance in zip(curve.days, curve.chances, strict=True)}
        assert [found[day] for day in (10, 24, 38)] == [0.5, 0.85, 0.95]
        assert list(curve.chances) == sorted(curve.chances)

    def test_is_straight_in_the_quantile_over_the_logarithm(self) -> None:
        curve = chance_between(outlook(4, 16))
        middle = curve.chances[list(curve.days).index(pytest.approx(8))]
        assert NormalDist().inv_cdf(middle) == pytest.approx(NormalDist().inv_cdf(0.85) / 2)

    def test_rises_at_once_where_dates_are_the_same(self) -> None:
        curve = chance_between(outlook(7, 7, 7))
        assert list(curve.days) == pytest.approx([7] * len(curve.days))
        assert (curve.chances[0], curve.chances[-1]) == (pytest.approx(0.5), 0.95)
        assert all(not beyond.days for beyond in chance_beyond(outlook(7, 7, 7), 40))

    def test_goes_on_beyond_the_dates(self) -> None:
        before, after = chance_beyond(outlook(10, 24, 38), 70)
        assert (before.chances[-1], after.chances[0]) == (pytest.approx(0.5), pytest.approx(0.95))
        assert 0 <= before.chances[0] < 0.01
        assert 0.95 < after.chances[-1] < 1

    def test_of_one_date_is_that_date(self) -> None:
        curve = chance_between(outlook(9))
        assert (curve.days, curve.chances) == ([9], [0.5])
        assert not chance_beyond(outlook(9), 40)[0].days


@pytest.mark.parametrize(
    ("items", "expected"),
    [
        (20, {20: "as planned", 25: "+25 %", 30: "+50 %", 40: "double"}),
        (1, {1: "as planned", 2: "double"}),
        (3, {3: "as planned", 4: "+25 %", 5: "+50 %", 6: "double"}),
        (7_000, {7_000: "as planned", 8_750: "+25 %"}),
        (10_000, {10_000: "as planned"}),
    ],
)
def test_a_growing_scope_asks_for_whole_items_the_api_takes(items: int, expected: dict[int, str]) -> None:
    assert scopes(items, 10_000) == expected


def test_a_date_names_its_year_only_if_it_is_another() -> None:
    assert (day_text(date(2025, 4, 25), TODAY), day_text(date(2026, 4, 25), TODAY)) == ("25 Apr", "25 Apr 2026")
    assert day_words(date(2025, 4, 25), TODAY) == "Fri 25 April"
    assert day_words(date(2027, 4, 25), TODAY) == "Sun 25 April 2027"


class TestTicks:
    def test_are_few_firsts_of_months(self) -> None:
        assert date_ticks(TODAY, 5, 70, most=2) == ([30, 61], ["1 May", "1 Jun"])

    def test_name_a_new_year_once(self) -> None:
        assert date_ticks(date(2025, 12, 1), 5, 70, most=2)[1] == ["1 Jan 2026", "1 Feb"]

    def test_are_years_over_years(self) -> None:
        assert date_ticks(TODAY, 500, 2_400, most=2) == ([1005, 1736], ["2028", "2030"])

    def test_end_with_the_calendar(self) -> None:
        positions, texts = date_ticks(TODAY, 0, 1e9, most=2)
        assert len(texts) == 3
        assert TODAY + timedelta(days=positions[-1]) <= date.max
