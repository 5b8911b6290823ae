"""A thing that bodies tell of, on which observations are made (pure)."""

from dataclasses import dataclass
from typing import Any

from koalr_server.sources.github.values import full_name
from koalr_server.sources.observation import Observation
from koalr_server.sources.values import at, whole


@dataclass(frozen=True, slots=True)
class Thing:
    """Kind and key, as in `Observation`."""

    kind: str
    key: str

    def told(self, facet: str, version: str, **fields: Any) -> Observation:
        return Observation(self.kind, self.key, facet, version, fields)


def numbered(kind: str, body: Any, number: Any) -> Thing | None:  # noqa: ANN401
    """The pull request or issue of that number in the body's repository, "acme/api#12"."""
    repo, known = full_name(at(body, "repository")), whole(number)
    return Thing(kind, f"{repo}#{known}") if repo and known else None


def repo_and_number(key: str) -> tuple[str, int]:
    """The parts of "acme/api#12"."""
    repo, _, number = key.rpartition("#")
    return repo, int(number)
