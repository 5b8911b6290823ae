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
from koalr_server.forecast.delivery import delivery, generator_for, outlook
from koalr_server.forecast.exact import plain_days
from koalr_server.forecast.history import History
from koalr_server.forecast.models import MODELS, PLAIN, SHARES, Model
from koalr_server.forecast.simulation import HORIZON_DAYS, SIMULATIONS, day_reached, finish_days
from koalr_server.forecast.weeks import busy_weeks, on_record, whole_weeks
from tests.oracle.forecast import SPECIFIED, shares_done
from tests.oracle.forecast import on_record as on_record_by_hand
from tests.oracle.forecast import whole_weeks as weeks_by_hand

TODAY = date(2025, 3, 31)
NAMES = ("p50", "p85", "p95")
# Five standard deviations of a share of 10,000 runs.
NOISE = 0.025


def history(finished: Sequence[int], backlog_size: int | None = 20) -> History:
    weekly = tuple(sum(finished[start : start + 7]) for start in range(0, len(finished), 7))
    return History(TODAY, tuple(finished), weekly, backlog_size)


days = st.integers(8, 16).flatmap(lambda weeks: st.lists(st.integers(0, 3), min_size=7 * weeks, max_size=7 * weeks))
histories = days.map(history).filter(lambda found: busy_weeks(found.weeks[:12]) >= 5)
STEADY = history([1, 0, 2, 1, 1, 0, 0] * 12)
UNEVEN = history([0 if day % 7 > 4 else (day * day + day // 7) % 5 for day in range(84)])
EXACT = [model for model in MODELS if model.name in SPECIFIED]


def runs(found: History, items: int, model: Model) -> list[int]:
    return finish_days(found.weeks, items, model, generator_for(found, None, model)).tolist()


@pytest.mark.parametrize("model", EXACT, ids=lambda model: model.name)
@settings(max_examples=12, deadline=None)
@given(found=histories, items=st.integers(1, 60))
def test_the_simulation_agrees_with_the_exact_distribution(model: Model, found: History, items: int) -> None:
    exact = shares_done(on_record_by_hand(weeks_by_hand(found.finished)), items, model.name)
    simulated = np.cumsum(runs(found, items, model)) / SIMULATIONS
    reached = min(len(exact) - 1, HORIZON_DAYS)
    assert np.abs(simulated[:reached] - np.array(exact[1 : reached + 1])).max() < NOISE


@settings(max_examples=40, deadline=None)
@given(histories, st.integers(1, 300))
def test_plain_days_worked_out_are_the_exact_ones(found: History, items: int) -> None:
    exact = shares_done(on_record_by_hand(weeks_by_hand(found.finished)), items)
    by_hand = [next(day for day, done in enumerate(exact) if done >= share - 1e-9) for share in SHARES]
    assert plain_days(found.weeks, items, SHARES) == by_hand


@settings(max_examples=40, deadline=None)
@given(histories, st.integers(1, 300))
def test_sampling_plainly_is_within_a_week_of_the_exact_day(found: History, items: int) -> None:
    simulated = np.array(runs(found, items, PLAIN))
    for share, exact in zip(SHARES, plain_days(found.weeks, items, SHARES), strict=True):
        day = day_reached(simulated, share)
        assert day is not None
        assert exact is not None
        assert abs((day - 1) // 7 - (exact - 1) // 7) <= 1


def test_plain_days_of_nothing_and_of_too_much_are_unknown() -> None:
    assert plain_days(np.zeros((12, 7), np.int64), 3, SHARES) == [None] * 3
    assert plain_days(np.eye(1, 7, dtype=np.int64), 521, (0.5,)) == [None]
    assert plain_days(np.eye(1, 7, dtype=np.int64), 520, (0.5,)) == [519 * 7 + 1]


@settings(max_examples=25, deadline=None)
@given(histories, st.integers(1, 200), st.integers(1, 50))
def test_more_confidence_is_never_earlier_and_more_items_never_take_less(found: History, items: int, more: int) -> None:
    few, many = (outlook(found, count, None).days for count in (items, items + more))
    assert [few[name] for name in NAMES] == sorted(few.values())  # type: ignore[type-var]
    assert all(few[name] <= many[name] for name in NAMES)  # type: ignore[operator]


def test_ending_early_changes_no_date_that_was_asked_for() -> None:
    for model in MODELS:
        whole, cut = (
            finish_days(UNEVEN.weeks, 90, model, generator_for(UNEVEN, None, model), until_share=share)
            for share in (1.0, model.read_at[-1])
        )
        assert [day_reached(whole, share) for share in model.read_at] == [
            day_reached(cut, share) for share in model.read_at
        ]
        assert cut.sum() < whole.sum() == SIMULATIONS


def test_item_by_item_no_date_is_earlier() -> None:
    dates = [delivery(UNEVEN, items, None) for items in range(1, 121)]
    assert all(later[name] >= sooner[name] for name in NAMES for sooner, later in pairwise(dates))


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.name)
def test_a_doubled_history_halves_the_time(model: Model) -> None:
    doubled = history([2 * count for count in UNEVEN.finished])
    single, double = (day_reached(np.array(runs(found, 200, model)), 0.5) for found in (UNEVEN, doubled))
    assert single is not None
    assert double == pytest.approx(single / 2, rel=0.1)


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.name)
def test_a_team_that_always_does_the_same_has_one_date(model: Model) -> None:
    found = np.array(runs(history([3, 0, 0, 0, 0, 0, 0] * 52), 6, model))
    assert [day_reached(found, share) for share in model.read_at] == [14] * 3  # the second Monday after a Monday


def test_nothing_is_ever_done_on_a_day_the_team_does_not_work() -> None:
    for items in range(1, 40):
        answer = delivery(UNEVEN, items, None)
        assert all(answer[name].weekday() < 5 for name in NAMES)


def test_the_same_question_has_the_same_answer_and_another_has_other_runs() -> None:
    def of(today: date, team_id: str | None) -> list[int]:
        asked = replace(UNEVEN, today=today)
        return finish_days(asked.weeks, 400, PLAIN, generator_for(asked, team_id, PLAIN)).tolist()

    first = of(TODAY, "t-1")
    assert of(TODAY, "t-1") == first
    later = TODAY + timedelta(weeks=1)
    for other in ((later, "t-1"), (TODAY, "t-2"), (TODAY, None)):
        assert of(*other) != first


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
    assert answer["plain"] == dict.fromkeys(NAMES)
    assert (answer["model"], answer["backtest"]) == (None, None)
    assert f"in {busy} of the {busy} weeks on record ({2 * busy} in all)" in answer["reason"]
    assert backlog(found, None)["weeksToEmpty"] == {"p50": None, "p85": None}


def test_five_busy_weeks_need_not_follow_each_other() -> None:
    sparse = history(([0] * 27 + [1]) * 5)
    assert delivery(sparse, 3, None)["reason"] is None


@settings(max_examples=100)
@given(st.lists(st.sampled_from([0, 0, 0, 0, 0, 0, 2]), max_size=60))
def test_weeks_on_record_are_those_a_person_would_keep(counts: list[int]) -> None:
    weeks = np.array([[count, 0, 0, 0, 0, 0, 0] for count in counts], np.int64).reshape(-1, 7)
    assert weeks[: on_record(weeks.sum(axis=1))].tolist() == on_record_by_hand(weeks.tolist())


def test_empty_weeks_before_the_first_item_make_no_team_slower() -> None:
    worked = [1, 0, 2, 1, 1, 0, 0] * 20
    begun_late = history([0] * 7 * 30 + worked)
    assert delivery(begun_late, 20, None)["historyWeeks"] == 20
    assert whole_weeks(begun_late.finished)[:20].tolist() == begun_late.weeks.tolist()


def test_what_lies_before_a_long_pause_is_no_history() -> None:
    resumed = history([3, 0, 2, 1, 1, 0, 0] * 20 + [0] * 7 * 12 + [0, 0, 1, 0, 1, 0, 0] * 6)
    answer = delivery(resumed, 4, None)
    assert (answer["historyWeeks"], answer["historyItems"]) == (6, 12)


def test_a_team_that_stopped_has_no_date_in_sight() -> None:
    answer = delivery(history([0, 0, 2, 0, 0, 0, 0] * 20 + [0] * 84), 3, None)
    assert [answer[name] for name in NAMES] == [None] * 3
    assert answer["reason"].startswith("Not in sight: nothing was finished in the last 12 weeks")


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
    answer = delivery(odd, 720, None)
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
