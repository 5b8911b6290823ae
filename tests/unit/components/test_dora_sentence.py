"""The sentence on top: the tier, and the changes that their counts carry."""

from dataclasses import replace

import pytest

from components.charts.wall import spoken
from components.format import NO_BREAK
from components.sentences import dora_sentence
from koalr_api import Dora, DoraFigures

BEFORE = DoraFigures(23.4, 43.9, 0.011, 4.0, "elite")
NOW = Dora(30.0, 51.1, 0.016, 80.0, "high", BEFORE)
DOUBTS = {"change_failure_rate": "within noise", "mttr": "few incidents"}


def said(dora: Dora, doubts: dict[str, str]) -> str:
    return spoken(dora_sentence(dora, doubts)).replace(NO_BREAK, " ")


def test_what_few_incidents_did_is_no_headline() -> None:
    assert said(NOW, DOUBTS) == "High overall. Lead time 7.2 h longer, deployments 28 % more often."


def test_a_tier_change_that_its_counts_carry_comes_first() -> None:
    assert said(NOW, {"change_failure_rate": "within noise"}).startswith(
        "High overall. Time to restore slipped to High"
    )


def test_a_tier_crossed_by_next_to_nothing_is_not_told() -> None:
    near = Dora(30.0, 24.1, 0.016, None, "elite", DoraFigures(30.0, 23.9, 0.016, None, "elite"))
    assert "slipped" not in said(near, {})


def test_an_overall_tier_says_of_how_many_metrics_it_is() -> None:
    told = replace(NOW, mttr=None, previous=None)
    assert said(told, {}) == "High overall (3 of 4 measured). Lead time is 27.1 h from Elite."


def test_without_a_change_it_tells_the_nearest_step() -> None:
    steady = replace(NOW, previous=DoraFigures(30.0, 51.1, 0.016, 80.0, "high"))
    assert said(steady, {}) == "High overall. Lead time is 27.1 h from Elite."
    assert said(replace(NOW, previous=None), {}) == said(steady, {})


@pytest.mark.parametrize(
    ("now", "before", "words"),
    [
        (30.0, 20.0, "Deployments 50 % more often."),
        (10.0, 20.0, "Deployments 50 % less often."),
        (90.0, 20.0, "Deployments 4 times as often."),
    ],
)
def test_a_change_of_frequency_is_told_as_a_part(now: float, before: float, words: str) -> None:
    dora = Dora(now, 51.1, None, None, "high", DoraFigures(before, 51.1, None, None, "high"))
    assert said(dora, {}).endswith(words)


def test_a_change_that_rounding_hides_is_not_told() -> None:
    dora = Dora(30.0, 51.1, 0.0011, None, "high", DoraFigures(30.0, 51.1, 0.0009, None, "high"))
    assert said(dora, {}) == "High overall (3 of 4 measured). Lead time is 27.1 h from Elite."


def test_a_frequency_without_a_base_has_no_part_to_tell() -> None:
    dora = Dora(0.01, 51.1, None, None, "low", DoraFigures(0.0, 51.1, None, None, "low"))
    assert said(dora, {}) == "Low overall (2 of 4 measured). Deployment frequency is 0.7 /month from Medium."


@pytest.mark.parametrize("restore", [1.0, 80.0, 20_000.0])
@pytest.mark.parametrize("rate", [0.02, 1.0, 48.0])
@pytest.mark.parametrize("lead", [0.5, 400.0, 9000.0])
def test_two_changes_are_told_only_where_they_fit_a_wall(restore: float, rate: float, lead: float) -> None:
    text = said(Dora(rate, lead, 0.016, restore, "medium", BEFORE), {})
    assert "," not in text or len(text) <= 70
