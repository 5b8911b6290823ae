"""How a screen on a wall says how old its figures are."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from components.footer import Organisation
from components.freshness import Freshness
from components.staleness import AGEING, FINE, STOPPED, age_words, data_words, figures_span, worse_of

NOW = datetime(2026, 3, 6, 8, 30, tzinfo=UTC)


def told(old: timedelta, stale: bool = False, longest_secs: float = 420) -> tuple[str, str]:
    answers = Freshness(NOW - old, stale)
    return age_words(answers, NOW, ZoneInfo("Europe/Berlin"), longest_secs=longest_secs, refresh_secs=60)


@pytest.mark.parametrize(
    ("old", "stale", "words", "colour"),
    [
        (timedelta(seconds=20), False, "answers just in", FINE),
        (timedelta(seconds=-5), False, "answers just in", FINE),
        (timedelta(seconds=420), False, "answers 7\u00a0min old", FINE),
        (timedelta(seconds=421), False, "answers 7\u00a0min old", AGEING),
        (timedelta(minutes=3), True, "answers stopped 09:27", STOPPED),
        (timedelta(seconds=70), True, "answers 1\u00a0min old", FINE),
        (timedelta(minutes=61), False, "answers stopped 08:29", STOPPED),
    ],
)
def test_answers_turn_amber_above_the_age_of_normal_operation(
    old: timedelta, stale: bool, words: str, colour: str
) -> None:
    assert told(old, stale) == (words, colour)


def test_a_screen_that_looks_once_an_hour_is_fine_for_that_hour() -> None:
    assert told(timedelta(minutes=100), longest_secs=7500)[1] == FINE


def test_before_the_first_answer_it_says_so() -> None:
    assert age_words(Freshness(), NOW, UTC, longest_secs=420, refresh_secs=60) == ("no answer yet", AGEING)


@pytest.mark.parametrize(
    ("loaded_days", "newest_days", "sample", "expected"),
    [
        (0.1, 30, False, None),
        (30, 0.1, False, None),
        (2.9, None, False, None),
        (3.1, None, False, ("no data since Tue 3 Mar", AGEING)),
        (7.1, 9, False, ("no data since Fri 27 Feb", STOPPED)),
        (None, None, False, None),
        (30, 30, True, None),
    ],
)
def test_data_that_stopped_are_said_unless_they_are_the_sample(
    loaded_days: float | None, newest_days: float | None, sample: bool, expected: tuple[str, str] | None
) -> None:
    loaded, newest = (None if days is None else NOW - timedelta(days=days) for days in (loaded_days, newest_days))
    assert data_words(Organisation("acme", NOW, sample, loaded_at=loaded, newest_fact_at=newest), NOW) == expected


def test_the_worse_news_is_shown_and_of_two_equals_that_of_the_answers() -> None:
    fine, ageing, stopped = ("a", FINE), ("a", AGEING), ("a", STOPPED)
    assert worse_of(fine, None) == fine
    assert worse_of(fine, ("d", AGEING)) == ("d", AGEING)
    assert worse_of(ageing, ("d", AGEING)) == ageing
    assert worse_of(ageing, ("d", STOPPED)) == ("d", STOPPED)
    assert worse_of(stopped, ("d", AGEING)) == stopped


def test_figures_end_with_the_last_moment_of_the_window() -> None:
    assert figures_span(Organisation("acme", datetime(2026, 3, 6, tzinfo=UTC)), None) == "figures to 5 Mar"
    assert figures_span(Organisation("acme", NOW), None) == "figures to 6 Mar"
    assert figures_span(None, None) == ""


def test_where_data_begin_inside_the_window_is_told() -> None:
    assert figures_span(Organisation("acme", NOW), date(2026, 2, 2)) == "data 2 Feb to 6 Mar"
    assert figures_span(Organisation("acme", NOW), date(2025, 12, 1)) == "data 1 Dec 2025 to 6 Mar"
