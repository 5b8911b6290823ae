"""Back-tests know only what was known, count as a person would, and choose what did best."""

from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from koalr_server.errors import InputError
from koalr_server.forecast.backtest import HORIZONS_WEEKS, NEVER, PATIENCE_WEEKS, PastForecasts, past_forecasts
from koalr_server.forecast.choice import (
    EXPECTED_LOSSES,
    MEMORY_WEEKS,
    Coverage,
    best,
    choose,
    chosen,
    coverage,
    served,
)
from koalr_server.forecast.models import MODELS, PLAIN, Model
from koalr_server.forecast.report import look_back, report
from koalr_server.forecast.throughput import read_throughput
from koalr_server.forecast.trend import pace, weekly_drift
from tests.oracle.forecast import on_record, whole_weeks

FIXTURES = Path(__file__).parents[2] / "fixtures" / "throughput"
STEADY = [3, 1, 0, 2, 1, 0, 0] * 80
counts = st.lists(st.integers(0, 4), min_size=7 * 40, max_size=7 * 60).filter(lambda found: sum(found[:84]) > 20)


def noisy(seed: int, weeks: int, pace: float = 2.0, drift: float = 1.0) -> list[int]:
    generator = np.random.default_rng(seed)
    return [int(generator.poisson(pace * drift ** (day // 7))) for day in range(7 * weeks)]


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.name)
@settings(max_examples=4, deadline=None)
@given(finished=counts, later=st.lists(st.integers(0, 9), min_size=7 * 8, max_size=7 * 8))
def test_what_came_later_changes_no_forecast(model: Model, finished: list[int], later: list[int]) -> None:
    before = past_forecasts(finished, (model,), 1_000)
    after = past_forecasts([*finished, *later], (model,), 1_000)
    moved = {(ago + 8, horizon): days for ago, horizon, days in zip(*_told(before), strict=True)}
    told = {(ago, horizon): days for ago, horizon, days in zip(*_told(after), strict=True)}
    assert moved
    assert all((told[key] == days).all() for key, days in moved.items())


def test_forecasts_follow_what_was_known_and_only_that() -> None:
    begun = [1, 0, 0, 1, 0, 0, 0] * 40
    quiet, busy = (past_forecasts([*begun, *end], MODELS, 1_000) for end in ([1, 0, 0, 0, 0, 0, 0] * 20, [6] * 140))
    knowing = quiet.weeks_ago < 20
    assert knowing.any()
    assert (quiet.days[~knowing] == busy.days[~knowing]).all()
    assert (quiet.days[knowing] != busy.days[knowing]).any(axis=(1, 2)).all()


def recent_pace(finished: list[int]) -> float:
    kept = on_record(whole_weeks(finished))[:12]
    return sum(map(sum, kept)) / len(kept)


def _told(past: object) -> tuple[list[int], list[int], list[np.ndarray]]:  # type: ignore[type-arg]
    return past.weeks_ago.tolist(), past.horizon_weeks.tolist(), list(past.days)  # type: ignore[attr-defined]


@settings(max_examples=15, deadline=None)
@given(counts)
def test_days_taken_are_counted_as_by_hand(finished: list[int]) -> None:
    past = past_forecasts(finished, (PLAIN,), 1_000)
    for ago, horizon, actual in zip(past.weeks_ago, past.horizon_weeks, past.actual, strict=True):
        start = len(finished) - 7 * ago
        items = max(1, round(horizon * recent_pace(finished[:start])))
        patience = PATIENCE_WEEKS[HORIZONS_WEEKS.index(horizon)] * 7
        assert start + patience <= len(finished)
        done, took = 0, NEVER
        for day in range(patience):
            done += finished[start + day]
            if done >= items:
                took = day
                break
        assert actual == took


def test_a_forecast_counts_once_it_is_judged() -> None:
    made = PastForecasts(
        (PLAIN,), np.array([40, 12, 11, 24, 23, 36, 35]), np.array([2, 4, 2, 8, 8, 12, 12]), *[np.empty(0)] * 2
    )
    assert made.known(0).tolist() == [True, True, False, True, False, True, False]
    assert made.known(28).tolist() == [True, *[False] * 6]


def hand_made(days: list[list[list[int]]], actual: list[int], weeks_ago: list[int] | None = None) -> PastForecasts:
    models = MODELS[: len(days[0])]
    ago = np.array(weeks_ago or [100] * len(actual))
    return PastForecasts(models, ago, np.full(len(actual), 2), np.array(days), np.array(actual))


def test_losses_are_pinball_losses_of_logarithms() -> None:
    # Forecast 9, 19 and 39 days; it took 19: log(20 ÷ 10), 0 and log(20 ÷ 40), weighed 0.5, and 0.05 for being early.
    (found,) = hand_made([[[9, 19, 39]]], [19]).losses()
    assert found[0] == pytest.approx((0.5 * np.log(2) + 0 + 0.05 * np.log(2)) / 3)
    # Late beyond P95 costs 0.95 of the logarithm there.
    (late,) = hand_made([[[9, 9, 9]]], [39]).losses()
    assert late[0] == pytest.approx((0.5 + 0.85 + 0.95) * np.log(4) / 3)


def test_a_date_holds_if_the_items_were_done_by_it_and_never_if_they_were_not_done() -> None:
    past = hand_made([[[5, 9, NEVER], [4, 6, 7]], [[5, 9, NEVER], [4, 6, 7]]], [6, NEVER])
    assert past.held(np.array([0, 0])).tolist() == [[False, True, True], [False] * 3]
    assert past.held(np.array([1, 0])).tolist() == [[False, True, True], [False] * 3]
    assert past.held(np.array([0, 1])).tolist()[1] == [False] * 3
    assert coverage(past.held(np.array([0, 0]))) == Coverage(0, 0.5, 0.5)


def test_the_least_loss_of_the_last_two_years_chooses() -> None:
    good, bad = [10, 12, 14], [60, 90, 120]
    recent, old = 60, MEMORY_WEEKS + 20
    both = [[good, bad]] * 60 + [[bad, good]] * 200
    assert best(hand_made(both, [10] * 260, [recent] * 60 + [old] * 200), 0) == 0
    assert best(hand_made(both, [10] * 260, [recent] * 60 + [60] * 200), 0) == 1


def test_what_is_told_is_what_was_served() -> None:
    finished = noisy(11, 250, pace=1.5)
    # Its pace halves, and doubles again: the choice has something to follow.
    finished[7 * 90 : 7 * 150] = [day // 2 for day in finished[7 * 90 : 7 * 150]]
    past = past_forecasts(finished, MODELS, 2 * MEMORY_WEEKS)
    places = served(past)
    for ago in range(MEMORY_WEEKS, 0, -12):
        then = chosen(tuple(finished[: len(finished) - 7 * ago])).model
        assert {MODELS[place].name for place in places[past.weeks_ago == ago]} <= {then.name}
    told = past.weeks_ago <= MEMORY_WEEKS
    assert chosen(tuple(finished)).served == coverage(past.held(places)[told])
    assert chosen(tuple(finished)).plain == coverage(past.held(np.zeros(len(places), np.int64))[told])
    assert chosen(tuple(finished)).forecasts == np.count_nonzero(told)


def test_a_choice_holds_for_four_weeks() -> None:
    finished = noisy(4, 160, pace=1.2)
    monday = date(2025, 3, 31)
    choices = [choose(tuple(finished[: 7 * 120 + day]), monday + timedelta(days=day)) for day in range(7 * 12)]
    changes = [day for day in range(1, len(choices)) if choices[day] is not choices[day - 1]]
    assert 2 <= len(changes) <= 3
    assert all((monday + timedelta(days=day)).weekday() == 0 for day in changes)
    assert {later - sooner for sooner, later in pairwise(changes)} == {28}


def test_the_choice_of_a_moment_needs_nothing_after_it() -> None:
    finished = noisy(5, 140, drift=0.985)
    whole = past_forecasts(finished, MODELS, 1_000)
    cut = past_forecasts(finished[: -7 * 40], MODELS, 1_000)
    assert best(whole, 40) == best(cut, 0)


def test_a_falling_pace_is_served_by_the_trend_once_it_has_proved_itself() -> None:
    # 4 % a week from a high pace: no other model follows.
    falling = noisy(3, 110, pace=60, drift=0.96)
    assert MODELS[best(past_forecasts(falling, MODELS, 1_000), 0)].trend


def test_a_trend_makes_up_for_the_age_of_the_weeks_and_fades() -> None:
    falling = np.round(1000 * 0.98 ** np.arange(26))[::-1]
    drift = weekly_drift(falling)
    found = pace(falling, np.full(12, 1 / 12), 3)
    assert found == pytest.approx(np.exp(drift * (6 + np.array([1, 1.95, 1.95 + 0.95**2]))))


def test_no_drift_is_steeper_than_five_per_cent() -> None:
    assert weekly_drift(np.round(1000 * 0.8 ** np.arange(26))[::-1]) == -0.05


def test_the_drift_of_noise_is_nearly_none_and_that_of_a_fall_is_seen() -> None:
    flat = [abs(weekly_drift(np.array(noisy(seed, 26)).reshape(26, 7).sum(axis=1))) for seed in range(40)]
    assert np.mean(flat) < 0.004
    weeks = np.round(100 * 0.98 ** np.arange(26))[::-1]
    assert weekly_drift(weeks) == pytest.approx(-0.02, abs=0.003)


def test_a_steady_team_keeps_every_date() -> None:
    found = chosen(tuple(STEADY))
    assert found.forecasts > 20
    assert found.served == Coverage(1, 1, 1)


def test_without_a_judged_forecast_there_is_no_coverage_and_the_expectation_chooses() -> None:
    found = chosen(tuple(noisy(2, 20)))
    assert (found.forecasts, found.served, found.plain) == (0, None, None)
    assert found.model.name == min(EXPECTED_LOSSES, key=EXPECTED_LOSSES.__getitem__) == "blended-persistent"


@pytest.mark.parametrize("name", ["held-out.csv", "unseen.csv"])
def test_dates_hold_on_repositories_no_model_was_learned_from(name: str) -> None:
    with (FIXTURES / name).open(encoding="utf-8") as stream:
        pooled = report(read_throughput(stream, name).items(), runs=200)["pooled"]
    served_held, plain_held = pooled["served"]["coverage"], pooled["plain"]["coverage"]
    assert pooled["forecasts"] > 2_000
    assert 0.40 <= served_held["p50"] <= 0.60
    assert 0.795 <= served_held["p85"] <= 0.92  # 200 futures each: half a point of noise
    assert served_held["p85"] > plain_held["p85"] + 0.05
    assert all(ratio <= 1.55 for ratio in pooled["intervalRatio"].values())


def test_a_series_too_short_to_judge_says_so_and_counts_for_nothing() -> None:
    found = report([("long", STEADY), ("short", STEADY[: 7 * 20]), ("nothing", [])])
    long, short, nothing = found["series"]
    assert found["pooled"]["forecasts"] == long["forecasts"] > 0
    for each in (short, nothing):
        assert (each["forecasts"], each["served"], each["plain"], each["model"]) == (0, None, None, None)
        assert "no forecast can be judged" in each["reason"]


def test_a_report_counts_what_was_judged() -> None:
    finished = noisy(6, 130)
    past, tested = past_forecasts(finished, MODELS, 1_000, runs=300), look_back(finished, runs=300)
    (row,) = report([("only", finished)], runs=300)["series"]
    days = past.days[np.arange(len(past.actual)), served(past)]
    assert row["forecasts"] == len(past.actual) == sum(row["models"].values())
    assert row["served"]["coverage"]["p85"] == pytest.approx((past.actual <= days[:, 1]).mean(), abs=1e-6)
    assert row["served"]["medianIntervalDays"]["p50ToP85"] == np.median(
        tested.served.days[:, 1] - tested.served.days[:, 0]
    )
    assert row["plain"]["medianIntervalDays"]["p50ToP95"] == np.median(
        tested.plain.days[:, 2] - tested.plain.days[:, 0]
    )
    assert row["model"] == chosen(tuple(finished)).model.name
    assert [each["weeks"] for each in row["byHorizon"]] == list(HORIZONS_WEEKS)
    assert sum(each["forecasts"] for each in row["byHorizon"]) == row["forecasts"]
    weights = [each["forecasts"] * each["served"]["coverage"]["p50"] for each in row["byHorizon"]]
    assert sum(weights) / row["forecasts"] == pytest.approx(row["served"]["coverage"]["p50"], abs=1e-5)


def test_series_may_share_a_name_and_some_may_be_pooled() -> None:
    found = report([("all", STEADY), ("team", STEADY), ("team", noisy(8, 80))], pool=["all"])
    assert len(found["series"]) == 3
    assert found["pooled"]["forecasts"] == found["series"][0]["forecasts"]


def test_no_series_is_an_answer_too() -> None:
    assert report([])["pooled"]["forecasts"] == 0


def test_a_file_of_weeks_becomes_days() -> None:
    text = "Count, week ,series\n14,2026-02-09,a\n7,2026-W09,a\n3,5,b\n"
    found = read_throughput(text.splitlines(), "x.csv")
    assert found == {"a": (*[2] * 7, *[0] * 7, *[1] * 7), "b": (0, 0, 1, 0, 1, 0, 1)}


@settings(max_examples=50)
@given(st.lists(st.integers(0, 1000), min_size=1, max_size=30))
def test_no_item_is_lost_between_weeks_and_days(weekly: list[int]) -> None:
    lines = ["series,week,count", *(f"s,{week},{items}" for week, items in enumerate(weekly))]
    (found,) = read_throughput(lines, "x.csv").values()
    assert [sum(found[start : start + 7]) for start in range(0, len(found), 7)] == weekly


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("series,week\na,1\n", "no column 'count'"),
        ("", "no column 'series'"),
        ("series,week,count\na,1,-3\n", "line 2: count is '-3'"),
        ("series,week,count\na,1,2.5\n", "line 2: count is '2.5'"),
        ("series,week,count\na,1,٣\n", "count is '٣'"),
        ("series,week,count\na,1,\n", "line 2: count is empty"),
        ("series,week,count\n,1,1\n", "line 2: series is empty"),
        ("series,week,count\na,soon,1\n", "line 2: week is 'soon'"),
        ("series,week,count\na,1,1\na,1,2\n", "line 3: the week '1' of 'a' is there twice"),
        ("series,week,count\na,1,1\na,99999,2\n", "99,998 weeks apart"),
        ("series,week,count\na,202607,1\n", "line 2: week is '202607'"),
        ("series;week;count\na;1;1\n", "with commas between"),
        ('series,week,count\na,1,"1\n', "no CSV"),
    ],
)
def test_a_file_that_cannot_be_read_is_told_by_line_and_value(text: str, says: str) -> None:
    with pytest.raises(InputError, match=says.replace("(", r"\(")):
        read_throughput(text.splitlines(keepends=True), "x.csv")
