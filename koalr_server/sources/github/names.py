"""What repositories of GitHub are called: names change and are taken by others, numbers stay (pure).

Almost every body holds the number and the name of its repository, and the time of its last change, which a new name is. So each
tells that a name was that number's then. A name that nobody ever told with a number is a repository of its own. What scripts post
under a name follows it too.
"""

import json
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from koalr_server.sources.github.thing import Thing, repository_of
from koalr_server.sources.github.values import full_name
from koalr_server.sources.observation import Observation
from koalr_server.sources.values import at, instant, latest, name

KIND = "repository_name"
NAMED_KINDS = ("codeowners", "commit", "deployment", "head", "issue", "pull_request", "push", "repository")
# Where the repository stands in the key of what was posted, by the length of the key (sources/deployments.py, incidents.py).
POSTED = {("posted_deployment", 3): 1, ("posted_deployment", 4): 0, ("posted_incident", 4): 1}
# Where bodies speak of a repository that their observations are about.
PLACES = (
    ("repository",),
    ("changes", "new_repository"),
    ("changes", "old_repository"),
    ("projects_v2_item", "content", "repository"),
)


def named(body: Any) -> Iterator[Observation]:  # noqa: ANN401 - JSON
    """Which number has which name, and which had it."""
    for place in PLACES:
        told = at(body, *place)
        repo = repository_of(told)
        if repo and repo.number is not None:
            yield _named(repo.name, repo.number, told, gone=False)
    repo, former = repository_of(at(body, "repository")), former_name(body)
    if repo and former and repo.number is not None:
        yield _named(former, repo.number, at(body, "repository"), gone=True)


def _named(known: str, number: int, told: Any, gone: bool) -> Observation:  # noqa: ANN401
    version = latest(instant(at(told, "updated_at")), instant(at(told, "created_at")))
    return Thing(KIND, known).told(str(number), version, gone=gone)


def former_name(body: Any) -> str | None:  # noqa: ANN401
    """What the body's repository was called before it was renamed or transferred."""
    repo = full_name(at(body, "repository"))
    before, title = at(body, "changes", "owner", "from"), name(at(body, "changes", "repository", "name", "from"))
    owner = name(at(before, "user", "login")) or name(at(before, "organization", "login"))
    if repo is None or not (owner or title):
        return None
    former = full_name({"full_name": f"{owner or repo.partition('/')[0]}/{title or repo.partition('/')[2]}"})
    return former if former != repo else None


class Names:
    """The present names of repositories.

    A name is that of the number that had it last; another number that has none of its own since is "acme/api~7", which no
    repository can be called, so that two of them are never taken for one.
    """

    def __init__(self, told: Iterable[Observation]) -> None:
        """Take observations of KIND, the latest of each facet."""
        of_name: dict[str, tuple[bool, str, int]] = {}
        of_number: dict[int, tuple[str, bool, str]] = {}
        for each in told:
            number, stays = int(each.facet), not each.fields["gone"]
            of_name[each.key] = max(of_name.get(each.key, (False, "", -1)), (stays, each.version, number))
            of_number[number] = max(of_number.get(number, ("", False, "")), (each.version, stays, each.key))
        self._present: dict[str, str] = {}
        for number, (_, _, known) in of_number.items():
            self._present[f"~{number}"] = known if of_name[known][2] == number else f"{known}~{number}"
        for known, (_, _, number) in of_name.items():
            self._present[known] = self._present[f"~{number}"]
        self._told_as: Mapping[str, list[str]] = defaultdict(list)
        for prefix, present in self._present.items():
            self._told_as[present].append(prefix)

    def present(self, prefix: str) -> str:
        """The present name of what keys of things begin with: a number or a name, see `Repository.key`."""
        return self._present.get(prefix, prefix)

    def identity(self, thing: tuple[str, str]) -> tuple[str, str]:
        """Kind and key of a thing by the present name of its repository."""
        prefix, rest = _parts(*thing)
        return thing[0], rest(self.present(prefix))

    def told_as(self, identity: tuple[str, str]) -> list[tuple[str, str]]:
        """All things that have this identity, if they are known."""
        kind, key = identity
        prefix, rest = _parts(kind, key)
        unnumbered = () if prefix in self._present else (prefix,)
        return [(kind, rest(told)) for told in (*unnumbered, *self._told_as.get(prefix, ()))]

    def retold(self, told: Observation) -> Observation:
        """An observation in the present names, also those of the repository and the work item that it refers to."""
        renamed = {name: self._renamed(told.fields[name]) for name in ("repo", "workItem") if told.fields.get(name)}
        return replace(told, key=self.identity(told.thing)[1], fields={**told.fields, **renamed})

    def former(self) -> Mapping[str, str]:
        """The present name by each one that is no longer in use."""
        return {
            told: present for told, present in self._present.items() if told != present and not told.startswith("~")
        }

    def moved_since(self, before: "Names") -> set[str]:
        """What keys of things began with before, that have another present name now."""
        fresh = {prefix for prefix in self._present if prefix.startswith("~") and prefix not in before._present}
        return {prefix for prefix in self._present.keys() - fresh if self.present(prefix) != before.present(prefix)}

    def _renamed(self, key: str) -> str:
        prefix, rest = _split(key)
        return self.present(prefix) + rest


def _parts(kind: str, key: str) -> tuple[str, Callable[[str], str]]:
    """The repository in the key of a thing, and what makes a key of another one; "" and the same key where there is none."""
    if kind in NAMED_KINDS:
        prefix, rest = _split(key)
        return prefix, lambda other: other + rest
    parts = json.loads(key) if kind.startswith("posted_") else []
    place = POSTED.get((kind, len(parts)))
    if place is None or parts[place] is None:
        return "", lambda _other: key
    return parts[place], lambda other: json.dumps([*parts[:place], other, *parts[place + 1 :]])


def _split(key: str) -> tuple[str, str]:
    """Repository and rest of "acme/api#12", "~7@release/v1" or "acme/api"."""
    prefix = re.split("[#@]", key, maxsplit=1)[0]
    return prefix, key[len(prefix) :]
