"""Sheets of a long list: within three requests each, no row twice, honest about what the server gives."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from components.paging import count_words, parse
from components.search import Wanted
from components.sheets import Sheet, read
from koalr_api import APIConnectionError, Page
from koalr_api.models.records import Deployment
from tests.records import deployment, page_of


@dataclass
class Server:
    """A list of so many rows, `per_page` at a time whatever is asked; `paged`: whether it knows pages at all."""

    total: int
    per_page: int = 100
    paged: bool = True
    fails_from: int = 10**6

    def __post_init__(self) -> None:
        self.asked: list[int] = []

    def __call__(self, page: int) -> Page[Deployment]:
        self.asked.append(page)
        if page >= self.fails_from:
            raise APIConnectionError("away")
        number = page if self.paged else 1
        begin = (number - 1) * self.per_page
        return page_of(
            [deployment(index) for index in range(self.total)][begin : begin + self.per_page], self.total, number
        )


def places(sheet: Sheet[Deployment]) -> list[int]:
    return [int(row.id) for row in sheet.rows]


def test_a_short_list_is_one_request() -> None:
    server = Server(42)
    sheet = read(server, 1)
    assert (places(sheet), sheet.whole, sheet.sheets, server.asked) == (list(range(42)), True, 1, [1])


def test_a_sheet_is_three_requests() -> None:
    server = Server(9266)
    sheet = read(server, 1)
    assert places(sheet) == list(range(300))
    assert (sheet.first, sheet.last, sheet.sheets, sheet.whole) == (1, 300, 31, False)
    assert server.asked == [1, 2, 3]


def test_the_second_sheet_goes_on_where_the_first_ended() -> None:
    server = Server(650)
    assert places(read(server, 2)) == list(range(300, 600))
    last = read(server, 3)
    assert (places(last), last.first, last.last) == (list(range(600, 650)), 601, 650)


def test_a_number_behind_the_last_gives_the_last() -> None:
    assert read(Server(650), 999_999).number == 3


def test_smaller_pages_than_asked_for_are_counted_as_they_come() -> None:
    server = Server(200, per_page=25)
    sheet = read(server, 2)
    assert (places(sheet), sheet.first, sheet.sheets) == (list(range(75, 150)), 76, 3)


def test_a_server_without_pages_is_not_believed_to_have_more_rows() -> None:
    sheet = read(Server(42, per_page=1, paged=False), 1)
    assert (places(sheet), sheet.ended) == ([0], True)
    deep = read(Server(42, per_page=1, paged=False), 5)
    assert (places(deep), deep.ended) == ([], True)


def test_rows_that_new_ones_pushed_on_to_the_next_page_come_once() -> None:
    def moving(page: int) -> Page[Deployment]:
        begin = 0 if page == 1 else 95
        return page_of([deployment(index) for index in range(200)][begin : begin + 100], 200, page)

    assert places(read(moving, 1)) == list(range(195))


def test_an_empty_list_is_a_whole_one() -> None:
    assert read(Server(0), 1).whole


def test_a_total_below_the_rows_is_corrected() -> None:
    assert read(lambda page: page_of([deployment(1), deployment(2)], 0, page), 1).total == 2


def test_what_cannot_be_had_leaves_the_rows_before() -> None:
    sheet = read(Server(300, fails_from=2), 1)
    assert len(sheet.rows) == 100
    assert isinstance(sheet.lacking, APIConnectionError)


def test_a_first_page_that_cannot_be_had_is_an_error() -> None:
    with pytest.raises(APIConnectionError):
        read(Server(300, fails_from=1), 1)
    with pytest.raises(APIConnectionError):
        read(Server(900, fails_from=4), 2)


def test_the_pages_after_the_first_are_announced_together() -> None:
    announced: list[Callable[[], Any]] = []
    server = Server(9266)
    read(server, 1, lambda *questions: announced.extend(questions))
    server.asked.clear()
    for question in announced:
        question()
    assert server.asked == [2, 3]


@pytest.mark.parametrize(
    ("text", "number"),
    [("2", 2), ("0", 1), (None, 1), ("", 1), ("-3", 1), ("1e3", 1), ("٣", 1), ("9" * 7, 1), ("999999", 999_999)],
)
def test_a_page_number_of_the_url_is_bounded(text: str | None, number: int) -> None:
    assert parse(text) == number


ROWS = [deployment(index) for index in range(300)]
SEARCHED = Wanted("whitehall")


@pytest.mark.parametrize(
    ("sheet", "found", "searched", "words"),
    [
        (Sheet(ROWS, 300), 300, Wanted(), "All 300 rows, newest first."),
        (Sheet(ROWS, 300), 12, SEARCHED, "12 of 300 rows match."),
        (
            Sheet(ROWS, 9266, 1, 31),
            300,
            Wanted(),
            "Rows 1 to 300 of 9266, newest first; a click on a heading sorts these 300.",
        ),
        (Sheet(ROWS, 9266, 1, 31), 12, SEARCHED, "12 rows match, searched the latest 300 of 9266."),
        (
            Sheet(ROWS, 9266, 2, 31, 301),
            1,
            SEARCHED,
            "1 row matches, searched rows 301 to 600 of 9266, newest first.",
        ),
        (
            Sheet([], 42, 5, 14, 13, ended=True),
            0,
            Wanted(),
            "None of 42 rows; the server gives no more.",
        ),
    ],
)
def test_the_count_line_says_what_was_searched(
    sheet: Sheet[Deployment], found: int, searched: Wanted, words: str
) -> None:
    assert count_words(sheet, found, searched) == words


def test_the_count_line_says_what_is_lacking() -> None:
    sheet = Sheet(ROWS[:100], 300, lacking=APIConnectionError("away"))
    assert "the rows after these: not to be had" in count_words(sheet, 100, Wanted())
