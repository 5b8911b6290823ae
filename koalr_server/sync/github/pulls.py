"""Pull requests, each with its reviews, commits, files, checks and the turns it took.

REST lists them, because an entity tag makes a list without changes free. What has changed GraphQL tells, many in one answer; where a
server or a token does not let it, REST does, with seven requests for each.
"""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from koalr_server.sync.github.answer import Refused, Unanswered, Unsupported
from koalr_server.sync.github.errand import PAGE, Errand
from koalr_server.sync.github.listing import Listing, Taken, follow, updated_at
from koalr_server.sync.github.pull_asking import PullAsking
from koalr_server.sync.github.pull_parts import CHECKS_PERMISSION, PERMISSION, STATUSES_PERMISSION, Parts
from koalr_server.sync.position import Stub

# What GitHub is slow to show in its list, and what changes within a second.
OVERLAP = timedelta(minutes=5)
NEWEST_FIRST = {**PAGE, "state": "all", "sort": "updated", "direction": "desc"}
# So many are well within GitHub's ten seconds for an answer.
CHUNK = 25


def read_pulls(errand: Errand, repository: Mapping[str, Any]) -> None:
    """Read a repository's pull requests that changed; errors as of Connection.get."""
    listing = Listing(
        name="pulls",
        path=f"/repos/{repository['full_name']}/pulls",
        key="number",
        order="updated_at",
        version=updated_at,
        overlap=OVERLAP,
        parameters=NEWEST_FIRST,
        chunk=CHUNK,
        take=_Reader(errand, repository).take,
        reopen=lambda key: Stub(key, "", "", {}),
    )
    follow(errand, listing)


class _Reader:
    """Reads the pull requests of one repository."""

    def __init__(self, errand: Errand, repository: Mapping[str, Any]) -> None:
        self._errand = errand
        self._repository = repository
        self._path = f"/repos/{repository['full_name']}"
        self._asking = PullAsking(errand, str(repository["full_name"]))
        self._graph_closed = False

    def take(self, stubs: Sequence[Stub]) -> Sequence[Taken | Unanswered]:
        """What pull requests come to."""
        told: dict[str, Taken | Unanswered] = {key: parts.taken(self._repository) for key, parts in self._asked(stubs)}
        left = [stub for stub in stubs if stub.key not in told]
        told.update(zip((stub.key for stub in left), self._errand.each(self._by_rest, left), strict=True))
        return [told[stub.key] for stub in stubs]

    def _asked(self, stubs: Sequence[Stub]) -> Sequence[tuple[str, Parts]]:
        everywhere = self._errand.run.graph_closed
        if self._graph_closed or everywhere.is_set():
            return ()
        try:
            found = self._asking.parts(stubs)
        except Unsupported:
            everywhere.set()
            self._close("this server's GraphQL does not know all that is asked for")
        except Refused as refusal:
            everywhere.set()
            self._close(f"GraphQL answered {refusal.said}")
        else:
            if not found and len(stubs) > 1:
                self._close("GraphQL gave no answer")
            return list(found.items())
        return ()

    def _close(self, why: str) -> None:
        self._graph_closed = True
        self._errand.remark(f"{why}, so they are read by REST, with seven requests for each")

    def _by_rest(self, stub: Stub) -> Taken:
        try:
            pull = self._errand.get(f"{self._path}/pulls/{stub.key}").body
        except Refused:
            return Taken([])
        if not isinstance(pull, dict):
            return Taken([])
        parts = Parts(
            pull,
            self._errand.part(f"{self._path}/pulls/{stub.key}/reviews", PERMISSION),
            self._errand.part(f"{self._path}/pulls/{stub.key}/commits", PERMISSION),
            self._errand.part(f"{self._path}/pulls/{stub.key}/files", PERMISSION),
            self._errand.part(f"{self._path}/issues/{stub.key}/timeline", PERMISSION),
            self._of_head(pull, "check-runs", CHECKS_PERMISSION, "check_runs"),
            self._of_head(pull, "status", STATUSES_PERMISSION, "statuses"),
        )
        return parts.taken(self._repository)

    def _of_head(self, pull: Mapping[str, Any], name: str, permission: str, within: str) -> list[dict[str, Any]] | None:
        head = pull.get("head")
        sha = head.get("sha") if isinstance(head, dict) else None
        if not isinstance(sha, str) or not sha.isalnum():
            return None
        return self._errand.part(f"{self._path}/commits/{sha}/{name}", permission, within)
