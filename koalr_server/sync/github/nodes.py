"""What answers of GraphQL consist of (pure)."""

from collections.abc import Mapping
from typing import Any

Node = Mapping[str, Any]


def child(node: Any, *names: str) -> Any:  # noqa: ANN401 - JSON
    """What stands under these names within each other; None where something is missing, or may not be seen."""
    for name in names:
        node = node.get(name) if isinstance(node, dict) else None
    return node


def nodes_of(connection: Any, name: str = "nodes") -> list[Node]:  # noqa: ANN401 - JSON
    """The nodes of a page that may be seen; or of a list of another name, which has no pages."""
    found = child(connection, name)
    return [node for node in found if isinstance(node, dict)] if isinstance(found, list) else []
