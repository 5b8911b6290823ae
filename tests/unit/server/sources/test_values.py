"""Values of bodies: times in every unit, and texts that can be stored."""

from typing import Any

import pytest

from koalr_server.sources.values import LONGEST_KEY, LONGEST_TEXT, instant, key, moment, text


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (1_772_445_600, "2026-03-02T10:00:00.000000Z"),
        (1_772_445_600_123, "2026-03-02T10:00:00.123000Z"),
        (1_772_445_600_123_456, "2026-03-02T10:00:00.123456Z"),
        (1_772_445_600_123_456_789, "2026-03-02T10:00:00.123456Z"),
        ("2026-03-02T10:00:00.123Z", "2026-03-02T10:00:00.123000Z"),
        ("2026-03-02T12:00:00+02:00", "2026-03-02T10:00:00.000000Z"),
        (0, None),
        (-1_772_445_600, None),
        (10**400, None),
        (True, None),
        (1.5, None),
        ("0001-01-01T00:00:00Z", None),
        ("9999-12-31T23:59:59-14:00", None),
        ("yesterday", None),
        ("\ud800", None),
        ({}, None),
    ],
)
def test_the_size_of_a_number_tells_its_unit(value: Any, expected: str | None) -> None:
    assert moment(value) == expected
    assert instant(value) == (None if expected is None else expected[:19] + "Z")


def test_nanoseconds_keep_every_digit_that_a_microsecond_has() -> None:
    assert moment(1_420_452_374_669_001_603) == "2015-01-05T10:06:14.669001Z"


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (" Größe ", "Größe"),
        ("a\x00b", "a?b"),
        ("a\ud800b", "a?b"),
        ("x" * (LONGEST_TEXT + 1), "x" * LONGEST_TEXT),
        ("  ", None),
        (7, None),
        (None, None),
    ],
)
def test_a_text_is_what_can_be_stored_of_it(value: Any, expected: str | None) -> None:
    assert text(value) == expected


@pytest.mark.parametrize("value", ["", " x", "a\x00b", "a\ud800b", "x" * (LONGEST_KEY + 1), 7, ["x"], None])
def test_a_name_that_would_have_to_be_changed_names_nothing(value: Any) -> None:
    assert key(value) is None


def test_a_name_is_taken_as_it_is() -> None:
    assert key("x" * LONGEST_KEY) == "x" * LONGEST_KEY
