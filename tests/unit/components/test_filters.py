"""Which of URL and widget is right, and what a URL may say."""

import pytest

from components.address import Parameter, settle
from components.filters import parse_days


@pytest.mark.parametrize(
    ("parameter", "page_changed", "expected"),
    [
        (Parameter(url="a", written=None, held=None), True, "a"),  # a deep link on a cold server
        (Parameter(url="a", written="a", held="b"), False, "b"),  # the viewer chose b
        (Parameter(url=None, written="a", held="a"), True, "a"),  # another page: the URL lost its parameters
        (Parameter(url="c", written="a", held="a"), True, "c"),  # Back to a page seen with c
        (Parameter(url="c", written="a", held="a"), False, "c"),  # the URL was edited
        (Parameter(url=None, written="a", held="a"), False, None),  # the parameter was removed by hand
        (Parameter(url=None, written=None, held=None), True, None),
    ],
)
def test_the_widget_counts_unless_the_url_was_changed_from_outside(
    parameter: Parameter, page_changed: bool, expected: str | None
) -> None:
    assert settle(parameter, page_changed) == expected


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("30", 30),
        ("1", 1),
        ("1095", 1095),
        ("0", None),
        ("1096", None),
        ("-5", None),
        ("3.5", None),
        ("x", None),
        (None, None),
        ("٣٠", None),
        ("9" * 5000, None),
    ],
)
def test_only_whole_days_in_range_count(text: str | None, days: int | None) -> None:
    assert parse_days(text) == days
