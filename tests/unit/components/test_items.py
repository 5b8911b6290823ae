"""What a URL may say of the number of items."""

import pytest

from components.items import parse_items


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
