"""The CODEOWNERS file of the default branch, with its versions since the beginning of what is read."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

from koalr_server.ingest.git.codeowners import PLACES
from koalr_server.sources.github import events
from koalr_server.sources.github.codeowners import Landing, landing
from koalr_server.sources.observation import Delivery
from koalr_server.sync.github.answer import Refused, Unanswered
from koalr_server.sync.github.connection import NO_MARKS
from koalr_server.sync.github.envelopes import delivery, essence, named
from koalr_server.sync.github.errand import PAGE, Errand, elements
from koalr_server.sync.github.pull_parts import PERMISSION as PULLS_PERMISSION

PERMISSION = "Contents: read"
NAME = "codeowners"
# Not who wrote it, nor how it was signed.
PULL_FIELDS = ("number", "merged_at", "merge_commit_sha", "base")

Object = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Known:
    """What was told.

    Args:
        since: nothing that was in force only earlier was asked for.
        pushed_at: what GitHub called the last push when everything was told; "" until then.
        landed: when each commit landed that touched one of the places, by its sha.
        marks: by place, request headers that list its commits only if there are others.
    """

    since: str
    pushed_at: str = ""
    landed: Mapping[str, str] = field(default_factory=dict)
    marks: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    @classmethod
    def read(cls, text: str | None, since: str) -> "Known":
        """What was remembered; nothing if it is unreadable or begins later than is asked for now."""
        try:
            told = json.loads(text or "null")
            marks = {str(place): _texts(each) for place, each in told["marks"].items()}
            found = cls(str(told["since"]), str(told["pushed_at"]), _texts(told["landed"]), marks)
        except (ValueError, KeyError, TypeError, AttributeError):
            return cls(since)
        return found if found.since <= since else cls(since)

    def text(self) -> str:
        """As the store keeps it."""
        marks = {place: dict(each) for place, each in self.marks.items()}
        told = {"since": self.since, "pushed_at": self.pushed_at, "landed": dict(self.landed), "marks": marks}
        return json.dumps(told, sort_keys=True)


def read_codeowners(errand: Errand, repository: Object) -> None:
    """Read the versions of a repository's file that were not told yet; errors as of Connection.get."""
    known = Known.read(errand.cursor(NAME), errand.run.since)
    pushed_at = str(repository.get("pushed_at") or "")
    if pushed_at and pushed_at == known.pushed_at:
        return
    history = _History(errand, repository, known)
    history.read()
    # Without pull requests nobody knows when something landed; the token may see them the next time.
    if not errand.closed(PULLS_PERMISSION):
        errand.remember(NAME, Known(known.since, pushed_at, history.landed, history.marks).text())


class _History:
    """The commits of one repository's default branch that touched the file at one of its places.

    Attributes:
        landed, marks: as of `Known`, with what was read.
    """

    def __init__(self, errand: Errand, repository: Object, known: Known) -> None:
        self.landed = dict(known.landed)
        self.marks = dict(known.marks)
        self._errand = errand
        self._repository = repository
        self._path = f"/repos/{repository['full_name']}"
        self._branch = repository.get("default_branch")
        self._pulls: dict[str, Sequence[Object]] = {}

    def read(self) -> None:
        """Hand over what came to be in force by commits that are not known."""
        listed = {str(commit.get("sha")): commit for place in PLACES for commit in self._touching(place)}
        news = [commit for sha, commit in listed.items() if sha not in self.landed]
        _all_answered(self._errand.each(self._landing, news))
        # Several commits of one pull request land together, and are one version.
        ways = {way: commit for commit in news if (way := self._landing(commit))}
        files = _all_answered(self._errand.each(lambda way: self._in_force(way.commit), list(ways)))
        told = [self._told(commit, file) for commit, file in zip(ways.values(), files, strict=True)]
        self._errand.accept(told, read=len(told))
        self.landed |= {str(commit.get("sha")): way.at for commit in news if (way := self._landing(commit))}

    def _touching(self, place: str) -> Iterator[Object]:
        """Commits that touched a path, newest first, down to the one that was in force when reading begins."""
        parameters = {**PAGE, "sha": str(self._branch), "path": place}
        pages = self._errand.pages(f"{self._path}/commits", parameters, self.marks.get(place, NO_MARKS))
        for number, answer in enumerate(pages):
            if not answer.changed:
                return
            # What is merged late may come to a page behind one that stays as it was.
            self.marks[place] = answer.marks if number == 0 else NO_MARKS
            for commit in elements(answer.body):
                yield commit
                if self._landed_before(commit):
                    return

    def _landed_before(self, commit: Object) -> bool:
        """Whether it landed before reading begins: what was written before may have landed since."""
        since, told = self._errand.run.since, commit.get("commit")
        committer = told.get("committer") if isinstance(told, dict) else None
        if not isinstance(committer, dict) or str(committer.get("date")) >= since:
            return False
        at = self.landed.get(str(commit.get("sha")))
        if at is None and (way := self._landing(commit)):
            at = way.at
        # Where nobody knows, nothing is told, and the rest need not be read.
        return self._errand.closed(PULLS_PERMISSION) if at is None else at < since

    def _landing(self, commit: Object) -> Landing | None:
        """How a commit came to the branch; None if nobody knows."""
        sha = str(commit.get("sha"))
        if sha not in self._pulls:
            path = f"{self._path}/commits/{quote(sha, safe='')}/pulls"
            listed = self._errand.part(path, PULLS_PERMISSION)
            if listed is None and self._errand.closed(PULLS_PERMISSION):
                return None
            self._pulls[sha] = [{name: pull.get(name) for name in PULL_FIELDS} for pull in listed or []]
        return landing(commit, self._pulls[sha], self._branch)

    def _in_force(self, commit: str) -> Object | None:
        """The first file that is there as of a commit."""
        for place in PLACES:
            try:
                body = self._errand.get(f"{self._path}/contents/{place}", {"ref": commit}).body
            except Refused as refusal:
                if refusal.status != 404:
                    raise
                continue
            # A folder or a link is no such file.
            if isinstance(body, dict) and body.get("type") == "file":
                return body
        return None

    def _told(self, commit: Object, file: Object | None) -> Delivery:
        body = {
            "repository": named(self._repository),
            "commit": essence(dict(commit)),
            "pull_requests": essence(self._pulls[str(commit.get("sha"))]),
            "codeowners": essence(file),
        }
        return delivery(events.CODEOWNERS, body)


def _texts(told: Mapping[str, Any]) -> dict[str, str]:
    return {str(name): str(each) for name, each in told.items()}


def _all_answered(results: Sequence[Any]) -> Sequence[Any]:
    for fault in results:
        if isinstance(fault, Unanswered):
            raise fault
    return results
