"""The CODEOWNERS file of the default branch, with its versions since the beginning of what is read."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import quote

from koalr_server.ingest.git.codeowners import PLACES
from koalr_server.sources.github import events
from koalr_server.sources.github.codeowners import Landing, landing
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
class File:
    """A file in force. `place` and `blob` are empty if there is none."""

    place: str = ""
    blob: str = ""
    marks: Mapping[str, str] = field(default_factory=dict)
    body: Object | None = None


@dataclass(frozen=True, slots=True)
class Known:
    """What was told.

    Args:
        since: nothing that was in force only earlier was asked for.
        pushed_at: what GitHub called the last push then.
        commits: those that touched a file at one of the places.
    """

    since: str
    pushed_at: str = ""
    file: File = field(default_factory=File)
    commits: Sequence[str] = ()

    @classmethod
    def read(cls, text: str | None, since: str) -> "Known":
        """What was remembered; nothing if it is unreadable or begins later than is asked for now."""
        try:
            told = json.loads(text or "null")
            file = File(
                str(told["place"]), str(told["blob"]), {str(name): str(each) for name, each in told["marks"].items()}
            )
            found = cls(str(told["since"]), str(told["pushed_at"]), file, [str(commit) for commit in told["commits"]])
        except (ValueError, KeyError, TypeError, AttributeError):
            return cls(since)
        return found if found.since <= since else cls(since)

    def text(self) -> str:
        """As the store keeps it."""
        told = {name: getattr(self, name) for name in ("since", "pushed_at", "commits")}
        file = {"place": self.file.place, "blob": self.file.blob, "marks": dict(self.file.marks)}
        return json.dumps({**told, **file}, sort_keys=True)


def read_codeowners(errand: Errand, repository: Object) -> None:
    """Read the versions of a repository's file that were not told yet; errors as of Connection.get."""
    known = Known.read(errand.cursor(NAME), errand.run.since)
    pushed_at = str(repository.get("pushed_at") or "")
    if pushed_at and pushed_at == known.pushed_at:
        return
    history = _History(errand, repository)
    file = history.in_force(known.file)
    if (file.place, file.blob) != (known.file.place, known.file.blob):
        known = replace(known, commits=history.tell(known.commits))
    errand.remember(NAME, replace(known, pushed_at=pushed_at, file=file).text())


class _History:
    """The files of one repository's default branch."""

    def __init__(self, errand: Errand, repository: Object) -> None:
        self._errand = errand
        self._repository = repository
        self._path = f"/repos/{repository['full_name']}"
        self._branch = str(repository.get("default_branch"))

    def in_force(self, known: File | None = None, commit: str = "") -> File:
        """The first file that is there, now or as of a commit.

        Args:
            known: which is asked for only if it has changed.
        """
        for place in PLACES:
            marks = known.marks if known and known.place == place else NO_MARKS
            try:
                answer = self._errand.get(f"{self._path}/contents/{place}", {"ref": commit} if commit else {}, marks)
            except Refused as refusal:
                if refusal.status != 404:
                    raise
                continue
            if not answer.changed and known:
                return known
            # A folder or a link is no such file.
            if isinstance(answer.body, dict) and answer.body.get("type") == "file":
                return File(place, str(answer.body.get("sha")), answer.marks, answer.body)
        return File()

    def tell(self, known: Sequence[str]) -> Sequence[str]:
        """Hand over what came to be in force by commits that are not known; answers all commits that are known then."""
        listed = {str(commit.get("sha")): commit for place in PLACES for commit in self._touching(place)}
        news = [commit for sha, commit in listed.items() if sha not in known]
        pulls = _all_answered(self._errand.each(self._pulls, news))
        ways = [(commit, of, landing(commit, of, self._branch)) for commit, of in zip(news, pulls, strict=True)]
        # Several commits of one pull request land together, and are one version.
        landed: dict[Landing, tuple[Object, Sequence[Object]]] = {way: (commit, of) for commit, of, way in ways if way}
        files = _all_answered(self._errand.each(lambda way: self.in_force(commit=way.commit), list(landed)))
        told = [
            delivery(
                events.CODEOWNERS,
                {
                    "repository": named(self._repository),
                    "commit": essence(dict(commit)),
                    "pull_requests": essence(of),
                    "codeowners": essence(file.body),
                },
            )
            for (commit, of), file in zip(landed.values(), files, strict=True)
        ]
        self._errand.accept(told, read=len(told))
        return sorted({*known, *listed})

    def _touching(self, place: str) -> Iterable[Object]:
        """Commits of the branch that touched a path, newest first, down to the one that was in force when reading begins."""
        parameters = {**PAGE, "sha": self._branch, "path": place}
        for answer in self._errand.pages(f"{self._path}/commits", parameters):
            for commit in elements(answer.body):
                yield commit
                told = commit.get("commit")
                committer = told.get("committer") if isinstance(told, dict) else None
                if isinstance(committer, dict) and str(committer.get("date")) < self._errand.run.since:
                    return

    def _pulls(self, commit: Object) -> list[Object]:
        path = f"{self._path}/commits/{quote(str(commit.get('sha')), safe='')}/pulls"
        listed = self._errand.part(path, PULLS_PERMISSION) or []
        return [{name: pull.get(name) for name in PULL_FIELDS} for pull in listed]


def _all_answered(results: Sequence[Any]) -> Sequence[Any]:
    for fault in results:
        if isinstance(fault, Unanswered):
            raise fault
    return results
