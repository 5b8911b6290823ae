"""List answers: a page, and a walk over all of them."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Generic, Protocol, TypeVar

from koalr_api.model import Model, Rows, Skipped

if TYPE_CHECKING:
    import pandas


class Identified(Protocol):
    """A row with an id."""

    @property
    def id(self) -> str: ...


Row = TypeVar("Row")
Known = TypeVar("Known", bound=Identified)


@dataclass(frozen=True, slots=True)
class Page(Model, Generic[Row]):
    """One page of a list; `len`, iteration and indexing go over its rows."""

    data: Rows[Row] = field(metadata={"row_by_row": True})
    """The rows that could be read, newest first."""
    total: int
    """Number of rows on all pages."""
    page: int | None = None
    """Number of this page, from 1."""
    page_size: int | None = None
    """Number of rows a page has at most."""

    @property
    def skipped(self) -> tuple[Skipped, ...]:
        """The rows that could not be read; the others stand."""
        return self.data.skipped

    def __len__(self) -> int:
        return len(self.data)

    def __iter__(self) -> Iterator[Row]:
        return iter(self.data)

    def __getitem__(self, index: int) -> Row:
        return self.data[index]

    def to_frame(self) -> "pandas.DataFrame":
        """The rows as a table; see `Rows.to_frame`."""
        return self.data.to_frame()


def walk(fetch: Callable[[int], Page[Known]]) -> Iterator[Known]:
    """Every row of every page once, asking for a page only when it is needed.

    New rows push old ones on to the next page while this goes on; they are not given twice. It stops at the total, at an
    empty page, and at a server that has no further pages but answers the same one again.
    """
    given: set[str] = set()
    received = 0
    number = 1
    before: list[str] = []
    while True:
        page = fetch(number)
        ids = [row.id for row in page]
        # A page number that was asked for is believed: as many new rows as fill a page bring the same rows again.
        if not ids or (page.page != number and ids == before):
            return
        for row in page:
            if row.id not in given:
                given.add(row.id)
                yield row
        received += len(ids) + len(page.skipped)
        if received >= page.total:
            return
        before = ids
        number += 1
