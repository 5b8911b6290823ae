"""Asks GraphQL about pull requests, about fewer at once where GitHub cannot answer."""

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import chain, islice
from typing import Any

from koalr_server.sync.github import pull_bodies
from koalr_server.sync.github.answer import Unanswered
from koalr_server.sync.github.errand import Errand
from koalr_server.sync.github.nodes import Node, child, nodes_of
from koalr_server.sync.github.paging import MOST_FAULTS_OF_MANY, following, pages
from koalr_server.sync.github.pull_parts import CHECKS_PERMISSION, PERMISSION, STATUSES_PERMISSION, Parts
from koalr_server.sync.github.pull_queries import MORE, MORE_CHECKS, pulls
from koalr_server.sync.position import Stub, earlier

CHECKS, STATUSES = "statusCheckRollup", "status"
# What else is refused needs the permission of pull requests.
PERMISSIONS = {CHECKS: CHECKS_PERMISSION, STATUSES: STATUSES_PERMISSION}
# As many as REST lists.
MOST_FILES = 3_000
_NUMBER = re.compile("[1-9][0-9]{0,8}")


class PullAsking:
    """Questions about the pull requests of one repository, one at a time.

    Args:
        full_name: of the repository.
    """

    def __init__(self, errand: Errand, full_name: str) -> None:
        self._errand = errand
        owner, _, name = full_name.partition("/")
        self._repository = {"owner": owner, "name": name}

    def parts(self, stubs: Sequence[Stub]) -> dict[str, Parts]:
        """Pull requests by their keys; those that there is no answer for, or one from before the list, are left out.

        Raises:
            Unsupported, Refused: nothing may be asked here.
        """
        keys = [stub.key for stub in stubs if _NUMBER.fullmatch(stub.key)]
        nodes = self._nodes(keys) if keys else {}
        found = {}
        for stub in stubs:
            node = nodes.get(f"p{stub.key}")
            if not isinstance(node, dict) or earlier(str(node.get("updatedAt"))) < stub.order:
                continue
            try:
                found[stub.key] = self._parts(node, stub.body)
            except Unanswered:
                continue
        return found

    def _nodes(self, keys: Sequence[str]) -> Mapping[str, Any]:
        try:
            return self._asked(keys)
        except Unanswered:
            if len(keys) == 1:
                return {}
        middle = len(keys) // 2
        found = self._nodes(keys[:middle])
        # Where several come to nothing, so will the others.
        if middle > 1 and not found:
            return {}
        return {**found, **self._nodes(keys[middle:])}

    def _asked(self, keys: Sequence[str]) -> Mapping[str, Any]:
        answer = self._errand.answer(pulls(map(int, keys)), self._repository, MOST_FAULTS_OF_MANY)
        found = answer.data.get("repository")
        if not isinstance(found, dict):
            return {}
        for refusal in answer.refusals:
            needed = next((PERMISSIONS[name] for name in refusal.within if name in PERMISSIONS), PERMISSION)
            self._errand.refuse(needed, refusal)
        return found

    def _parts(self, node: Node, listed: Mapping[str, Any]) -> Parts:
        reviews, commits, files, timeline = (self._whole(node, name) for name in MORE)
        head = _head(node)
        checks = self._checks(head)
        return Parts(
            pull_bodies.pull_request(node, listed),
            None if reviews is None else [pull_bodies.review(each) for each in reviews],
            None if commits is None else [pull_bodies.commit(each) for each in commits],
            None if files is None else [pull_bodies.file(each) for each in files],
            None if timeline is None else [turn for each in timeline if (turn := pull_bodies.turn(each))],
            None if checks is None else pull_bodies.check_runs(str(node.get("headRefOid")), checks),
            pull_bodies.statuses(nodes_of(child(head, STATUSES), "contexts")),
            # A list has all of it; without one it is asked again for its checks.
            told=bool(listed),
        )

    def _whole(self, node: Node, name: str) -> list[Node] | None:
        """A list of a pull request, the first page of which came with it; None if it may not be seen."""
        first = node.get(name)
        if not isinstance(first, dict):
            return None
        further = self._more(MORE[name], first, {"number": node.get("number")}, "pullRequest", name)
        return list(islice(chain(nodes_of(first), further), MOST_FILES if name == "files" else None))

    def _checks(self, head: Node | None) -> list[Node] | None:
        """The checks of the head; None if there are none, or none may be seen."""
        first = child(head, CHECKS, "contexts")
        if not isinstance(first, dict):
            return None
        further = self._more(MORE_CHECKS, first, {"oid": child(head, "oid")}, "object", CHECKS, "contexts")
        return [*nodes_of(first), *further]

    def _more(self, document: str, first: Node, of: Mapping[str, Any], *names: str) -> Iterator[Node]:
        after = following(first)
        if after is None:
            return
        for page in pages(self._errand, document, {**self._repository, **of, "after": after}, "repository", *names):
            yield from nodes_of(page)


def _head(node: Node) -> Node | None:
    """The commit that it is of; None where the list of its commits is behind."""
    head = child(next(iter(nodes_of(node.get("head"))), None), "commit")
    return head if isinstance(head, dict) and head.get("oid") == node.get("headRefOid") else None
