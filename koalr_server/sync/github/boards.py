"""Boards of GitHub Projects: where their issues stand, and how they came there.

A move changes the item of a board and not its issue, so it is looked for on the boards. They list their items as they stand there;
an item that has changed is known by its time, and of one that is no longer there the issue is asked for.
"""

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import timedelta

from koalr_server.sync.github.answer import Unanswered, Unsupported
from koalr_server.sync.github.board_asking import Asking
from koalr_server.sync.github.board_bodies import issue_boards, issue_of
from koalr_server.sync.github.board_position import BoardPosition, Scope
from koalr_server.sync.github.errand import Errand
from koalr_server.sync.github.nodes import Node, child
from koalr_server.sync.position import earlier

PERMISSION = "Projects: read (of the organisation), or the scope read:project"
# Moves are long lists, and GitHub ends a query after ten seconds.
CHUNK = 25
# What is remembered of a board can be long as well, so it is not written after every answer.
ROUND = 500
# Whether each change of an item dates its board is not documented.
LOOKED_AT_EVERY = timedelta(hours=6)


@dataclass(frozen=True, slots=True)
class Item:
    """An item as its board lists it; `issue` is empty if it is none of the repositories that are read."""

    version: str
    issue: str


def read_boards(errand: Errand, repositories: AbstractSet[str]) -> None:
    """Read what has changed on the boards of an owner, of issues in these repositories; errors as of Connection.ask."""
    asking = Asking(errand)
    try:
        for board in list(asking.boards()):
            try:
                _Board(errand, asking, repositories, board).read()
            except Unanswered as error:
                errand.miss(str(error))
    except Unsupported:
        errand.leave_out("this server has no boards of Projects that GraphQL tells of")


class _Board:
    """One reading of one board."""

    def __init__(self, errand: Errand, asking: Asking, repositories: AbstractSet[str], board: Node) -> None:
        self._errand = errand
        self._asking = asking
        self._repositories = repositories
        self._id, self._updated_at = str(board.get("id")), _version(board)
        self._position = BoardPosition.read(errand.cursor(self._name))

    @property
    def _name(self) -> str:
        return f"boards/{self._id}"

    def read(self) -> None:
        """Read until everything is taken that has changed; what had no answer is looked for the next time."""
        run = self._errand.run
        scope = Scope.of(self._repositories, run.since)
        if self._position.covers(self._updated_at, scope, earlier(run.began_at, LOOKED_AT_EVERY)):
            return
        listed = self._listed()
        if listed is None:
            return
        left = {issue: item for item, (_, issue) in self._position.items.items() if item not in listed}
        asked = [*(item for item, told in listed.items() if self._wants(item, told)), *left]
        whole = True
        for start in range(0, len(asked), ROUND):
            answered = self._taken(asked[start : start + ROUND])
            whole = whole and answered.keys() >= set(asked[start : start + ROUND])
            taken = {key: (version, listed[key].issue) for key, version in answered.items() if key in listed}
            self._position = self._position.after(taken, {left[key] for key in answered if key in left})
            self._errand.remember(self._name, self._position.text())
        if whole:
            self._position = self._position.whole(self._updated_at, scope, run.began_at)
            self._errand.remember(self._name, self._position.text())

    def _listed(self) -> dict[str, Item] | None:
        nodes = self._asking.items(self._id)
        return None if nodes is None else {str(node.get("id")): self._item(node) for node in nodes}

    def _item(self, node: Node) -> Item:
        ours = child(node, "content", "repository", "nameWithOwner") in self._repositories
        return Item(_version(node), str(child(node, "content", "id")) if ours else "")

    def _wants(self, key: str, item: Item) -> bool:
        return (
            bool(item.issue) and item.version >= self._errand.run.since and not self._position.knows(key, item.version)
        )

    def _taken(self, keys: Sequence[str]) -> dict[str, str]:
        """Hand over what items and issues came to; answers the versions of those that there was an answer for."""
        answered: dict[str, str] = {}
        deliveries = []
        for start in range(0, len(keys), CHUNK):
            for key, node in self._asking.states(keys[start : start + CHUNK]):
                try:
                    if isinstance(node, Unanswered):
                        raise node
                    issue = issue_of(node)
                    if issue is not None:
                        deliveries.append(issue_boards(node, issue, self._asking.turns(issue)))
                    answered[key] = _version(node)
                except Unanswered as error:
                    self._errand.miss(str(error))
        self._errand.accept(deliveries, read=len(deliveries))
        return answered


def _version(node: Node) -> str:
    return str(node.get("updatedAt") or "")
