"""Values of bodies: times in every unit, and texts that can be stored."""

from typing import Any

import pytest

from koalr_server.sources.values import (
    LONGEST_KEY,
    LONGEST_NAME,
    LONGEST_TEXT,
    at,
    instant,
    key,
    moment,
    name,
    objects,
    text,
    whole,
    words,
)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (1_772_445_600, "2026-03-02T10:00:00.000000Z"),
        (1_772_445_600_123, "2026-03-02T10:00:00.123000Z"),
        (1_772_445_600_123_456, "2026-03-02T10:00:00.123456Z"),
        (1_772_445_600_123_456_789, "2026-03-02T10:00:00.123456Z"),
        ("2026-03-02T10:00:00.123Z", "2026-03-02T10:00:00.123000Z"),
        ("2026-03-02T12:00:00+02:00", "2026-03-02T10:00:00.000000Z"),
        ("1772445600", "2026-03-02T10:00:00.000000Z"),
        (" 1772445600123456789 ", "2026-03-02T10:00:00.123456Z"),
        ("2026-03-02t10:00:00z", "2026-03-02T10:00:00.000000Z"),
        ("2026-03-02 10:00:00 UTC", "2026-03-02T10:00:00.000000Z"),
        ("20260302T100000Z", "2026-03-02T10:00:00.000000Z"),
        ("20260302", "2026-03-02T00:00:00.000000Z"),
        ("1" * 5_000, None),
        ("\u0661" * 10, None),
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
        ("a\x00b", "a\ufffdb"),
        ("a\ud800b", "a\ufffdb"),
        ("x" * (LONGEST_TEXT + 1), "x" * LONGEST_TEXT),
        ("  ", None),
        (7, None),
        (None, None),
    ],
)
def test_words_are_what_can_be_stored_of_a_text(value: Any, expected: str | None) -> None:
    assert words(value) == expected


@pytest.mark.parametrize(
    ("value", "expected"), [(" a\x00\n", " a\ufffd\n"), ("", ""), ("x" * 9, "x" * 8), (7, None), (["x"], None)]
)
def test_a_text_keeps_the_space_around_it(value: Any, expected: str | None) -> None:
    assert text(value, 8) == expected


@pytest.mark.parametrize("value", ["", " x", "a\x00b", "a\ud800b", "x" * (LONGEST_KEY + 1), 7, ["x"], None])
def test_a_name_that_would_have_to_be_changed_names_nothing(value: Any) -> None:
    assert key(value) is None


def test_a_name_is_taken_as_it_is() -> None:
    assert key("x" * LONGEST_KEY) == "x" * LONGEST_KEY


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (" ada ", "ada"),
        ("x" * LONGEST_NAME, "x" * LONGEST_NAME),
        ("x" * (LONGEST_NAME + 1), None),
        ("a\x00", None),
        ("", None),
    ],
)
def test_what_something_is_called_is_never_cut(value: str, expected: str | None) -> None:
    assert name(value) == expected


def test_a_zero_may_be_a_time_where_years_say_so() -> None:
    assert instant(0, range(1970, 2200)) == "1970-01-01T00:00:00Z"
    assert instant("1985-04-12T23:20:50Z", range(1970, 2200)) == "1985-04-12T23:20:50Z"
    assert instant("1985-04-12T23:20:50Z") is None


@pytest.mark.parametrize("value", [-1, 2**63, True, 1.0, "1", None])
def test_what_is_no_number_of_things_is_none(value: Any) -> None:
    assert whole(value) is None


@pytest.mark.parametrize("value", [None, 7, "text", [], {"a": None}, {"a": [1]}])
def test_what_is_not_there_is_none(value: Any) -> None:
    assert at(value, "a", "b") is None
    assert objects(at(value, "a")) == []
