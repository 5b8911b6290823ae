"""What bodies tell of issues (pure)."""

from collections.abc import Iterator, Mapping
from typing import Any

from koalr_server.sources.github.thing import Thing, numbered
from koalr_server.sources.github.values import label_names
from koalr_server.sources.observation import ALWAYS, Observation
from koalr_server.sources.values import at, instant, latest, name, objects, text, whole, word

KIND = "issue"
# Whoever left a repository does not come back under the same number.
GONE = ("deleted", "transferred")
BOARD_FIELDS = ("status", "state", "stage")
LABELLING = {"labeled": True, "unlabeled": False}


def issue(body: Any) -> Iterator[Observation]:  # noqa: ANN401 - JSON
    """The issue in the body and what its action says of its history; where it went to, if it was transferred."""
    told, action = at(body, "issue"), at(body, "action")
    thing = _thing(body, told)
    if thing is None:
        return
    if action in GONE:
        yield thing.told("gone", ALWAYS)
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
    thing = _thing(body, told)
    if thing is not None:
        yield from _object(thing, told)


def timeline(body: Any) -> Iterator[Observation]:  # noqa: ANN401
    """The labels, boards and people of an issue over time."""
    thing = _thing(body, at(body, "issue"))
    if thing is None:
        return
    yield from embedded(body)
    for event in objects(at(body, "timeline")):
        moved_at = instant(at(event, "created_at"))
        yield from _moves(thing, event, at(event, "event"), moved_at)
        yield from _board_move(thing, event, moved_at)


def board_item(body: Any) -> Iterator[Observation]:  # noqa: ANN401
    """A new state on a project's board. GitHub names the issue by a node id alone; only a body that adds its number tells."""
    item, change = at(body, "projects_v2_item"), at(body, "changes", "field_value")
    content = at(item, "content")
    thing = _thing(content, content)
    moved_at, field = instant(at(item, "updated_at")), name(at(change, "field_name")) or BOARD_FIELDS[0]
    if thing is None or moved_at is None:
        return
    board = name(at(item, "project_node_id")) or ""
    if at(body, "action") in ("deleted", "archived"):
        yield _move(thing, f"board:{board}", moved_at, None)
    elif field.lower() in BOARD_FIELDS and isinstance(change, Mapping) and "to" in change:
        yield _move(thing, f"board:{board}", moved_at, name(at(change, "to", "name")))


def _thing(body: Any, told: Any) -> Thing | None:  # noqa: ANN401
    """The thing, unless it is a pull request, which is an issue to parts of GitHub's API."""
    return None if at(told, "pull_request") is not None else numbered(KIND, body, at(told, "number"))


def _object(thing: Thing, told: Any) -> Iterator[Observation]:  # noqa: ANN401
    title, created_at, state = text(at(told, "title")), instant(at(told, "created_at")), word(at(told, "state"))
    if title is None or created_at is None or state not in ("open", "closed"):
        return
    closed_at = instant(at(told, "closed_at"))
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
        yield thing.told("labels", version, labels=label_names(at(told, "labels")))


def _moves(thing: Thing, body: Any, action: Any, moved_at: str | None) -> Iterator[Observation]:  # noqa: ANN401
    """What an action of a webhook, or an event of a timeline, moved; both name the same things alike."""
    if moved_at is None or not isinstance(action, str):
        return
    label = name(at(body, "label", "name"))
    if action in LABELLING and label:
        yield _move(thing, f"label:{label.lower()}", moved_at, label if LABELLING[action] else None)
    elif action in ("assigned", "reopened"):
        yield thing.told(f"{action}:{moved_at}", ALWAYS, at=moved_at)


def _board_move(thing: Thing, event: Any, moved_at: str | None) -> Iterator[Observation]:  # noqa: ANN401
    """A move on a board as timelines tell it: with the column's name on boards of old, the status on new ones."""
    action, card = at(event, "event"), at(event, "project_card")
    if moved_at is None:
        return
    old = f"board:{whole(at(card, 'project_id'))}"
    if action in ("added_to_project", "moved_columns_in_project", "removed_from_project") and isinstance(card, Mapping):
        yield _move(thing, old, moved_at, None if action == "removed_from_project" else name(at(card, "column_name")))
    elif action == "project_v2_item_status_changed":
        status = name(at(event, "status")) or name(at(event, "status", "name"))
        project = name(at(event, "project", "node_id")) or ""
        yield _move(thing, f"board:{project}", moved_at, status)


def _move(thing: Thing, track: str, moved_at: str, state: str | None) -> Observation:
    return thing.told(f"move:{moved_at}:{track}", ALWAYS, at=moved_at, track=track, state=state)
