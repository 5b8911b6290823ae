"""What bodies tell of boards: moves of their items (pure).

New boards (Projects) name a project by its node id, old ones by a number. A board of the new kind is told three times: by a webhook
of its item, by the timeline of its issue, and by the item itself, which says where it stands and since when. All of them come to
the same move.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from koalr_server.sources.github.moves import board_track, issue_thing, leaving, move
from koalr_server.sources.github.thing import Thing
from koalr_server.sources.observation import Observation
from koalr_server.sources.values import at, instant, name, objects, whole

# The first one that is set says where an item stands.
FIELDS = ("status", "state", "stage")
CARD_MOVES = ("added_to_project", "moved_columns_in_project", "removed_from_project")


def item(body: Any) -> Iterator[Observation]:  # noqa: ANN401 - JSON
    """A new state of an item. GitHub names the issue by a node id alone; only a body that adds its number tells."""
    told, change = at(body, "projects_v2_item"), at(body, "changes", "field_value")
    content = at(told, "content")
    thing = issue_thing(content, content)
    moved_at, field = instant(at(told, "updated_at")), name(at(change, "field_name")) or FIELDS[0]
    if thing is None or moved_at is None:
        return
    track = board_track(at(told, "project_node_id"))
    if at(body, "action") in ("deleted", "archived"):
        yield leaving(thing, track, moved_at)
    elif field.lower() in FIELDS and isinstance(change, Mapping) and "to" in change:
        yield move(thing, track, moved_at, name(at(change, "to", "name")))


def issue_boards(body: Any) -> Iterator[Observation]:  # noqa: ANN401
    """All moves of an issue, and where it stands on one of its boards."""
    thing = issue_thing(body, at(body, "issue"))
    if thing is None:
        return
    moves = [*timeline_moves(thing, at(body, "timeline")), *_standing(thing, at(body, "projects_v2_item"))]
    # Within one second the last one holds.
    yield from {each.facet: each for each in moves}.values()


def timeline_moves(thing: Thing, timeline: Any) -> Iterator[Observation]:  # noqa: ANN401
    """The moves of a timeline: with the column's name on boards of old, with the status on new ones.

    The REST API says of new boards only that something moved, which tells nothing.
    """
    for event in objects(timeline):
        action, card, moved_at = at(event, "event"), at(event, "project_card"), instant(at(event, "created_at"))
        if moved_at is None:
            continue
        if action in CARD_MOVES and isinstance(card, Mapping):
            old = f"board:{whole(at(card, 'project_id'))}"
            column = name(at(card, "column_name"))
            gone = action == "removed_from_project"
            yield leaving(thing, old, moved_at) if gone else move(thing, old, moved_at, column)
        track = board_track(at(event, "project", "node_id"))
        if action == "removed_from_project_v2" and isinstance(event.get("project"), Mapping):
            yield leaving(thing, track, moved_at)
        elif action == "project_v2_item_status_changed" and "status" in event:
            # "" is no status.
            yield move(thing, track, moved_at, name(at(event, "status")) or name(at(event, "status", "name")))


def _standing(thing: Thing, told: Any) -> Iterator[Observation]:  # noqa: ANN401
    """Where an item stands. This tells moves that a timeline lacks, as those of late 2026 do, if only the last of them."""
    project, left_at = name(at(told, "project_node_id")), instant(at(told, "updated_at"))
    if project is None:
        return
    field = next((known for each in FIELDS if isinstance(known := at(told, each), Mapping)), None)
    moved_at, state = instant(at(field, "updated_at")), name(at(field, "name"))
    if moved_at and state:
        yield move(thing, board_track(project), moved_at, state)
    if at(told, "archived") is True and left_at:
        yield leaving(thing, board_track(project), left_at)
