"""REST objects in the envelopes of the webhooks that speak of the same things (pure).

Events of our own, for what has no webhook, are those of sources/github. What GitHub nests everywhere is cut to what names it
(repositories, accounts) or left out (addresses, but those of pages): it changes on its own and would make the same thing look new.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from typing import Any

from koalr_server.sources.observation import Delivery

SOURCE = "github"
REPOSITORY_FIELDS = ("id", "name", "full_name", "default_branch", "private", "fork", "archived")
ACCOUNT_FIELDS = ("login", "id", "type")
# Not the patch: the code of a company stays where it is.
FILE_FIELDS = ("filename", "previous_filename", "status", "additions", "deletions", "changes")
MOST_LEVELS = 60


def delivery(event: str, body: Mapping[str, Any]) -> Delivery:
    """A body as a delivery; the same body is the same delivery, whenever it is read."""
    text = json.dumps(body, sort_keys=True, separators=(",", ":"))
    key = hashlib.sha256(f"{event}\n{text}".encode()).hexdigest()
    return Delivery(SOURCE, event, f"sync:{key}", text.encode())


def synced(event: str, repository: Mapping[str, Any], **told: Any) -> Delivery:
    """An object of a repository in the envelope of its webhook."""
    return delivery(event, {"action": "synced", "repository": named(repository), **essence(told)})


def named(repository: Mapping[str, Any]) -> dict[str, Any]:
    """What names a repository."""
    return {name: repository[name] for name in REPOSITORY_FIELDS if name in repository}


def without_patches(files: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The files of a commit or a pull request: names and numbers of lines."""
    return [{name: file[name] for name in FILE_FIELDS if name in file} for file in files]


def essence(value: Any, level: int = 0) -> Any:  # noqa: ANN401 - JSON
    """A JSON value without addresses, but those of its pages, and with nested repositories and accounts cut to their names."""
    if level > MOST_LEVELS:
        return None
    if isinstance(value, list):
        return [essence(item, level + 1) for item in value]
    if not isinstance(value, dict):
        return value
    if "full_name" in value and "owner" in value:
        return named(value)
    if "login" in value and "gravatar_id" in value:
        return {name: value[name] for name in ACCOUNT_FIELDS if name in value}
    return {name: essence(item, level + 1) for name, item in value.items() if not _is_address(name, item)}


def _is_address(name: str, item: Any) -> bool:  # noqa: ANN401 - JSON
    if name == "_links":
        return True
    return (name == "url" or (name.endswith("_url") and name != "html_url")) and isinstance(item, str | None)
