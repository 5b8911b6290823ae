"""Asks GraphQL about pull requests, about fewer at once where GitHub cannot answer."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from koalr_server.sync.github import pull_bodies
from koalr_server.sync.github.answer import Unanswered
from koalr_server.sync.github.errand import Errand
from koalr_server.sync.github.nodes import Node, child, nodes_of
from koalr_server.sync.github.paging import MOST_FAULTS_OF_MANY, following, pages
from koalr_server.sync.github.pull_parts import CHECKS_PERMISSION, PERMISSION, Parts
from koalr_server.sync.github.pull_queries import MORE, MORE_CHECKS, pulls
from koalr_server.sync.position import Stub, earlier

CHECKS = "statusCheckRollup"
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
        if answer.refusal is not None:
            of_checks = CHECKS in answer.refusal.within
            self._errand.refuse(CHECKS_PERMISSION if of_checks else PERMISSION, answer.refusal)
        return found

    def _parts(self, node: Node, listed: Mapping[str, Any]) -> Parts:
        reviews, commits, timeline = (self._whole(node, name) for name in MORE)
        contexts = self._contexts(node)
        return Parts(
            pull_bodies.pull_request(node, listed),
            None if reviews is None else [pull_bodies.review(each) for each in reviews],
            None if commits is None else [pull_bodies.commit(each) for each in commits],
            None if timeline is None else [turn for each in timeline if (turn := pull_bodies.turn(each))],
            None if contexts is None else pull_bodies.check_runs(str(node.get("headRefOid")), contexts),
            None if contexts is None else pull_bodies.statuses(contexts),
            # A list has all of it; without one it is asked again for its checks.
            told=bool(listed),
        )

    def _whole(self, node: Node, name: str) -> list[Node] | None:
        """A list of a pull request, the first page of which came with it; None if it may not be seen."""
        first = node.get(name)
        if not isinstance(first, dict):
            return None
        return [*nodes_of(first), *self._more(MORE[name], first, {"number": node.get("number")}, "pullRequest", name)]

    def _contexts(self, node: Node) -> list[Node] | None:
        """The checks and statuses of the head; None if there are none, or none may be seen."""
        head = child(next(iter(nodes_of(node.get("head"))), None), "commit")
        sha, first = child(head, "oid"), child(head, CHECKS, "contexts")
        if sha != node.get("headRefOid") or not isinstance(first, dict):
            return None
        return [*nodes_of(first), *self._more(MORE_CHECKS, first, {"oid": sha}, "object", CHECKS, "contexts")]

    def _more(self, document: str, first: Node, of: Mapping[str, Any], *names: str) -> Iterator[Node]:
        after = following(first)
        if after is None:
            return
        for page in pages(self._errand, document, {**self._repository, **of, "after": after}, "repository", *names):
            yield from nodes_of(page)
