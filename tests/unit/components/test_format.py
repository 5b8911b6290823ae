"""Numbers, units and untrusted text as they are shown."""

import re
from datetime import UTC, datetime, timedelta

import pytest

from components.format import (
    NO_BREAK,
    PER_WEEK,
    age,
    change_text,
    distinct_labels,
    duration,
    duration_unit,
    figure_text,
    percent,
    percent_unit,
    plain,
    rate,
    relative_change,
    whole_number,
    window_label,
)


def spaced(text: str) -> str:
    return text.replace(" ", NO_BREAK)


@pytest.mark.parametrize(
    ("hours", "text"),
    [
        (None, "–"),
        (float("nan"), "–"),
        (0, "0 min"),
        (1.49, "89 min"),
        (1.5, "1.5 h"),
        (27.55, "27.6 h"),
        (71.9, "71.9 h"),
        (72, "3.0 d"),
        (2400, "100.0 d"),
    ],
)
def test_durations_choose_their_unit(hours: float | None, text: str) -> None:
    assert duration(hours) == spaced(text)


@pytest.mark.parametrize(
    ("per_day", "text"),
    [(None, "–"), (30, "30.0 /day"), (1, "1.0 /day"), (0.5, "3.5 /week"), (0.1, "3.0 /month"), (0, "0.0 /day")],
)
def test_rates_under_one_a_day_turn_to_weeks_and_months(per_day: float | None, text: str) -> None:
    assert rate(per_day) == spaced(text)


@pytest.mark.parametrize(
    ("fraction", "text"),
    [(None, "–"), (0.0074, "0.7 %"), (0.0994, "9.9 %"), (0.0996, "10 %"), (0.5, "50 %"), (0, "0.0 %")],
)
def test_percentages_have_a_decimal_below_ten(fraction: float | None, text: str) -> None:
    assert percent(fraction) == spaced(text)


def test_a_change_carries_a_sign_streamlit_understands() -> None:
    assert change_text(20.0, 27.1, duration_unit(20.0)) == spaced("-7.1 h")
    assert change_text(27.1, 20.0, duration_unit(27.1)) == spaced("+7.1 h")
    assert change_text(0.05, 0.04, percent_unit(0.05)) == spaced("+1.0 pt")
    assert change_text(3.0, None, PER_WEEK) is None
    assert change_text(3.01, 3.0, PER_WEEK) is None, "a change that rounds to nothing is none"


@pytest.mark.parametrize(
    ("now", "before", "text"),
    [(134, 100, "+34 %"), (88, 100, "−12 %"), (2000, 100, "×20"), (1, 0, None), (1, None, None), (None, 1, None)],
)
def test_relative_changes(now: float | None, before: float | None, text: str | None) -> None:
    assert relative_change(now, before) == (spaced(text) if text else None)


def test_a_window_that_ends_at_midnight_ends_the_day_before() -> None:
    assert window_label(datetime(2025, 4, 1, tzinfo=UTC), 30) == "2 Mar to 31 Mar 2025 against the 30 days before"
    assert (
        window_label(datetime(2025, 3, 31, 23, 59, 59, tzinfo=UTC), 90)
        == "1 Jan to 31 Mar 2025 against the 90 days before"
    )
    assert (
        window_label(datetime(2025, 1, 11, tzinfo=UTC), 30) == "12 Dec 2024 to 10 Jan 2025 against the 30 days before"
    )


def test_ages() -> None:
    since = datetime(2025, 3, 28, 14, 5, tzinfo=UTC)
    texts = [age(timedelta(seconds=seconds), since) for seconds in (5, 125, 7300, 100_000)]
    assert [text.replace(NO_BREAK, " ") for text in texts] == [
        "just now",
        "2 min old",
        "2 h old",
        "of Fri 28 Mar 14:05",
    ]


HOSTILE = [
    "**bold** _it_ `code`",
    "[link](https://evil.test)",
    "![i](x)",
    "<script>alert(1)</script>",
    "$\\frac{1}{2}$",
    ":material/warning: :red[x]",
    "# heading",
    "- list",
    "> quote",
    "a\n\nb",
    "~~x~~",
    "| a | b |",
    "\u202eabc",
    "https://evil.test",
    "www.evil.test",
    "&lt;",
    ":smile:",
    "x" * 10_000,
]


@pytest.mark.parametrize("text", HOSTILE, ids=lambda text: text[:12])
def test_untrusted_text_keeps_its_letters_and_loses_its_powers(text: str) -> None:
    shown = plain(text)
    assert "\n" not in shown
    assert "\u202e" not in shown
    for index, character in enumerate(shown):
        if character in "*_`[]<>$:#~|!&@/":
            assert shown[index - 1] == "\\"


def test_untrusted_text_in_a_figure_is_no_html() -> None:
    assert figure_text("<b>x</b> & <a href='y'>") == "&lt;b&gt;x&lt;/b&gt; &amp; &lt;a href='y'&gt;"


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("30", 30),
        ("0030", 30),
        (None, None),
        ("", None),
        ("0", None),
        ("1096", None),
        ("٣٠", None),
        ("-1", None),
        ("000000030999999", None),
        ("00000003" + "0" * 5000, None),
    ],
)
def test_a_whole_number_is_read_between_its_bounds(text: str | None, number: int | None) -> None:
    assert whole_number(text, 1, 1095) == number


def test_labels_of_a_control_are_cut_and_told_apart() -> None:
    labels = distinct_labels({"a": "Twins", "b": "Twins", "c": "x" * 200, "d": "\u202e"}, 10)
    assert labels == {"a": "Twins (a)", "b": "Twins (b)", "c": "x" * 9 + "…", "d": " (d)"}


@pytest.mark.parametrize("text", ["https://evil.example", "HTTP://evil.example", "www.evil.example", "me@evil.example"])
def test_an_address_of_others_becomes_no_link(text: str) -> None:
    linked = r"(?i)https?://|www(?=\.)|[-.\w+]@[-\w]"
    shown = plain(text).replace("\\", "")
    assert re.search(linked, text)
    assert not re.search(linked, shown)
    assert shown.replace("\u2060", "") == text
