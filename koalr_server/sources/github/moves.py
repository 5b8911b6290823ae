"""Moves of an issue: into a state of a track, or out of it (pure). What a track is, `issue_history.py` says."""

from typing import Any

from koalr_server.sources.github.thing import Thing, numbered
from koalr_server.sources.observation import ALWAYS, Observation
from koalr_server.sources.values import at, name

KIND = "issue"
# What the tracks of labels begin with.
LABEL = "label"


def issue_thing(body: Any, told: Any) -> Thing | None:  # noqa: ANN401 - JSON
    """The thing, unless it is a pull request, which is an issue to parts of GitHub's API."""
    return None if at(told, "pull_request") is not None else numbered(KIND, body, at(told, "number"))


def move(thing: Thing, track: str, moved_at: str, state: str | None) -> Observation:
    """Into a state; None into none."""
    return thing.told(f"move:{moved_at}:{track}", ALWAYS, at=moved_at, track=track, state=state)


def labelling_move(thing: Thing, label: str, moved_at: str, put_on: bool) -> Observation:
    """A label that was put on or taken off. Each is a side of its own, for one second may have both."""
    word, track = "on" if put_on else "off", f"{LABEL}:{label.lower()}"
    state = label if put_on else None
    return thing.told(f"move:{word}:{moved_at}:{track}", ALWAYS, at=moved_at, track=track, state=state)


def leaving(thing: Thing, track: str, moved_at: str) -> Observation:
    """Off a board, which ends work there and takes nothing back."""
    return thing.told(f"move:{moved_at}:{track}", ALWAYS, at=moved_at, track=track, state=None, left=True)


def board_track(project: Any) -> str:  # noqa: ANN401
    """The track of a board, by its node id."""
    return f"board:{name(project) or ''}"
