"""List answers: a page, and an iterator over all of them."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Generic, TypeVar

from koalr_api.answer import Answer, Answered

Row = TypeVar("Row")


@dataclass(frozen=True, slots=True)
class Page(Answered, Generic[Row]):
    """One page of a list.

    Attributes:
        data: the rows, newest first.
        total: rows in all pages.
        page, page_size: as the server says them, None where it does not.
    """

    data: tuple[Row, ...]
    total: int
    page: int | None = None
    page_size: int | None = None
    _answer: Answer | None = None

    def __len__(self) -> int:
        return len(self.data)


def walk(fetch: Callable[[int], Page[Row]]) -> Iterator[Row]:
    """Every row of every page, asking for a page only when it is needed.

    Stops at the total, at an empty page, and at a server that keeps answering the same page.
    """
    seen = 0
    number = 1
    before: tuple[Row, ...] | None = None
    while True:
        page = fetch(number)
        if not page.data or page.data == before:
            return
        yield from page.data
        seen += len(page.data)
        if seen >= page.total:
            return
        before = page.data
        number += 1
