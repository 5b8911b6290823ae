"""What comes of a question to GitHub: an answer, a refusal, or nothing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any


class Refused(Exception):
    """GitHub will not answer this question, today or tomorrow.

    Args:
        status: 403, 404, 409, 410, 422, 451 and the like.
        single_sign_on: the organisation wants the token authorised first.
        word: what GraphQL says in place of a status, such as "FORBIDDEN".
        within: names of the fields in which that stands, from the outermost on.
    """

    def __init__(self, status: int, single_sign_on: bool = False, word: str = "", within: Sequence[str] = ()) -> None:
        self.status = status
        self.single_sign_on = single_sign_on
        self.within = within
        self.said = word or str(status)
        super().__init__(f"GitHub answered {self.said}")


class Unsupported(Exception):
    """This server's GraphQL does not know what was asked for."""


class Unanswered(Exception):
    """There was no usable answer after all tries; the text says what came instead."""


@dataclass(frozen=True, slots=True)
class GraphAnswer:
    """An answer of GraphQL.

    Args:
        data: what was asked for, as far as it may be seen.
        refusals: why parts of it are null.
    """

    data: Mapping[str, Any]
    refusals: Sequence[Refused] = ()


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer to a question.

    Args:
        changed: False if the list is what it was (304); then there is no body.
        marks: request headers that ask again only for what has changed since.
        read_at: GitHub's clock when it answered, "YYYY-MM-DDTHH:MM:SSZ"; "" if it did not say.
        following: the address of the next page.
    """

    changed: bool
    body: Any
    marks: Mapping[str, str]
    read_at: str
    following: str | None
