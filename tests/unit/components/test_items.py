"""What a URL may say of the number of items."""

import pytest

from components.items import parse_items, usual


@pytest.mark.parametrize(
    ("text", "items"),
    [
        ("1", 1),
        ("20", 20),
        ("10000", 10_000),
        ("0", None),
        ("10001", None),
        ("-5", None),
        ("2.5", None),
        ("1e3", None),
        ("", None),
        (None, None),
        ("٣٠", None),
        ("9" * 5000, None),
    ],
)
def test_only_whole_numbers_the_api_takes_count(text: str | None, items: int | None) -> None:
    assert parse_items(text) == items


@pytest.mark.parametrize(
    ("weekly", "items"),
    [(88.5, 500), (7, 20), (0.2, 1), (1.5, 5), (2_400, 10_000), (1e9, 10_000), (0, 20), (None, 20), (float("nan"), 20)],
)
def test_about_four_weeks_of_work_are_usual(weekly: float | None, items: int) -> None:
    assert usual(weekly) == items
