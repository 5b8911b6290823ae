"""Lists that GraphQL answers page by page, fewer to a page where GitHub cannot answer."""

from collections.abc import Iterator, Mapping
from typing import Any

from koalr_server.sync.github.answer import Unanswered
from koalr_server.sync.github.connection import MOST_PAGES
from koalr_server.sync.github.errand import Errand
from koalr_server.sync.github.nodes import child

PAGE = 100
SMALLER = 5
# What is too much for GitHub's ten seconds fails again.
MOST_FAULTS_OF_MANY = 2


def pages(errand: Errand, document: str, variables: Mapping[str, Any], *names: str) -> Iterator[Any]:
    """The pages of the list under these names; None is one that is not there. Errors as of Connection.ask.

    Args:
        document: a query with the variables `$first` and `$after`.
        variables: others; `after` is where to begin.
    """
    after = variables.get("after")
    for _ in range(MOST_PAGES):
        page = child(_page(errand, document, {**variables, "after": after}), *names)
        yield page
        next_after = following(page)
        if next_after is None:
            return
        if next_after == after:
            break
        after = next_after
    raise Unanswered("the pages of a list did not come to an end")


def following(page: Any) -> str | None:  # noqa: ANN401 - JSON
    """Where the next page begins; None after the last."""
    after = child(page, "pageInfo", "endCursor")
    return after if child(page, "pageInfo", "hasNextPage") is True and isinstance(after, str) else None


def _page(errand: Errand, document: str, variables: Mapping[str, Any]) -> Mapping[str, Any]:
    size = PAGE
    while size > 1:
        try:
            return errand.ask(document, {**variables, "first": size}, MOST_FAULTS_OF_MANY)
        except Unanswered:
            size //= SMALLER
    return errand.ask(document, {**variables, "first": 1})
