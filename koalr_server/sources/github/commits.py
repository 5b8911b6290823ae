"""Commits of the default branch, from pushes and from the REST API (pure).

A push says less than the API: no parents, no numbers of lines, one time for two. What it says is the facet "pushed", which the
facet "object" of the API replaces. Its parents are a guess: the commits of a push as one chain from where the branch was before.
That reaches what the branch reaches, which is what deployments ask.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from koalr_server.sources.github.deployments import tagged
from koalr_server.sources.github.thing import Repository, Thing, repository_of
from koalr_server.sources.github.values import BOT_SUFFIX, GHOST, login, sha
from koalr_server.sources.observation import ALWAYS, Fields, Observation, Rows
from koalr_server.sources.rules import Rules
from koalr_server.sources.values import at, instant, name, objects, text, whole

KIND = "commit"
PUSH = "push"
# Of every GitHub, whatever comes after it.
NOREPLY = "@users.noreply."
LONGEST_MESSAGE = 20_000
LONGEST_PATH = 4_096
# Some histories are older than git, and a clock at zero is no reason to leave a commit out of its line.
YEARS = range(1970, 2200)


def push(body: Any) -> Iterator[Observation]:  # noqa: ANN401 - JSON
    """The commits that came to the default branch, and that they came together; or the commit of a tag.

    Nothing of other branches and of deletions.
    """
    repo, ref = repository_of(at(body, "repository")), at(body, "ref")
    if repo is None or not isinstance(ref, str) or at(body, "deleted") is True:
        return
    if ref.startswith("refs/tags/"):
        head = at(body, "head_commit")
        yield from tagged(repo, ref.removeprefix("refs/tags/"), at(head, "id"), instant(at(head, "timestamp"), YEARS))
        return
    branch = at(body, "repository", "default_branch") or at(body, "repository", "master_branch")
    if ref == f"refs/heads/{branch}":
        yield from _chain(repo, body)


def _chain(repo: Repository, body: Any) -> Iterator[Observation]:  # noqa: ANN401
    # After a forced push the branch may leave some of that. Which commits it leaves the body does not say, and to leave them all
    # would lose those that stay and were not deployed yet.
    parent = sha(at(body, "before"))
    pushed = objects(at(body, "commits"))
    head = at(body, "head_commit")
    # Long lists are cut off before the head.
    if pushed and sha(at(head, "id")) not in [sha(at(told, "id")) for told in pushed]:
        pushed.append(head)
    shas = [known for told in pushed if (known := sha(at(told, "id")))]
    if shas:
        yield Thing(PUSH, f"{repo.key}@{shas[-1]}").told("commits", ALWAYS, commits=shas)
    for told in pushed:
        commit, committed_at = sha(at(told, "id")), instant(at(told, "timestamp"), YEARS)
        if commit is None:
            continue
        if committed_at:
            yield Thing(KIND, f"{repo.key}@{commit}").told(
                "pushed",
                ALWAYS,
                parents=[parent] if parent else [],
                author=_pushed_by(at(told, "author")),
                authoredAt=committed_at,
                committedAt=committed_at,
                message=text(at(told, "message"), LONGEST_MESSAGE) or "",
            )
        parent = commit


def commit(body: Any) -> Iterator[Observation]:  # noqa: ANN401
    """A commit object of the REST API, with or without files."""
    repo, told = repository_of(at(body, "repository")), at(body, "commit")
    commit_sha, said = sha(at(told, "sha")), at(told, "commit")
    committed_at = instant(at(said, "committer", "date"), YEARS) or instant(at(said, "author", "date"), YEARS)
    if repo is None or commit_sha is None or committed_at is None:
        return
    thing = Thing(KIND, f"{repo.key}@{commit_sha}")
    yield thing.told(
        "object",
        ALWAYS,
        parents=[parent for item in objects(at(told, "parents")) if (parent := sha(at(item, "sha")))],
        author=login(at(told, "author")) or _written_by(at(said, "author")),
        authoredAt=instant(at(said, "author", "date"), YEARS) or committed_at,
        committedAt=committed_at,
        message=text(at(said, "message"), LONGEST_MESSAGE) or "",
    )
    if isinstance(at(told, "files"), list):
        yield thing.told(
            "size",
            ALWAYS,
            additions=whole(at(told, "stats", "additions")),
            deletions=whole(at(told, "stats", "deletions")),
            files=list(changed_files(told)),
        )


def _pushed_by(author: Any) -> str:  # noqa: ANN401
    """The login of the author. A push does not say what type of account it is; what git calls it and its address may."""
    known, written, address = (name(at(author, field)) or "" for field in ("username", "name", "email"))
    is_bot = written.endswith(BOT_SUFFIX) or f"{BOT_SUFFIX}{NOREPLY}" in address
    if known and is_bot and not known.endswith(BOT_SUFFIX):
        return f"{known}{BOT_SUFFIX}"
    return known or _written_by(author)


def _written_by(author: Any) -> str:  # noqa: ANN401
    """What git calls the author; it allows no name at all, and a commit left out would be a gap in its line."""
    return name(at(author, "name")) or GHOST


def changed_files(told: Any) -> Iterator[Mapping[str, Any]]:  # noqa: ANN401
    """The `files` of an object of the REST API, with what a commit or a pull request changes in each."""
    for file in objects(at(told, "files")):
        path = text(at(file, "filename"), LONGEST_PATH)
        if path:
            yield {"path": path, "additions": whole(at(file, "additions")), "deletions": whole(at(file, "deletions"))}


def push_records(key: str, told: Mapping[str, Fields], rules: Rules) -> Rows:  # noqa: ARG001 - an Assembler
    """`pushes`."""
    repo, _, head = key.rpartition("@")
    return {"pushes": [{"repo": repo, "head": head, **told["commits"]}]}


def commit_records(key: str, told: Mapping[str, Fields], rules: Rules) -> Rows:  # noqa: ARG001 - an Assembler
    """`commits`: the object of the API; else `pushed_commits`, which never replace what a repository itself tells."""
    repo, _, commit_sha = key.rpartition("@")
    kind = "commits" if "object" in told else "pushed_commits"
    said = told.get("object") or told.get("pushed")
    if said is None:
        return {}
    return {kind: [{"repo": repo, "sha": commit_sha, **said, **told.get("size", {})}]}
