"""What a store runs on: cursors that find the tables, transactions, and how to tell that something was committed."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from enum import Enum
from typing import Protocol

import duckdb

Cursor = duckdb.DuckDBPyConnection


class Effect(Enum):
    """Whom a change concerns."""

    ANSWERS = "answers"  # what the API answers may differ
    NOTES = "notes"  # no answer differs; keys may
    BESIDE = "beside"  # what was sent, kept and not read yet; made beside all others


class Engine(Protocol):
    """Where the tables of a store are.

    Attributes:
        kind: for people, such as "single file".
        place: where, for messages; never with a password.
        schema: the statements that make what is missing.
        most_tries: how often a change is made that met another one.
    """

    kind: str
    place: str
    schema: str
    most_tries: int

    @property
    def gather_secs(self) -> float:
        """For how long changes gather that can be committed together, as things are."""

    @property
    def version(self) -> int:
        """Another number after each commit that answers may depend on."""

    @property
    def commits(self) -> int:
        """Another number after each commit that was not made beside the others."""

    def reading(self) -> AbstractContextManager[Cursor]:
        """A cursor of the caller's own, for statements that change nothing."""

    def transaction(self, effect: Effect) -> AbstractContextManager[Cursor]:
        """A cursor inside a transaction, alone among those of its kind; it commits unless the block raises."""

    def reader(self) -> AbstractContextManager[bool]:
        """Whether this process is to read deliveries until the block ends; false while another one does."""

    def compact(self) -> dict[str, int]:
        """Tidy what many small changes left behind; answers what was done, by name."""

    def close(self) -> None:
        """Let go of the place."""


Settings = dict[str, str | bool | int | float | list[str]]
"""Of a connection of the engine."""


def with_threads(settings: Settings, threads: int | None) -> Settings:
    """Settings with so many threads; None leaves it to the engine, which has one for each core."""
    return settings if threads is None else {**settings, "threads": threads}


@contextmanager
def transacting(cursor: Cursor) -> Iterator[Cursor]:
    """Commit at the end, or leave nothing behind."""
    cursor.begin()
    try:
        yield cursor
        cursor.commit()
    except BaseException:
        # A commit that failed has ended the transaction already.
        with suppress(duckdb.Error):
            cursor.rollback()
        raise


def first_line(error: BaseException) -> str:
    """What an engine's error says, without where in a statement it happened."""
    return str(error).strip().splitlines()[0].rstrip(".") if str(error).strip() else type(error).__name__
