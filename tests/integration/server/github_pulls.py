"""Pull requests by GraphQL on the fake GitHub, out of the same bodies that its REST API serves."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from tests.integration.server.github_boards import page

Node = dict[str, Any]
# As GitHub counts: without the mark that REST puts behind.
MARK = "[bot]"
CHECKS, STATUSES = "statusCheckRollup", "status"


class Repositories:
    """The repositories of a world.

    Args:
        lists, objects: what REST serves, by path.
        hidden: fields of commits that may not be seen.
    """

    def __init__(
        self, lists: Mapping[str, Sequence[Node]], objects: Mapping[str, Any], hidden: Collection[str] = ()
    ) -> None:
        self._lists = lists
        self._objects = objects
        self._hidden = hidden

    def root(self) -> Node:
        """Fields of a query."""
        return {"repository": self._repository}

    def _repository(self, owner: str, name: str) -> Node | None:
        path = f"/repos/{owner}/{name}"
        if path not in self._objects:
            return None
        return {
            "__typename": "Repository",
            "pullRequest": lambda number: self._pull(path, number),
            "object": lambda oid: self._commit(path, {"sha": oid, "commit": {}}),
        }

    def _pull(self, path: str, number: int) -> Node | None:
        pull = self._objects.get(f"{path}/pulls/{number}")
        if not isinstance(pull, dict) or "state" not in pull:
            return None
        state = "MERGED" if pull["merged_at"] else pull["state"].upper()
        head = {"__typename": "PullRequestCommit", "commit": self._commit(path, {"sha": pull["head"]["sha"]})}
        commits = [self._committed(path, told) for told in self._listed(f"{path}/pulls/{number}/commits")]
        files = [_file(told) for told in self._listed(f"{path}/pulls/{number}/files")]
        reviews = [_review(told) for told in self._listed(f"{path}/pulls/{number}/reviews")]
        turns = self._listed(f"{path}/issues/{number}/timeline")

        def listed(first: int = 0, after: str | None = None, last: int = 0) -> Node:
            return page([head], last, None) if last else page(commits, first, after)

        return {
            "__typename": "PullRequest",
            **{name: pull[name] for name in ("number", "title", "additions", "deletions")},
            "body": pull["body"] or "",
            "state": state,
            "isDraft": pull["draft"],
            "createdAt": pull["created_at"],
            "updatedAt": pull["updated_at"],
            "closedAt": pull["closed_at"],
            "mergedAt": pull["merged_at"],
            "changedFiles": pull["changed_files"],
            "mergeCommit": _commit_named(pull["merge_commit_sha"]) if pull["merged_at"] else None,
            "mergedBy": actor(pull["merged_by"]),
            **{f"{side}RefName": pull[side]["ref"] for side in ("head", "base")},
            **{f"{side}RefOid": pull[side]["sha"] for side in ("head", "base")},
            "labels": lambda first: page(
                [{"__typename": "Label", "name": each["name"]} for each in pull["labels"]], first, None
            ),
            "reviews": lambda first, after=None: page(reviews, first, after),
            "commits": listed,
            "files": lambda first, after=None: page(files, first, after),
            "timelineItems": lambda first, itemTypes, after=None: page(_turns(turns, itemTypes), first, after),
        }

    def _committed(self, path: str, told: Node) -> Node:
        return {"__typename": "PullRequestCommit", "commit": self._commit(path, told)}

    def _commit(self, path: str, told: Node) -> Node:
        said = told.get("commit", {})
        return {
            "__typename": "Commit",
            "oid": told["sha"],
            "id": told.get("node_id"),
            "message": said.get("message"),
            **{
                f"{side}edDate": said.get(name, {}).get("date")
                for side, name in (("author", "author"), ("committ", "committer"))
            },
            **{side: {"__typename": "GitActor", **said.get(side, {})} for side in ("author", "committer")},
            "statusCheckRollup": None if CHECKS in self._hidden else self._rollup(path, told["sha"]),
            "status": None if STATUSES in self._hidden else self._status(path, told["sha"]),
        }

    def _status(self, path: str, sha: str) -> Node | None:
        contexts = [_status(told) for told in self._listed(f"{path}/commits/{sha}/status")]
        return {"__typename": "Status", "contexts": contexts} if contexts else None

    def _rollup(self, path: str, sha: str) -> Node | None:
        checks = [_check(told) for told in self._listed(f"{path}/commits/{sha}/check-runs")]
        checks += [_status(told) for told in self._listed(f"{path}/commits/{sha}/status")]
        if not checks:
            return None
        return {
            "__typename": "StatusCheckRollup",
            "contexts": lambda first, after=None: page(checks, first, after),
        }

    def _listed(self, path: str) -> Sequence[Node]:
        return self._lists.get(path, ())


def actor(account: Node | None) -> Node | None:
    """An account; None for a person who is gone."""
    if account is None:
        return None
    kind = account["type"]
    login = account["login"].removesuffix(MARK) if kind == "Bot" else account["login"]
    return {"__typename": kind, "login": login, "databaseId": account["id"]}


def _file(told: Node) -> Node:
    return {
        "__typename": "PullRequestChangedFile",
        "path": told["filename"],
        **{name: told[name] for name in ("additions", "deletions")},
    }


def _review(told: Node) -> Node:
    return {
        "__typename": "PullRequestReview",
        "id": told["node_id"],
        "fullDatabaseId": str(told["id"]),
        "state": told["state"],
        "submittedAt": told["submitted_at"],
        "body": told["body"],
        "authorAssociation": told["author_association"],
        "url": told["html_url"],
        "author": actor(told["user"]),
        "commit": _commit_named(told["commit_id"]),
    }


def _check(told: Node) -> Node:
    app = {"__typename": "App", "databaseId": told["app"]["id"], "slug": told["app"]["slug"]}
    return {
        "__typename": "CheckRun",
        "id": told["node_id"],
        "databaseId": told["id"] if told["id"] < 2**31 else None,
        "permalink": f"https://github.com/acme/api/runs/{told['id']}",
        "name": told["name"],
        "status": told["status"].upper(),
        "conclusion": told["conclusion"] and told["conclusion"].upper(),
        "startedAt": told["started_at"],
        "completedAt": told["completed_at"],
        "checkSuite": {"__typename": "CheckSuite", "app": app},
    }


def _status(told: Node) -> Node:
    return {
        "__typename": "StatusContext",
        "id": told["node_id"],
        "context": told["context"],
        "state": told["state"].upper(),
        "createdAt": told["created_at"],
    }


def _turns(told: Sequence[Node], kinds: Sequence[str]) -> list[Node]:
    return [_turn(each) for each in told if f"{each['event'].upper()}_EVENT" in kinds]


def _turn(told: Node) -> Node:
    label = told.get("label")
    return {
        "__typename": "".join(map(str.capitalize, told["event"].split("_"))) + "Event",
        "id": told["node_id"],
        "createdAt": told["created_at"],
        "actor": actor(told["actor"]),
        "label": label and {"__typename": "Label", "name": label["name"]},
        "commit": _commit_named(told.get("commit_id")),
    }


def _commit_named(sha: str | None) -> Node | None:
    return None if sha is None else {"__typename": "Commit", "oid": sha}
