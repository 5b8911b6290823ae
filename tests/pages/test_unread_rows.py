"""A row that is not as the API page describes it is left out and said, on every page that shows rows."""

from collections.abc import Callable
from typing import Any

import pytest
from starlette.applications import Starlette

from tests.contract.bodies import body
from tests.pages.conftest import Open, documented_only
from tests.pages.test_pages import words


def with_a_bad_row(list_: str, field: str) -> Callable[[str, Any], Any]:
    row = body(list_)["data"][0]
    rows = [row, row | {"id": "other", field: None}]
    return lambda path, found: found | {"data": rows, "total": 2} if path.endswith(f"/{list_}") else found


@pytest.mark.parametrize(
    ("page", "list_", "field"),
    [
        ("pull_requests.py", "pull-requests", "title"),
        ("deployments.py", "deployments", "repo"),
        ("incidents.py", "incidents", "startedAt"),
        ("flow.py", "pull-requests", "number"),
        ("reviews.py", "pull-requests", "repo"),
        ("overview.py", "incidents", "title"),
    ],
)
def test_the_other_rows_are_shown_with_a_note(
    connected: Callable[[Starlette], str], open_page: Open, page: str, list_: str, field: str
) -> None:
    connected(documented_only(change=with_a_bad_row(list_, field)))
    app = open_page(page)
    assert not app.exception
    said = words(app)
    assert "1 row could not be read" in said
    assert f"not as the API describes it: {field}." in said
    assert "gave no usable answer" not in said


def test_nothing_is_said_where_every_row_fits(connected: Callable[[Starlette], str], open_page: Open) -> None:
    connected(documented_only())
    assert "could not be read" not in words(open_page("pull_requests.py"))


def test_the_line_above_the_table_counts_them(connected: Callable[[Starlette], str], open_page: Open) -> None:
    connected(documented_only(change=with_a_bad_row("pull-requests", "title")))
    said = words(open_page("pull_requests.py"))
    assert "All 2 rows, newest first; 1 of these could not be read." in said
