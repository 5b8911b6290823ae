"""What bodies tell of the CODEOWNERS file of the default branch: what was in force since when (pure).

A file changes when the pull request is merged that brought the change, and the commit of the merge made it so, as git's line of
first parents has it.
"""

import base64
import binascii
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from koalr_server.sources.github.thing import Thing, repository_of
from koalr_server.sources.github.values import sha
from koalr_server.sources.observation import ALWAYS, Fields, Observation, Rows
from koalr_server.sources.rules import Rules
from koalr_server.sources.values import at, instant, name, objects, text

KIND = "codeowners"
# GitHub loads none that is larger.
LARGEST_BYTES = 3 * 2**20
VERSION = "version:"


class Landing(NamedTuple):
    """The commit of the default branch that brought a change, and when it came."""

    commit: str
    at: str


def landing(commit: Any, pull_requests: Any, branch: Any) -> Landing | None:  # noqa: ANN401 - JSON
    """How a commit came to a branch.

    Args:
        commit: an object of the REST API.
        pull_requests: those that GitHub names for the commit.
    """
    known, committed_at = sha(at(commit, "sha")), instant(at(commit, "commit", "committer", "date"))
    if known is None or committed_at is None:
        return None
    merged = [
        Landing(merge, merged_at)
        for pull in objects(pull_requests)
        if at(pull, "base", "ref") == branch
        and (merge := sha(at(pull, "merge_commit_sha")))
        and (merged_at := instant(at(pull, "merged_at")))
    ]
    return min(merged, key=lambda found: (found.at, found.commit), default=Landing(known, committed_at))


def codeowners(body: Any) -> Iterator[Observation]:  # noqa: ANN401
    """The file that was in force once a commit had come to the default branch."""
    repo, told = repository_of(at(body, "repository")), at(body, "codeowners")
    found = landing(at(body, "commit"), at(body, "pull_requests"), at(body, "repository", "default_branch"))
    path = name(at(told, "path"))
    if repo is None or found is None or (told is not None and path is None):
        return
    yield Thing(KIND, repo.key).told(
        VERSION + found.commit, ALWAYS, knownFrom=found.at, path=path, content=_content(told), sha=found.commit
    )


def _content(told: Any) -> str | None:  # noqa: ANN401
    """The text; None where there is no file, or nobody knows it."""
    written = at(told, "content")
    # GitHub leaves a file of over 1 MB out of such an answer.
    if at(told, "encoding") != "base64" or not isinstance(written, str):
        return None
    try:
        content = base64.b64decode(written)
    except (binascii.Error, ValueError):
        return None
    return None if len(content) > LARGEST_BYTES else text(content.decode("utf-8", "replace"), LARGEST_BYTES)


def codeowners_records(key: str, told: Mapping[str, Fields], rules: Rules) -> Rows:  # noqa: ARG001 - an Assembler
    """`codeowners`, a row for each version."""
    return {"codeowners": [{"repo": key, **version} for version in told.values()]}
