"""What bodies tell of issues (pure)."""

from collections.abc import Iterator
from typing import Any

from koalr_server.sources.github.boards import timeline_moves
from koalr_server.sources.github.moves import KIND, issue_thing, labelling_move
from koalr_server.sources.github.thing import Thing, numbered
from koalr_server.sources.github.values import label_names, labelling
from koalr_server.sources.observation import ALWAYS, Observation
from koalr_server.sources.values import at, instant, latest, name, objects, text, word

# Whoever left a repository does not come back under the same number.
GONE = ("deleted", "transferred")
LABELLING = {"labeled": True, "unlabeled": False}


def issue(body: Any) -> Iterator[Observation]:  # noqa: ANN401 - JSON
    """The issue in the body and what its action says of its history; where it went to, if it was transferred."""
    told, action = at(body, "issue"), at(body, "action")
    thing = issue_thing(body, told)
    if thing is None:
        return
    if action in GONE:
        yield thing.told("gone", ALWAYS)
    if action == "opened" and isinstance(at(told, "labels"), list):
        yield thing.told("opened", ALWAYS, labels=label_names(at(told, "labels")))
    yield from _object(thing, told)
    yield from _moves(thing, body, action, instant(at(told, "updated_at")))
    moved_to = {"repository": at(body, "changes", "new_repository"), "issue": at(body, "changes", "new_issue")}
    yield from embedded(moved_to)
    moved_from = numbered(
        KIND, {"repository": at(body, "changes", "old_repository")}, at(body, "changes", "old_issue", "number")
    )
    if moved_from is not None:
        yield moved_from.told("gone", ALWAYS)


def embedded(body: Any) -> Iterator[Observation]:  # noqa: ANN401
    """The issue in a body that is about something else."""
    told = at(body, "issue")
    thing = issue_thing(body, told)
    if thing is not None:
        yield from _object(thing, told)


def timeline(body: Any) -> Iterator[Observation]:  # noqa: ANN401
    """The labels, boards and people of an issue over time."""
    thing = issue_thing(body, at(body, "issue"))
    if thing is None:
        return
    yield from embedded(body)
    yield from timeline_moves(thing, at(body, "timeline"))
    for event in objects(at(body, "timeline")):
        yield from _moves(thing, event, at(event, "event"), instant(at(event, "created_at")))


def _object(thing: Thing, told: Any) -> Iterator[Observation]:  # noqa: ANN401
    title, created_at = text(at(told, "title")), instant(at(told, "created_at"))
    closed_at = instant(at(told, "closed_at"))
    state = _state(at(told, "state"), closed_at)
    if title is None or created_at is None or state not in ("open", "closed"):
        return
    version = latest(instant(at(told, "updated_at"))) or latest(created_at, closed_at)
    yield thing.told(
        "object",
        version,
        # Stands first, so that of two bodies of one second the closed one holds.
        closed=state == "closed",
        closedAt=(closed_at or version) if state == "closed" else None,
        createdAt=created_at,
        reason=word(at(told, "state_reason")),
        title=title,
        type=name(at(told, "type", "name")),
    )
    if isinstance(at(told, "labels"), list):
        yield thing.told("labels", version, **labelling(at(told, "labels"), version))


def _state(said: Any, closed_at: str | None) -> str | None:  # noqa: ANN401
    """The state that a body says, or that follows from its time of closing where it says none, as old ones of pinned issues do."""
    return word(said) if said is not None else "closed" if closed_at else "open"


def _moves(thing: Thing, body: Any, action: Any, moved_at: str | None) -> Iterator[Observation]:  # noqa: ANN401
    """What an action of a webhook, or an event of a timeline, moved; both name the same things alike."""
    if moved_at is None or not isinstance(action, str):
        return
    label = name(at(body, "label", "name"))
    if action in LABELLING and label:
        yield labelling_move(thing, label, moved_at, LABELLING[action])
    elif action in ("assigned", "reopened"):
        yield thing.told(f"{action}:{moved_at}", ALWAYS, at=moved_at)
