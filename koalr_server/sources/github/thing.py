"""A thing that bodies tell of, on which observations are made (pure)."""

from dataclasses import dataclass
from typing import Any

from koalr_server.sources.github.values import full_name
from koalr_server.sources.observation import Observation
from koalr_server.sources.values import at, whole


@dataclass(frozen=True, slots=True)
class Repository:
    """A repository as a body names it: by owner/name, and by its number, which a new name leaves alone. Some bodies have none."""

    name: str
    number: int | None

    @property
    def key(self) -> str:
        """What keys of its things begin with: "~7" by number, else "acme/api". See `names.Names`."""
        return self.name if self.number is None else f"~{self.number}"


@dataclass(frozen=True, slots=True)
class Thing:
    """Kind and key, as in `Observation`; `repo` is what the body calls its repository, where that matters."""

    kind: str
    key: str
    repo: str = ""

    def told(self, facet: str, version: str, **fields: Any) -> Observation:
        return Observation(self.kind, self.key, facet, version, fields)


def repository_of(told: Any) -> Repository | None:  # noqa: ANN401
    """The repository of a repository object."""
    name = full_name(told)
    return Repository(name, whole(at(told, "id"))) if name else None


def numbered(kind: str, body: Any, number: Any) -> Thing | None:  # noqa: ANN401
    """The pull request or issue of that number in the body's repository."""
    repo, known = repository_of(at(body, "repository")), whole(number)
    return Thing(kind, f"{repo.key}#{known}", repo.name) if repo and known else None


def repo_and_number(key: str) -> tuple[str, int]:
    """The parts of "acme/api#12"."""
    repo, _, number = key.rpartition("#")
    return repo, int(number)
