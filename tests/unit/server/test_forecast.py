"""The simulation against exact arithmetic, and what must hold of every forecast."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from koalr_server.forecast.backlog import backlog
from koalr_server.forecast.delivery import days_to_finish, delivery, generator_for
from koalr_server.forecast.history import History
from koalr_server.forecast.simulation import HORIZON_DAYS, SIMULATIONS, day_reached, finish_days
from tests.oracle.forecast import shares_done

TODAY = date(2025, 3, 31)
NAMES = ("p50", "p85", "p95")
# Five standard deviations of a share of 10,000 runs.
NOISE = 0.025

weeks = st.lists(st.lists(st.integers(0, 4), min_size=4, max_size=12), min_size=7, max_size=7).filter(
    lambda week: any(map(any, week))
)


def history(finished: Sequence[int], backlog_size: int | None = 20) -> History:
    weekly = tuple(sum(finished[start : start + 7]) for start in range(0, len(finished), 7))
    return History(TODAY, tuple(finished), weekly, backlog_size)


histories = st.lists(st.integers(0, 3), min_size=84, max_size=84).map(history)
STEADY = history([1, 0, 2, 1, 1, 0, 0] * 12)
UNEVEN = history([0 if day % 7 > 4 else (day * day + day // 7) % 5 for day in range(84)])


@settings(max_examples=40, deadline=None)
@given(weeks, st.integers(1, 60))
def test_the_simulation_agrees_with_the_exact_distribution(week: list[list[int]], items: int) -> None:
    exact = shares_done(week, items)
    simulated = np.cumsum(finish_days(week, items, np.random.default_rng(7))) / SIMULATIONS
    reached = min(len(exact) - 1, HORIZON_DAYS)
    assert np.abs(simulated[:reached] - np.array(exact[1 : reached + 1])).max() < NOISE


@settings(max_examples=25, deadline=None)
@given(histories.filter(lambda found: found.busy_weeks >= 5), st.integers(1, 300))
def test_a_forecast_day_is_the_first_on_which_the_share_is_reached(found: History, items: int) -> None:
    days, _ = days_to_finish(found, items, None)
    pools = found.by_weekday()
    exact = shares_done(pools[1:] + pools[:1], items)  # today is a Monday, day 1 a Tuesday
    for name, share in zip(NAMES, (0.5, 0.85, 0.95), strict=True):
        day = days[name]
        assert day is not None
        assert exact[min(day, len(exact) - 1)] > share - NOISE
        assert exact[min(day - 1, len(exact) - 1)] < share + NOISE


@settings(max_examples=25, deadline=None)
@given(histories.filter(lambda found: found.busy_weeks >= 5), st.integers(1, 200), st.integers(1, 200))
def test_more_confidence_is_never_earlier_and_more_items_take_longer(found: History, items: int, more: int) -> None:
    few, many = (days_to_finish(found, count, None)[0] for count in (items, 2 * (items + more) + 20))
    assert [few[name] for name in NAMES] == sorted(few.values())  # type: ignore[type-var]
    assert all(few[name] < many[name] for name in NAMES)  # type: ignore[operator]


def test_item_by_item_no_date_is_earlier() -> None:
    dates = [delivery(STEADY, items, None) for items in range(1, 121)]
    assert all(later[name] >= sooner[name] for name in NAMES for sooner, later in pairwise(dates))


def test_a_doubled_history_halves_the_time() -> None:
    doubled = history([2 * count for count in UNEVEN.finished])
    single, double = (days_to_finish(found, 200, None)[0] for found in (UNEVEN, doubled))
    assert all(double[name] == pytest.approx(single[name] / 2, rel=0.1) for name in NAMES)  # type: ignore[operator]


def test_a_day_of_the_history_counts_for_its_weekday_only() -> None:
    mondays = history([3, 0, 0, 0, 0, 0, 0] * 12)  # 84 days before a Monday begin with a Monday
    days = [delivery(mondays, 6, None)[name] for name in NAMES]
    assert days == [TODAY + timedelta(weeks=2)] * 3


def test_the_same_question_has_the_same_answer_and_another_has_other_runs() -> None:
    def runs(today: date, items: int, team_id: str | None) -> list[int]:
        asked = replace(UNEVEN, today=today)
        return finish_days(asked.by_weekday(), 400, generator_for(asked, items, team_id)).tolist()

    first = runs(TODAY, 400, "t-1")
    assert runs(TODAY, 400, "t-1") == first
    later = TODAY + timedelta(weeks=1)
    for other in ((later, 400, "t-1"), (TODAY, 401, "t-1"), (TODAY, 400, "t-2"), (TODAY, 400, None)):
        assert runs(*other) != first


def test_percentiles_are_days_that_happened() -> None:
    finished = np.zeros(HORIZON_DAYS, np.int64)
    finished[[0, 9]] = [SIMULATIONS // 2, SIMULATIONS - SIMULATIONS // 2]
    assert (day_reached(finished, 0.5), day_reached(finished, 0.5001)) == (1, 10)
    assert day_reached(finished // 2, 0.85) is None


@pytest.mark.parametrize("busy", [0, 1, 4])
def test_too_few_weeks_are_named_with_their_numbers(busy: int) -> None:
    found = history([0] * (84 - 7 * busy) + [0, 0, 2, 0, 0, 0, 0] * busy)
    answer = delivery(found, 10, None)
    assert [answer[name] for name in NAMES] == [None] * 3
    assert f"in {busy} of the last 12 weeks ({2 * busy} in all)" in answer["reason"]
    assert backlog(found, None)["weeksToEmpty"] == {"p50": None, "p85": None}


def test_five_weeks_are_enough() -> None:
    assert delivery(history([0] * 49 + [0, 0, 2, 0, 0, 0, 0] * 5), 3, None)["reason"] is None


def test_what_takes_more_than_ten_years_is_not_in_sight() -> None:
    slow = history([1, 0, 0, 0, 0, 0, 0] * 12)
    answer = delivery(slow, 10_000, None)
    assert [answer[name] for name in NAMES] == [None] * 3
    assert answer["reason"].startswith("P50, P85, P95 not in sight")
    assert delivery(slow, 520, None)["p50"] == TODAY + timedelta(weeks=520)


def test_only_the_far_percentiles_may_be_out_of_sight() -> None:
    odd = history(([1] + [0] * 6) * 11 + [5] + [0] * 6)
    answer = delivery(odd, 680, None)
    assert answer["p50"] is not None
    assert answer["p95"] is None
    assert "P95" in answer["reason"]
    assert "P50" not in answer["reason"]


@pytest.mark.parametrize(
    ("size", "expected"), [(0, {"p50": 0, "p85": 0}), (3, {"p50": 1.0, "p85": 1.0}), (4, {"p50": 2.0, "p85": 2.0})]
)
def test_weeks_to_empty_count_until_nothing_is_open(size: int, expected: dict[str, Any]) -> None:
    answer = backlog(history([3, 0, 0, 0, 0, 0, 0] * 12, size), None)
    assert answer["weeksToEmpty"] == expected
    assert answer["reason"] is None


def test_part_of_a_week_is_rounded_up() -> None:
    daily = history([1] * 84, 10)
    assert backlog(daily, None)["weeksToEmpty"] == {"p50": 1.5, "p85": 1.5}


def test_an_empty_backlog_needs_no_history() -> None:
    assert backlog(history([], 0), None)["weeksToEmpty"] == {"p50": 0, "p85": 0}


def test_an_unknown_backlog_says_what_to_import() -> None:
    answer = backlog(history([1] * 84, None), None)
    assert (answer["backlogSize"], answer["weeksToEmpty"]) == (None, {"p50": None, "p85": None})
    assert "createdAt" in answer["reason"]


def test_weekly_throughput_is_a_plain_percentile_of_weeks() -> None:
    answer = backlog(history([7, *[0] * 6, 10, *[0] * 6], 1), None)
    assert (answer["weeklyThroughputP50"], answer["weeklyThroughputP85"]) == (8.5, 9.55)
    assert backlog(history([]), None)["weeklyThroughputP85"] is None
