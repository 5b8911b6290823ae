"""Commits of the default branch, with their line counts and files."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import quote

from koalr_server.sources.observation import Delivery
from koalr_server.sync.github.answer import Refused, Unanswered
from koalr_server.sync.github.envelopes import delivery, essence, named, without_patches
from koalr_server.sync.github.errand import PAGE, Errand, elements

PERMISSION = "Contents: read"
NAME = "commits"
CHUNK = 40

Commit = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Reached:
    """How far a branch was read.

    Args:
        since: nothing committed earlier was asked for.
        head: the commit whose ancestors were all taken.
        pushed_at: what GitHub called the last push when everything was taken; "" until then.
    """

    since: str
    head: str = ""
    pushed_at: str = ""

    @classmethod
    def read(cls, text: str | None, since: str) -> "Reached":
        """What was remembered; the beginning if it is unreadable or begins later than is asked for now."""
        try:
            told = json.loads(text or "null")
            found = cls(str(told["since"]), str(told["head"]), str(told["pushed_at"]))
        except (ValueError, KeyError, TypeError):
            return cls(since)
        return found if found.since <= since else cls(since)

    def text(self) -> str:
        """As the store keeps it."""
        return json.dumps({"since": self.since, "head": self.head, "pushed_at": self.pushed_at})


def read_commits(errand: Errand, repository: Mapping[str, Any]) -> None:
    """Read what came to the default branch since the last time; errors as of Connection.get."""
    reached = Reached.read(errand.cursor(NAME), errand.run.since)
    pushed_at = str(repository.get("pushed_at") or "")
    if pushed_at and pushed_at == reached.pushed_at:
        return
    path = f"/repos/{repository['full_name']}"
    commits = _new_commits(errand, path, str(repository.get("default_branch")), reached)
    taken: set[str] = set()
    for start in range(0, len(commits), CHUNK):
        chunk = commits[start : start + CHUNK]
        told = _accepted(errand, repository, chunk)
        taken |= told
        head = last_complete(commits[: start + CHUNK], taken)
        reached = replace(reached, head=head or reached.head)
        errand.remember(NAME, reached.text())
    if len(taken) == len(commits):
        head = str(commits[-1]["sha"]) if commits else reached.head
        errand.remember(NAME, replace(reached, head=head, pushed_at=pushed_at).text())


def last_complete(commits: Iterable[Commit], taken: set[str]) -> str | None:
    """The last commit of which all ancestors among these, oldest first, were taken as well; None if there is none."""
    listed = list(commits)
    incomplete = {commit["sha"] for commit in listed}
    last = None
    for commit in listed:
        if commit["sha"] in taken and incomplete.isdisjoint(_parents(commit)):
            incomplete.discard(commit["sha"])
            last = str(commit["sha"])
    return last


def _parents(commit: Commit) -> set[Any]:
    parents = commit.get("parents")
    return {parent.get("sha") for parent in parents if isinstance(parent, dict)} if isinstance(parents, list) else set()


def _new_commits(errand: Errand, path: str, branch: str, reached: Reached) -> list[Commit]:
    """Commits that were not taken, oldest first.

    Dates do not tell: what is merged today was committed last week. So what the branch has more than the commit reached is asked
    for, and by date only the first time, or when that commit is gone.
    """
    if reached.head:
        try:
            found = errand.whole(f"{path}/compare/{reached.head}...{quote(branch, safe='')}", within="commits")
            return _distinct(found.items)
        except Refused as refusal:
            if refusal.status != 404:
                raise
    parameters = {**PAGE, "sha": branch} | ({"since": reached.since} if reached.since else {})
    return _distinct(errand.whole(f"{path}/commits", parameters).items)[::-1]


def _distinct(commits: Sequence[Commit]) -> list[Commit]:
    return list({str(commit["sha"]): commit for commit in commits if isinstance(commit.get("sha"), str)}.values())


def _accepted(errand: Errand, repository: Mapping[str, Any], commits: Sequence[Commit]) -> set[str]:
    """Hand commits over; answers which."""
    results = errand.each(lambda commit: _told(errand, repository, commit), commits)
    told = [(commit, one) for commit, one in zip(commits, results, strict=True) if not isinstance(one, Unanswered)]
    for fault in results:
        if isinstance(fault, Unanswered):
            errand.miss(str(fault))
    errand.accept([one for _, one in told], read=len(told))
    return {str(commit["sha"]) for commit, _ in told}


def _told(errand: Errand, repository: Mapping[str, Any], commit: Commit) -> Delivery:
    body = dict(commit)
    files: list[Mapping[str, Any]] = []
    try:
        # A commit of many files has pages of them.
        for answer in errand.pages(f"/repos/{repository['full_name']}/commits/{commit['sha']}"):
            body = answer.body if isinstance(answer.body, dict) else body
            files += elements(body.get("files") or [])
    except Refused:
        return delivery("commit", {"repository": named(repository), "commit": essence(body)})
    told = essence({**body, "files": without_patches(files)})
    return delivery("commit", {"repository": named(repository), "commit": told})
