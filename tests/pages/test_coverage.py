"""Windows longer than the data: what they hold is said, and nothing is compared with what is not there."""

import pytest

from tests.integration.server.conftest import Api
from tests.pages.conftest import Open
from tests.pages.test_pages import words

SINCE = "Data since the week of 30 Dec 2024"
COMPARED = ["overview.py", "dora.py", "flow.py", "reviews.py", "value_stream.py", "deployments.py"]


@pytest.mark.parametrize("page", COMPARED)
def test_nothing_is_compared_where_data_begin_inside_the_window(page: str, sample: Api, open_page: Open) -> None:
    app = open_page(page, days="365")
    assert not app.exception
    assert "Data since the week of" in words(app)
    assert "days before" not in words(app)
    assert not [card.label for card in app.metric if card.delta and card.delta[0] in "+-"]


def test_the_week_data_begin_in_is_named(sample: Api, open_page: Open) -> None:
    assert SINCE in words(open_page("dora.py", days="365"))
    text = words(open_page("flow.py", days="365"))
    assert "Little's law needs a pace over the whole window" in text
    assert "fits together" not in text


@pytest.mark.parametrize("page", COMPARED)
def test_a_window_that_the_data_carry_is_compared(page: str, sample: Api, open_page: Open) -> None:
    text = words(open_page(page, days="30"))
    assert "against the 30 days before" in text
    assert "Data since" not in text


def test_a_nearly_empty_window_before_gives_no_change(sample: Api, open_page: Open) -> None:
    app = open_page("flow.py", days="90")
    assert "days before" not in words(app)
    assert "×" not in words(app)
