"""Signals in words, floors, and the sentence that follows from them."""

from typing import Any

import pytest

from koalr_server.risk.contributions import Contribution
from koalr_server.risk.floors import Floor, Floors, floored
from koalr_server.risk.recommendation import recommendation
from koalr_server.risk.signals import BY_NAME, SIGNALS, features, measured

NOTHING: dict[str, Any] = dict.fromkeys([*(signal.column for signal in SIGNALS), "entropy_bits"])


def adds(name: str, value: float, log_odds: float) -> Contribution:
    return Contribution(BY_NAME[name], value, log_odds)


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("linesAdded", 1, "1 line added"),
        ("linesAdded", 1234, "1,234 lines added"),
        ("daysSinceChange", 2.25, "2.2 days since the files changed"),
        ("openHours", 0.5, "0.5 hours open"),
        ("ownership", 0.617, "62 % of a file's commits by its most frequent author"),
        ("coverageDelta", -0.061, "test coverage changed by -6.1 points"),
        ("schemaMigration", True, "a schema migration"),
        ("schemaMigration", False, "no schema migration"),
        ("reviewers", None, "reviewers unknown"),
    ],
)
def test_a_value_is_said_in_the_right_number_and_unit(name: str, value: float | None, words: str) -> None:
    assert BY_NAME[name].said(value) == words


def test_there_are_32_signals_with_names_and_features_of_their_own() -> None:
    assert len({signal.name for signal in SIGNALS}) == len({signal.feature for signal in SIGNALS}) == 32


def test_the_model_reads_numbers_and_entropy_in_bits() -> None:
    row = NOTHING | {"is_fix": True, "change_entropy": 1.0, "entropy_bits": 3.0, "lines_added": 7}
    values = features(row)
    assert (values["fix"], values["entropy"], values["la"], values["reviewers"]) == (1.0, 3.0, 7.0, None)
    assert measured(values)


@pytest.mark.parametrize(("column", "enough"), [("lines_added", True), ("files_changed", True), ("is_fix", False)])
def test_a_score_takes_the_size_of_a_change(column: str, enough: bool) -> None:
    """A message and an author are known of a commit without files; they say too little."""
    row = NOTHING | {"author_experience": 3, "author_recent_experience": 2.5, column: 1}
    assert measured(features(row)) is enough


def test_time_alone_is_no_measure_of_a_change() -> None:
    assert not measured(features(NOTHING | {"out_of_hours": True, "open_hours": 3.0}))


def test_floors_hold_highest_first_and_zero_switches_one_off() -> None:
    row = NOTHING | {"schema_migration": True, "failed_checks": 2, "open_incidents": 0}
    assert [floor.name for floor in Floors().acting(row)] == ["failedChecks", "schemaMigration"]
    assert [floor.name for floor in Floors(failed_checks=0).acting(row)] == ["schemaMigration"]


def test_a_floor_never_lowers_and_makes_a_score_where_there_is_none() -> None:
    floor = Floor("openIncident", 70, "an incident is open on its repository")
    assert (floored(90, [floor]), floored(10, [floor]), floored(None, [floor]), floored(None, [])) == (90, 70, 70, None)


def test_the_sentence_advises_by_tier_and_names_what_raises_the_risk() -> None:
    leading = [adds("linesAdded", 812, 1.2), adds("authorExperience", 400, -0.4), adds("filesChanged", 23, 0.3)]
    sentence = recommendation("high", [], leading, 0)
    assert sentence == "Review carefully — the risk is higher with 812 lines added and 23 files changed."


def test_a_floor_is_named_before_everything_else() -> None:
    floor = Floor("schemaMigration", 70, "it migrates a database schema")
    sentence = recommendation("high", [floor], [adds("linesAdded", 2, -1.1)], 30)
    assert sentence == "Review carefully — it migrates a database schema."


def test_a_low_score_says_what_speaks_against_risk() -> None:
    sentence = recommendation("low", [], [adds("linesAdded", 2, -1.1), adds("isFix", False, -0.1)], 9)
    assert sentence == "A short review will do — the risk is lower with 2 lines added and no bug fix."


def test_a_low_score_from_little_says_how_little() -> None:
    sentence = recommendation("low", [], [adds("linesAdded", 2, -1.1)], 10)
    assert sentence.endswith("2 lines added; 10 of its 32 signals are unknown.")
    assert "unknown" not in recommendation("medium", [], [], 30)


@pytest.mark.parametrize(
    ("name", "value", "phrase"),
    [
        ("linesAdded", 2, "only 2 lines added"),
        ("linesAdded", 0, "no lines added"),
        ("testShare", 0.0, "0 % of the changed lines in tests"),
        ("isFix", False, "no bug fix"),
        ("coverageDelta", -0.1, "test coverage changed by -10.0 points"),
    ],
)
def test_little_is_called_little_and_nothing_nothing(name: str, value: float, phrase: str) -> None:
    assert Contribution(BY_NAME[name], value, -1, below_average=True).words == f"lower risk with {phrase}"


def test_nothing_that_stands_out_is_said_too() -> None:
    assert recommendation("medium", [], [], 0) == "Review as usual — nothing known about it stands out."
