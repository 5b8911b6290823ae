"""Nodes of GraphQL about boards, in the names that REST and webhooks have for the same things (pure)."""

from collections.abc import Sequence
from typing import Any

from koalr_server.sources.github.events import ISSUE_BOARDS
from koalr_server.sources.observation import Delivery
from koalr_server.sync.github.envelopes import delivery
from koalr_server.sync.github.nodes import Node, child

ITEM, ISSUE = "ProjectV2Item", "Issue"
TURNS = {
    "AddedToProjectV2Event": "added_to_project_v2",
    "ProjectV2ItemStatusChangedEvent": "project_v2_item_status_changed",
    "RemovedFromProjectV2Event": "removed_from_project_v2",
}
FIELDS = ("status", "state", "stage")


def issue_of(node: Node) -> Node | None:
    """The issue of an item, or the node itself if it is one; None for drafts and pull requests."""
    found = node if child(node, "__typename") == ISSUE else child(node, "content")
    return found if isinstance(found, dict) and isinstance(found.get("number"), int) else None


def issue_boards(node: Node, issue: Node, turns: Sequence[Node]) -> Delivery:
    """An item, or an issue alone, with all turns of the issue."""
    body: dict[str, Any] = {
        "repository": {"full_name": child(issue, "repository", "nameWithOwner")},
        "issue": {"number": issue["number"], "node_id": issue.get("id")},
        "timeline": [turn for told in turns if (turn := _turn(told))],
    }
    if child(node, "__typename") == ITEM:
        body["projects_v2_item"] = _item(node)
    return delivery(ISSUE_BOARDS, body)


def _turn(node: Node) -> dict[str, Any] | None:
    event = TURNS.get(str(node.get("__typename")))
    if event is None:
        return None
    project = child(node, "project", "id")
    told: dict[str, Any] = {
        "event": event,
        "created_at": node.get("createdAt"),
        "project": None if project is None else {"node_id": project},
    }
    if "status" in node:
        told |= {"previous_status": node.get("previousStatus"), "status": node["status"]}
    return told


def _item(node: Node) -> dict[str, Any]:
    return {
        "node_id": node.get("id"),
        "project_node_id": child(node, "project", "id"),
        "archived": node.get("isArchived"),
        "updated_at": node.get("updatedAt"),
        **{field: _value(node.get(field)) for field in FIELDS},
    }


def _value(node: Any) -> dict[str, Any] | None:  # noqa: ANN401 - JSON
    # A field of another kind is an object without fields.
    return {"name": node["name"], "updated_at": node.get("updatedAt")} if child(node, "name") else None
