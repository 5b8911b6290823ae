"""Back-tests know only what was known, count as a person would, and choose what did best."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from koalr_server.errors import InputError
from koalr_server.forecast.backtest import HORIZONS_WEEKS, NEVER, PATIENCE_WEEKS, past_forecasts
from koalr_server.forecast.choice import EXPECTED_LOSSES, best, choose, coverage, served
from koalr_server.forecast.models import MODELS, PLAIN, Model
from koalr_server.forecast.report import report
from koalr_server.forecast.throughput import read_throughput
from koalr_server.forecast.trend import weekly_drift
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


def test_only_judged_forecasts_choose() -> None:
    past = past_forecasts(noisy(1, 100), MODELS, 1_000)
    for weeks_ago in (0, 8, 40):
        patience = np.array([PATIENCE_WEEKS[HORIZONS_WEEKS.index(horizon)] for horizon in past.horizon_weeks])
        assert (past.known(weeks_ago) == (past.weeks_ago - patience >= weeks_ago)).all()


def test_the_choice_of_a_moment_needs_nothing_after_it() -> None:
    finished = noisy(5, 140, drift=0.985)
    whole = past_forecasts(finished, MODELS, 1_000)
    cut = past_forecasts(finished[: -7 * 40], MODELS, 1_000)
    assert best(whole, 40) == best(cut, 0)


def test_a_falling_pace_is_served_by_the_trend_once_it_has_proved_itself() -> None:
    # 4 % a week from a high pace: no other model follows.
    falling = noisy(3, 110, pace=60, drift=0.96)
    assert MODELS[best(past_forecasts(falling, MODELS, 1_000), 0)].trend


def test_the_drift_of_noise_is_nearly_none_and_that_of_a_fall_is_seen() -> None:
    flat = [abs(weekly_drift(np.array(noisy(seed, 26)).reshape(26, 7).sum(axis=1))) for seed in range(40)]
    assert np.mean(flat) < 0.004
    weeks = np.round(100 * 0.98 ** np.arange(26))[::-1]
    assert weekly_drift(weeks) == pytest.approx(-0.02, abs=0.003)


def test_a_steady_team_keeps_every_date() -> None:
    found = choose(tuple(STEADY))
    assert found.forecasts > 50
    assert found.served is not None
    assert (found.served.p50, found.served.p85, found.served.p95) == (1, 1, 1)


def test_without_a_judged_forecast_there_is_no_coverage_and_the_expectation_chooses() -> None:
    found = choose(tuple(noisy(2, 20)))
    assert (found.forecasts, found.served, found.plain) == (0, None, None)
    least = min(EXPECTED_LOSSES.values())
    assert found.model.name == "blended-persistent"
    assert EXPECTED_LOSSES[found.model.name] == pytest.approx(least, rel=0.002)


def test_coverage_is_the_share_of_dates_that_held() -> None:
    past = past_forecasts(noisy(9, 80), MODELS, 1_000)
    places = served(past)
    held = [past.actual[row] <= past.days[row, places[row], 1] for row in range(len(places))]
    found = coverage(past, places)
    assert found is not None
    assert found.p85 == pytest.approx(sum(held) / len(held))


def test_dates_hold_on_repositories_no_model_was_chosen_by() -> None:
    with (FIXTURES / "held-out.csv").open(encoding="utf-8") as stream:
        pooled = report(read_throughput(stream, "held-out.csv"), runs=200)["pooled"]
    served_held, plain_held = pooled["served"]["coverage"], pooled["plain"]["coverage"]
    assert pooled["forecasts"] > 2_000
    assert 0.40 <= served_held["p50"] <= 0.60
    assert 0.80 <= served_held["p85"] <= 0.92
    assert served_held["p85"] > plain_held["p85"] + 0.05
    assert all(ratio <= 1.5 for ratio in pooled["intervalRatio"].values())


def test_a_series_too_short_to_judge_says_so_and_counts_for_nothing() -> None:
    found = report({"long": STEADY, "short": STEADY[: 7 * 20], "nothing": []})
    long, short, nothing = found["series"]
    assert found["pooled"]["forecasts"] == long["forecasts"] > 0
    for each in (short, nothing):
        assert (each["forecasts"], each["served"], each["plain"]) == (0, None, None)
        assert "no forecast can be judged" in each["reason"]


def test_no_series_is_an_answer_too() -> None:
    assert report({})["pooled"]["forecasts"] == 0


def test_a_file_of_weeks_becomes_days() -> None:
    text = "count,week,series\n14,2026-02-09,a\n7,2026-W09,a\n3,5,b\n"
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
        ("series,week,count\na,1,1\na,999999,2\n", "999,998 weeks apart"),
        ('series,week,count\na,1,"1\n', "no CSV"),
    ],
)
def test_a_file_that_cannot_be_read_is_told_by_line_and_value(text: str, says: str) -> None:
    with pytest.raises(InputError, match=says.replace("(", r"\(")):
        read_throughput(text.splitlines(keepends=True), "x.csv")
