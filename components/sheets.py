"""A long list in sheets of a few requests each (pure)."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Generic

from koalr_api import KoalrError, Page
from koalr_api.pages import Known

ROWS_PER_REQUEST = 100
# With the teams, the figures of the window and the first page, the six requests one view of a page may cost.
REQUESTS_PER_SHEET = 3


@dataclass(frozen=True, slots=True)
class Sheet(Generic[Known]):
    """Consecutive rows of a list, newest first.

    Attributes:
        total: rows of the whole list; `number` and `sheets` count from 1.
        first: place of the first row in the list, from 1.
        ended: the server gave fewer rows than it counts, and has no more.
        lacking: why the rows after these cannot be had at the moment.
        skipped: rows among these that could not be read.
    """

    rows: Sequence[Known]
    total: int
    number: int = 1
    sheets: int = 1
    first: int = 1
    ended: bool = False
    lacking: KoalrError | None = None
    skipped: int = 0

    @property
    def last(self) -> int:
        """Place of the last row in the list."""
        return self.first + len(self.rows) + self.skipped - 1

    @property
    def whole(self) -> bool:
        """Whether these are all rows there are."""
        return len(self.rows) + self.skipped >= self.total


Ask = Callable[[int], Page[Known]]


def read(ask: Ask[Known], number: int, announce: Callable[..., object] = lambda *_: None) -> Sheet[Known]:
    """Read one sheet; a number behind the last gives the last.

    Args:
        ask: one page of the list, from 1; a server may give fewer rows a page than asked for.
        announce: is told the questions that come next, so that they can be asked side by side.

    Raises:
        KoalrError: the first page, or the first of the sheet, cannot be had.
    """
    first = ask(1)
    given = len(first.data) + len(first.skipped)
    total = max(first.total, given)
    per_request = given if 0 < given < total else ROWS_PER_REQUEST
    requests = max(1, math.ceil(total / per_request))
    sheets = math.ceil(requests / REQUESTS_PER_SHEET)
    number = min(max(1, number), sheets)
    begin = (number - 1) * REQUESTS_PER_SHEET + 1
    pages = range(begin, min(begin + REQUESTS_PER_SHEET - 1, requests) + 1)
    announce(*(partial(ask, page) for page in pages if page > 1))
    rows, ended, lacking, skipped = _collect(ask, pages, first)
    return Sheet(rows, total, number, sheets, (begin - 1) * per_request + 1, ended, lacking, skipped)


def _collect(ask: Ask[Known], pages: range, first: Page[Known]) -> tuple[list[Known], bool, KoalrError | None, int]:
    """The rows of some pages, each once: new rows push old ones on to the next page while they are read."""
    skipped = 0
    seen = {row.id for row in first.data} if pages[0] > 1 else set()
    rows: list[Known] = []
    for page in pages:
        try:
            answer = first if page == 1 else ask(page)
        except KoalrError as error:
            if not rows:
                raise
            return rows, False, error, skipped
        new = {row.id: row for row in answer.data if row.id not in seen}
        # A server that knows no pages answers the first one again.
        if not new or (page > 1 and answer.page not in (page, None)):
            return rows, True, None, skipped
        seen |= new.keys()
        rows += new.values()
        skipped += len(answer.skipped)
    return rows, False, None, skipped
