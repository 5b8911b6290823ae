"""What bodies tell of deployments: GitHub's own, runs of workflows, and releases (pure).

All are things of one kind with keys of their own: `acme/api@deployment/7`, `acme/api@run/7` and, by its tag, `acme/api@release/v1`.
"""

from collections.abc import Iterator
from typing import Any

from koalr_server.sources.github.thing import Repository, Thing, repository_of
from koalr_server.sources.github.values import sha
from koalr_server.sources.observation import ALWAYS, Observation
from koalr_server.sources.values import at, instant, latest, name, whole, word

KIND = "deployment"
WITHDRAWN = "deleted"
UNPUBLISHED = "unpublished"


def deployment(body: Any) -> Iterator[Observation]:  # noqa: ANN401 - JSON
    """The deployment in the body."""
    repo, told = repository_of(at(body, "repository")), at(body, "deployment")
    number, created_at = whole(at(told, "id")), instant(at(told, "created_at"))
    environment = name(at(told, "environment")) or name(at(told, "original_environment"))
    if repo and number is not None and created_at and environment:
        yield Thing(KIND, f"{repo.key}@deployment/{number}").told(
            "deployment",
            latest(created_at, instant(at(told, "updated_at"))),
            id=number,
            env=environment,
            sha=sha(at(told, "sha")),
            startedAt=created_at,
            isProduction=at(told, "production_environment") is True,
            isTransient=at(told, "transient_environment") is True,
        )


def deployment_status(body: Any) -> Iterator[Observation]:  # noqa: ANN401
    """A status and its deployment."""
    yield from deployment(body)
    repo, told = repository_of(at(body, "repository")), at(body, "deployment_status")
    number, of = whole(at(told, "id")), whole(at(body, "deployment", "id"))
    state, created_at = word(at(told, "state")), instant(at(told, "created_at"))
    if repo and number is not None and of is not None and state and created_at:
        yield Thing(KIND, f"{repo.key}@deployment/{of}").told(
            f"status:{number}",
            latest(created_at, instant(at(told, "updated_at"))),
            id=number,
            at=created_at,
            state=state,
        )


def workflow_run(body: Any) -> Iterator[Observation]:  # noqa: ANN401
    """A run of a workflow, whichever it is: the rules decide later which ones deploy."""
    repo, told = repository_of(at(body, "repository")), at(body, "workflow_run")
    number, created_at = whole(at(told, "id")), instant(at(told, "created_at"))
    if repo is None or number is None or created_at is None:
        return
    updated_at = instant(at(told, "updated_at"))
    attempt = whole(at(told, "run_attempt")) or 1
    path = name(at(told, "path")) or name(at(body, "workflow", "path"))
    names = {*workflow_names(at(told, "name"), path), *workflow_names(at(body, "workflow", "name"), path)}
    yield Thing(KIND, f"{repo.key}@run/{number}").told(
        f"attempt:{attempt}",
        latest(updated_at, created_at),
        attempt=attempt,
        # Before the conclusion, so that of two bodies of one second the completed one holds.
        completed=word(at(told, "conclusion")) is not None,
        conclusion=word(at(told, "conclusion")),
        defaultBranch=name(at(body, "repository", "default_branch")),
        event=word(at(told, "event")),
        finishedAt=updated_at or created_at,
        headBranch=name(at(told, "head_branch")),
        id=number,
        names=sorted(names),
        sha=sha(at(told, "head_sha")),
        startedAt=instant(at(told, "run_started_at")) or created_at,
        tagged="@refs/tags/" in (path or "") or word(at(told, "event")) == "release",
    )


def workflow_names(title: Any, path: Any) -> set[str]:  # noqa: ANN401
    """What a workflow goes by in the rules: its name, and the name of its file."""
    file = (name(path) or "").partition("@")[0].rpartition("/")[2]
    return {known for known in (name(title), file) if known}


def release(body: Any) -> Iterator[Observation]:  # noqa: ANN401
    """A release, whichever it is; its commit too where it names one instead of a branch."""
    repo, told = repository_of(at(body, "repository")), at(body, "release")
    number, tag = whole(at(told, "id")), name(at(told, "tag_name"))
    if repo is None or number is None or tag is None:
        return
    thing = Thing(KIND, f"{repo.key}@release/{tag}")
    created_at, published_at = instant(at(told, "created_at")), instant(at(told, "published_at"))
    updated_at, action = instant(at(told, "updated_at")), at(body, "action")
    if action == WITHDRAWN:
        yield thing.told(f"{WITHDRAWN}:{number}", ALWAYS)
    if action == UNPUBLISHED:
        # A side of its own: without the time of the change and of publication the body looks older than what it takes back.
        taken_back_at = latest(updated_at, published_at)
        yield thing.told(f"{UNPUBLISHED}:{number}", taken_back_at, at=taken_back_at)
    yield thing.told(
        f"release:{number}",
        # Older servers do not date changes of a release; the time of reading does.
        latest(created_at, published_at, updated_at, instant(at(body, "read_at"))),
        # These three stand first, so that of two bodies of one time a draft holds, then what was edited, then a full release:
        # what was edited came later, and a prerelease becomes a full one more often than the other way round.
        draft=at(told, "draft") is True,
        edited=action == "edited",
        full=at(told, "prerelease") is not True,
        id=number,
        publishedAt=published_at,
        sha=_commit_of(at(told, "target_commitish")),
        tag=tag,
    )


def tag(body: Any) -> Iterator[Observation]:  # noqa: ANN401
    """The commit of a tag."""
    repo, told = repository_of(at(body, "repository")), at(body, "tag")
    if repo:
        yield from tagged(repo, at(told, "name"), at(told, "commit", "sha"), instant(at(body, "read_at")))


def tagged(repo: Repository, tag_name: Any, commit: Any, known_at: str | None) -> Iterator[Observation]:  # noqa: ANN401
    """That a tag is at a commit, as of when that was read, or of the commit's own time; a tag may be moved."""
    known_tag, known_commit = name(tag_name), sha(commit)
    if known_tag and known_commit:
        yield Thing(KIND, f"{repo.key}@release/{known_tag}").told("tag", known_at or ALWAYS, sha=known_commit)


def _commit_of(target: Any) -> str | None:  # noqa: ANN401
    """The target if it is a whole name of a commit: "cafe" and "decade" are branches."""
    known = sha(target)
    return known if known and len(known) in (40, 64) else None
