"""Asks GraphQL about boards, for less at once where GitHub cannot answer."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from koalr_server.sync.github.answer import Unanswered, Unsupported
from koalr_server.sync.github.board_queries import BOARDS, ITEMS, MORE_TURNS, STATES, STATES_ALONE
from koalr_server.sync.github.errand import Errand
from koalr_server.sync.github.nodes import Node, child, nodes_of
from koalr_server.sync.github.paging import MOST_FAULTS_OF_MANY, following, pages
from koalr_server.sync.github.patience import MOST_FAULTS


class Asking:
    """Questions about the boards of one owner, one at a time; errors as of Connection.ask."""

    def __init__(self, errand: Errand) -> None:
        self._errand = errand
        self._states = STATES

    def boards(self) -> Iterator[Node]:
        """All boards that may be seen."""
        for page in pages(self._errand, BOARDS, {"owner": self._errand.place}, "repositoryOwner", "projectsV2"):
            yield from nodes_of(page)

    def items(self, board: str) -> Iterator[Node] | None:
        """The items of a board; None if it is gone."""
        listed = pages(self._errand, ITEMS, {"board": board}, "node", "items")
        first = next(listed)
        if first is None:
            return None
        return (node for page in (first, *listed) for node in nodes_of(page))

    def states(self, ids: Sequence[str]) -> list[tuple[str, Node | Unanswered]]:
        """Items, or issues, by their ids; what is gone or may not be seen is empty."""
        try:
            nodes = self._asked_for(ids).get("nodes")
        except Unanswered as fault:
            if len(ids) == 1:
                return [(ids[0], fault)]
            middle = len(ids) // 2
            return self.states(ids[:middle]) + self.states(ids[middle:])
        listed = nodes if isinstance(nodes, list) else []
        return [(key, node if isinstance(node, dict) else {}) for key, node in zip(ids, listed, strict=False)]

    def turns(self, issue: Node) -> list[Node]:
        """All moves of an issue, the first page of which came with it."""
        first = child(issue, "timelineItems")
        found = nodes_of(first)
        if after := following(first):
            for page in pages(
                self._errand, MORE_TURNS, {"id": issue.get("id"), "after": after}, "node", "timelineItems"
            ):
                found += nodes_of(page)
        return found

    def _asked_for(self, ids: Sequence[str]) -> Mapping[str, Any]:
        most_faults = MOST_FAULTS if len(ids) == 1 else MOST_FAULTS_OF_MANY
        try:
            return self._errand.ask(self._states, {"ids": ids}, most_faults)
        except Unsupported:
            if self._states == STATES_ALONE:
                raise
            self._states = STATES_ALONE
            self._errand.leave_out("this server tells no moves of issues, so only where they stand is read")
            return self._asked_for(ids)
