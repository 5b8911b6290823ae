"""Nodes of GraphQL about pull requests, as the objects that the REST API has for the same things (pure)."""

from collections.abc import Iterable, Mapping
from typing import Any

from koalr_server.sources.github.values import login
from koalr_server.sync.github.nodes import Node, child, nodes_of
from koalr_server.sync.github.pull_queries import TURN_BY_TYPE

Body = dict[str, Any]

# Not a type of account in REST.
MANAGED = "EnterpriseUserAccount"
CHECK_RUN = "CheckRun"


def pull_request(node: Node, listed: Mapping[str, Any]) -> Body:
    """A pull request.

    Args:
        listed: the same one as REST lists it, for what GraphQL was not asked for; its account also for what GraphQL would name
            otherwise.
    """
    known_head, known_base = (part if isinstance(part := listed.get(side), dict) else {} for side in ("head", "base"))
    merged_at = node.get("mergedAt")
    return {
        **listed,
        "number": node.get("number"),
        "title": node.get("title"),
        # REST has no empty description.
        "body": node.get("body") or None,
        "state": "open" if node.get("state") == "OPEN" else "closed",
        "draft": node.get("isDraft"),
        "created_at": node.get("createdAt"),
        "updated_at": node.get("updatedAt"),
        "closed_at": node.get("closedAt"),
        "merged_at": merged_at,
        "merged": merged_at is not None,
        "merge_commit_sha": child(node, "mergeCommit", "oid") or _merge_listed(merged_at, listed),
        "merged_by": account(node.get("mergedBy")),
        "additions": node.get("additions"),
        "deletions": node.get("deletions"),
        "changed_files": node.get("changedFiles"),
        "labels": [{"name": label.get("name")} for label in nodes_of(node.get("labels"))],
        "head": {**known_head, "ref": node.get("headRefName"), "sha": node.get("headRefOid")},
        "base": {**known_base, "ref": node.get("baseRefName"), "sha": node.get("baseRefOid")},
    }


def _merge_listed(merged_at: Any, listed: Mapping[str, Any]) -> Any:  # noqa: ANN401 - JSON
    """The commit of a merge that GraphQL no longer finds. Before the merge REST lists that of a trial."""
    return listed.get("merge_commit_sha") if merged_at and listed.get("merged_at") else None


def account(node: Any) -> Body | None:  # noqa: ANN401 - JSON
    """A person or a bot; None for one that is gone."""
    kind = child(node, "__typename")
    # GraphQL calls an App's account as the App; REST marks it.
    marked = login({"login": child(node, "login"), "type": kind})
    if marked is None:
        return None
    return {"login": marked, "id": child(node, "databaseId"), "type": "User" if kind == MANAGED else kind}


def review(node: Node) -> Body:
    """A review."""
    return {
        "id": _number(node.get("fullDatabaseId")),
        "node_id": node.get("id"),
        "user": account(node.get("author")),
        "body": node.get("body"),
        "state": node.get("state"),
        "submitted_at": node.get("submittedAt"),
        "commit_id": child(node, "commit", "oid"),
        "author_association": node.get("authorAssociation"),
        "html_url": node.get("url"),
    }


def commit(node: Node) -> Body:
    """A commit of a pull request, without its parents."""
    told = child(node, "commit")
    return {
        "sha": child(told, "oid"),
        "node_id": child(told, "id"),
        "commit": {
            "message": child(told, "message"),
            "author": _signed(child(told, "author"), child(told, "authoredDate")),
            "committer": _signed(child(told, "committer"), child(told, "committedDate")),
        },
    }


def file(node: Node) -> Body:
    """A file that a pull request changes."""
    return {"filename": node.get("path"), "additions": node.get("additions"), "deletions": node.get("deletions")}


def turn(node: Node) -> Body | None:
    """An event of a timeline; None for one of another kind."""
    event = TURN_BY_TYPE.get(str(node.get("__typename")))
    if event is None:
        return None
    told: Body = {
        "event": event,
        "node_id": node.get("id"),
        "created_at": node.get("createdAt"),
        "actor": account(node.get("actor")),
    }
    if "label" in node:
        told["label"] = {"name": child(node, "label", "name")}
    if "commit" in node:
        told["commit_id"] = child(node, "commit", "oid")
    return told


def check_runs(head: str, contexts: Iterable[Node]) -> list[Body]:
    """The check runs among the contexts of a commit."""
    return [_check_run(head, node) for node in contexts if node.get("__typename") == CHECK_RUN]


def statuses(contexts: Iterable[Node]) -> list[Body]:
    """The statuses of a commit, of each context the last."""
    return [
        {
            "context": node.get("context"),
            "state": _lower(node.get("state")),
            "created_at": node.get("createdAt"),
            "node_id": node.get("id"),
        }
        for node in contexts
    ]


def _check_run(head: str, node: Node) -> Body:
    number = node.get("databaseId")
    return {
        # The schema has no number of more than 32 bits for it, and the address of its page ends with it.
        "id": _number(str(node.get("permalink")).rpartition("/")[2]) if number is None else number,
        "node_id": node.get("id"),
        "head_sha": head,
        "name": node.get("name"),
        "status": _lower(node.get("status")),
        "conclusion": _lower(node.get("conclusion")),
        "started_at": node.get("startedAt"),
        "completed_at": node.get("completedAt"),
        "html_url": node.get("permalink"),
        "app": {"id": child(node, "checkSuite", "app", "databaseId"), "slug": child(node, "checkSuite", "app", "slug")},
    }


def _signed(who: Any, at: Any) -> Body:  # noqa: ANN401 - JSON
    return {"name": child(who, "name"), "email": child(who, "email"), "date": at}


def _number(value: Any) -> int | None:  # noqa: ANN401 - JSON
    """A number that comes as text, because JavaScript could not hold it."""
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 20:
        return int(value)
    return value if isinstance(value, int) else None


def _lower(value: Any) -> Any:  # noqa: ANN401 - JSON
    return value.lower() if isinstance(value, str) else value
