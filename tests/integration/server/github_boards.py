"""Boards of GitHub Projects on the fake GitHub: their items, the moves in the timelines of issues, and GraphQL over both."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from tests.integration.server.graphql_documents import Document

Node = dict[str, Any]
KINDS = {
    "AddedToProjectV2Event": "ADDED_TO_PROJECT_V2_EVENT",
    "ProjectV2ItemStatusChangedEvent": "PROJECT_V2_ITEM_STATUS_CHANGED_EVENT",
    "RemovedFromProjectV2Event": "REMOVED_FROM_PROJECT_V2_EVENT",
}


@dataclass
class Card:
    """An item of a board: of an issue, or of something that is none."""

    id: str
    content: Node
    updated_at: str
    status: tuple[str, str] | None = None
    archived: bool = False


@dataclass
class Board:
    """A project."""

    id: str
    updated_at: str = ""
    cards: list[Card] = field(default_factory=list)

    def node(self) -> Node:
        """As GraphQL has it."""
        return {
            "__typename": "ProjectV2",
            "id": self.id,
            "updatedAt": self.updated_at,
            "items": lambda first, after: page([self.card(card) for card in self.cards], first, after),
        }

    def card(self, card: Card) -> Node:
        """An item as GraphQL has it."""

        def value(name: str) -> Node | None:
            if name != "Status" or card.status is None:
                return None
            state, updated_at = card.status
            return {"__typename": "ProjectV2ItemFieldSingleSelectValue", "name": state, "updatedAt": updated_at}

        return {
            "__typename": "ProjectV2Item",
            "id": card.id,
            "updatedAt": card.updated_at,
            "isArchived": card.archived,
            "project": {"__typename": "ProjectV2", "id": self.id},
            "fieldValueByName": value,
            "content": card.content,
        }


@dataclass
class Boards:
    """All boards, by owner.

    Args:
        keeps_history: whether moves come into timelines.
        unknown: types that this server does not know.
        asked: names of the queries, in order; `questions` are the queries themselves, with their variables.
    """

    owned: dict[str, list[Board]] = field(default_factory=dict)
    turns: dict[str, list[Node]] = field(default_factory=dict)
    issues: dict[str, Node] = field(default_factory=dict)
    keeps_history: bool = True
    unknown: Sequence[str] = ()
    asked: list[str] = field(default_factory=list)
    questions: list[Node] = field(default_factory=list)
    accident: Callable[[str, Node], Node | None] = lambda name, variables: None

    def answer(self, content: Node, besides: Node) -> Node:
        """The body of an answer.

        Args:
            besides: what else may be asked for.
        """
        name = re.search(r"query (\w+)", content["query"])
        assert name is not None
        self.asked.append(name[1])
        self.questions.append(content)
        for kind in self.unknown:
            if kind in content["query"]:
                message = f"No such type {kind}, so it can't be a fragment condition"
                return {"errors": [{"message": message, "extensions": {"code": "undefinedType", "typeName": kind}}]}
        happened = self.accident(name[1], content["variables"])
        return happened or {
            "data": Document(content["query"]).answer({**besides, **self._root()}, content["variables"])
        }

    def board(self, owner: str, board: str) -> Board:
        """A new board."""
        found = Board(board, "2022-04-01T00:00:00Z")
        self.owned.setdefault(owner, []).append(found)
        return found

    def issue(self, repository: str, number: int) -> Node:
        """An issue as content of an item."""
        key = f"I_{repository}_{number}"
        return self.issues.setdefault(
            key,
            {
                "__typename": "Issue",
                "id": key,
                "number": number,
                "repository": {"__typename": "Repository", "nameWithOwner": repository},
                "timelineItems": lambda first, after, itemTypes: page(self._told(key, itemTypes), first, after),
            },
        )

    def put(self, board: Board, repository: str, number: int, moved_at: str) -> Card:
        """An issue comes onto a board."""
        issue = self.issue(repository, number)
        card = Card(f"PVTI_{board.id}_{number}", issue, moved_at)
        board.cards.append(card)
        self._turn(issue["id"], "AddedToProjectV2Event", board, moved_at)
        board.updated_at = moved_at
        return card

    def move(self, board: Board, card: Card, status: str | None, moved_at: str) -> None:
        """An item comes into another state."""
        before = card.status[0] if card.status else ""
        told = {"previousStatus": before, "status": status or ""}
        self._turn(card.content["id"], "ProjectV2ItemStatusChangedEvent", board, moved_at, **told)
        card.status = None if status is None else (status, moved_at)
        card.updated_at = board.updated_at = moved_at

    def remove(self, board: Board, card: Card, moved_at: str) -> None:
        """An item leaves."""
        board.cards.remove(card)
        self._turn(card.content["id"], "RemovedFromProjectV2Event", board, moved_at)
        board.updated_at = moved_at

    def _turn(self, issue: str, kind: str, board: Board, moved_at: str, **told: Any) -> None:
        project = {"__typename": "ProjectV2", "id": board.id}
        if self.keeps_history:
            turn = {"__typename": kind, "createdAt": moved_at, "project": project, **told}
            self.turns.setdefault(issue, []).append(turn)

    def _told(self, issue: str, kinds: Sequence[str]) -> list[Node]:
        return [turn for turn in self.turns.get(issue, []) if KINDS[turn["__typename"]] in kinds]

    def _root(self) -> Node:
        boards = {board.id: board.node() for owned in self.owned.values() for board in owned}
        cards = {card["id"]: card for board in boards.values() for card in board["items"](10_000, None)["nodes"]}
        found = {**boards, **cards, **self.issues}
        return {
            "__typename": "Query",
            "repositoryOwner": self._owner,
            "node": lambda id: found.get(id),
            "nodes": lambda ids: [found.get(each) for each in ids],
        }

    def _owner(self, login: str) -> Node:
        owned = self.owned.get(login, [])
        boards = [board.node() for board in owned]
        return {"__typename": "Organization", "projectsV2": lambda first, after: page(boards, first, after)}


def page(nodes: list[Node], first: int, after: str | None) -> Node:
    """A page of a connection; a cursor is a position, so what moves while it is read may be missed."""
    start = int(after or 0)
    shown = nodes[start : start + first]
    end = start + len(shown)
    info = {"__typename": "PageInfo", "hasNextPage": end < len(nodes), "endCursor": str(end)}
    return {"__typename": "Connection", "pageInfo": info, "nodes": shown}
