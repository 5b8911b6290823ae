"""What bodies tell of pull requests and their reviews (pure)."""

from collections.abc import Iterator
from typing import Any

from koalr_server.sources.github.commits import changed_files
from koalr_server.sources.github.thing import Thing, numbered, repo_and_number
from koalr_server.sources.github.values import BOT, GHOST, labelling, login, sha
from koalr_server.sources.github.work_item_links import LONGEST_READ, work_item_of
from koalr_server.sources.observation import ALWAYS, Observation
from koalr_server.sources.values import LONGEST_NAME, at, instant, latest, objects, text, whole, word

KIND = "pull_request"
DRAFT_MOVES = {
    "ready_for_review": False,
    "converted_to_draft": True,
    "convert_to_draft": True,  # as timelines call it
}
SIZE = {"additions": "additions", "deletions": "deletions", "changedFiles": "changed_files"}


def pull_request(body: Any) -> Iterator[Observation]:  # noqa: ANN401 - JSON
    """The object in the body, and what its action says about being a draft."""
    thing, told, action = _thing(body), at(body, "pull_request"), at(body, "action")
    if thing is None:
        return
    yield from _object(thing, told)
    draft = at(told, "draft")
    # Servers that know no drafts do not speak of them.
    if action == "opened" and (draft is None or isinstance(draft, bool)) and instant(at(told, "created_at")):
        yield thing.told("opened", ALWAYS, draft=draft is True)
    yield from _draft_move(thing, action, instant(at(told, "updated_at")))


def review(body: Any) -> Iterator[Observation]:  # noqa: ANN401
    """A review and its pull request; one that is pending is none."""
    thing, told = _thing(body), at(body, "review")
    if thing is None:
        return
    yield from _object(thing, at(body, "pull_request"))
    number, submitted_at = whole(at(told, "id")), instant(at(told, "submitted_at"))
    reviewer, state = login(at(told, "user")), word(at(told, "state"))
    if number is None or submitted_at is None:
        return
    if reviewer:
        # A side of its own, so that a body from after the account was deleted does not take the name away.
        yield thing.told(f"reviewer:{number}", ALWAYS, reviewer=reviewer)
    # A dismissal has no time and cannot be taken back, so it is a side of its own that needs no version.
    if state == "dismissed" or at(body, "action") == "dismissed":
        yield thing.told(f"dismissed:{number}", ALWAYS, submittedAt=submitted_at)
    elif state in ("approved", "changes_requested", "commented"):
        yield thing.told(f"review:{number}", ALWAYS, state=state, submittedAt=submitted_at)


def embedded(body: Any) -> Iterator[Observation]:  # noqa: ANN401
    """The pull request in a body that is about something else."""
    thing = _thing(body)
    if thing is not None:
        yield from _object(thing, at(body, "pull_request"))


def commits(body: Any) -> Iterator[Observation]:  # noqa: ANN401
    """The commits of a pull request, oldest first."""
    thing, told = _thing(body), at(body, "pull_request")
    listed = objects(at(body, "commits"))
    shas = [known for item in listed if (known := sha(at(item, "sha")))]
    if thing is None or not shas:
        return
    yield from _object(thing, told)
    authored = [known for item in listed if (known := instant(at(item, "commit", "author", "date")))]
    yield thing.told(
        "commits",
        latest(instant(at(told, "updated_at"))),
        shas=shas,
        firstCommitAt=min(authored, default=None),
        alike=[list(each) for item in listed if (each := _likeness(item))],
    )


def _likeness(told: Any) -> tuple[str, str, str] | None:  # noqa: ANN401
    """Commit, when it was written, and first line: the latter two are what a copy made by a rebase has in common with it."""
    known, said = sha(at(told, "sha")), at(told, "commit")
    authored_at, message = instant(at(said, "author", "date")), text(at(said, "message"), LONGEST_READ)
    if known is None or authored_at is None or message is None:
        return None
    return known, authored_at, message.partition("\n")[0].rstrip(" \r")


def files(body: Any) -> Iterator[Observation]:  # noqa: ANN401
    """The files that a pull request changes, as a whole; of one that changes nothing none."""
    thing, told = _thing(body), at(body, "pull_request")
    if thing is None or not isinstance(at(body, "files"), list):
        return
    yield from _object(thing, told)
    yield thing.told("files", latest(instant(at(told, "updated_at"))), files=list(changed_files(body)))


def timeline(body: Any) -> Iterator[Observation]:  # noqa: ANN401
    """When it became a draft and ready; a whole timeline without such events says that it never was a draft."""
    thing = _thing(body)
    if thing is None or not isinstance(at(body, "timeline"), list):
        return
    yield from _object(thing, at(body, "pull_request"))
    yield thing.told("timeline", ALWAYS)
    for event in objects(at(body, "timeline")):
        yield from _draft_move(thing, at(event, "event"), instant(at(event, "created_at")))


def _thing(body: Any) -> Thing | None:  # noqa: ANN401
    number = at(body, "pull_request", "number")
    return numbered(KIND, body, at(body, "number") if number is None else number)


def _object(thing: Thing, told: Any) -> Iterator[Observation]:  # noqa: ANN401
    title, created_at = text(at(told, "title")), instant(at(told, "created_at"))
    if title is None or created_at is None:
        return
    merged_at, closed_at = instant(at(told, "merged_at")), instant(at(told, "closed_at"))
    version = latest(instant(at(told, "updated_at"))) or latest(created_at, merged_at, closed_at)
    prefix, number = repo_and_number(thing.key)
    branch, description = text(at(told, "head", "ref"), LONGEST_NAME), text(at(told, "body"), LONGEST_READ)
    item = work_item_of(thing.repo, number, title, description or "", branch or "")
    if item and item.startswith(f"{thing.repo}#"):
        # By the number of the repository, for later its name may be another one's.
        item = prefix + item.removeprefix(thing.repo)
    yield thing.told(
        "object",
        version,
        author=login(at(told, "user")) or GHOST,
        # Stands first of what changes, so that of two bodies of one second the closed one holds.
        closed=word(at(told, "state")) == "closed" or merged_at is not None,
        closedAt=closed_at or merged_at,
        createdAt=created_at,
        headSha=sha(at(told, "head", "sha")),
        isBot=None if at(told, "user", "type") is None else at(told, "user", "type") == BOT,
        # Before the merge GitHub puts the commit of a trial merge there.
        mergeSha=sha(at(told, "merge_commit_sha")) if merged_at else None,
        mergedAt=merged_at,
        title=title,
        workItem=item,
    )
    # What not every body says is a side of its own.
    if isinstance(at(told, "draft"), bool):
        yield thing.told("draft", version, draft=at(told, "draft"))
    if isinstance(at(told, "labels"), list):
        yield thing.told("labels", version, **labelling(at(told, "labels"), version))
    size = {key: whole(at(told, wire)) for key, wire in SIZE.items()}
    if None not in size.values():
        yield thing.told("size", version, **size)


def _draft_move(thing: Thing, action: Any, moved_at: str | None) -> Iterator[Observation]:  # noqa: ANN401
    if isinstance(action, str) and action in DRAFT_MOVES and moved_at:
        yield thing.told(f"draft:{moved_at}", ALWAYS, at=moved_at, draft=DRAFT_MOVES[action])
