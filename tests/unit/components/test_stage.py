"""How a screen on a wall says how old its figures are."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from components.charts.wall import PALETTE
from components.freshness import Freshness
from components.stage import age_words, refresh_secs

NOW = datetime(2026, 3, 6, 8, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("old", "stale", "words", "colour"),
    [
        (timedelta(seconds=20), False, "data just in", PALETTE.better),
        (timedelta(seconds=-5), False, "data just in", PALETTE.better),
        (timedelta(seconds=119), False, "data 1\u00a0min old", PALETTE.better),
        (timedelta(minutes=3), False, "data 3\u00a0min old", PALETTE.tier_fill["medium"]),
        (timedelta(minutes=3), True, "data stopped 09:27", PALETTE.worse),
        (timedelta(seconds=70), True, "data 1\u00a0min old", PALETTE.better),
        (timedelta(minutes=61), False, "data stopped 08:29", PALETTE.worse),
    ],
)
def test_age_turns_amber_then_red(old: timedelta, stale: bool, words: str, colour: str) -> None:
    assert age_words(Freshness(NOW - old, stale), NOW, ZoneInfo("Europe/Berlin")) == (words, colour)


def test_before_the_first_answer_it_says_so() -> None:
    assert age_words(Freshness(), NOW, UTC) == ("no data yet", PALETTE.tier_fill["medium"])


@pytest.mark.parametrize(
    ("setting", "secs"),
    [("", 60), ("30", 30), ("0.5", 0.5), ("0", 60), ("-1", 60), ("nan", 60), ("9999", 60), ("x", 60)],
)
def test_how_often_screens_look_is_a_setting(setting: str, secs: float, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KOALR_TV_REFRESH_SECS", setting)
    assert refresh_secs() == secs
