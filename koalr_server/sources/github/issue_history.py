"""When an issue was worked on, from its moves between states (pure).

A move puts an issue's track into a state or out of all. Each label is a track, on which it stands or does not; each board is one,
on which an issue stands in one column. An issue is worked on while any track is in one of the started states.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from koalr_server.sources.observation import Fields
from koalr_server.sources.rules import among


@dataclass(frozen=True, slots=True)
class Span:
    """A time of work; `ended_at` is None while it lasts."""

    started_at: str
    ended_at: str | None

    def secs_until(self, end: str) -> int:
        """Seconds of it before an instant."""
        last = min(self.ended_at or end, end)
        return max(0, int((datetime.fromisoformat(last) - datetime.fromisoformat(self.started_at)).total_seconds()))


def ordered(moves: Iterable[Fields], created_at: str, opened: Mapping[str, str] | None) -> list[Fields]:
    """Moves in order, one for a track and second.

    Of a track that went into a state and out of it within one second nobody knows which was last. It stands where it stood
    before; where nobody told that either, the second tells nothing.

    Args:
        created_at: when the issue was created, before which no track stood anywhere.
        opened: where each track stood as the issue was opened; None if nobody told.
    """
    found: list[Fields] = []
    states: dict[str, str | None] = {}
    for (at, track), told in groupby(sorted(moves, key=_time_and_track), key=_time_and_track):
        *others, move = told
        if any((other["state"] is None) != (move["state"] is None) for other in others):
            at_first = {} if at <= created_at else opened
            if track not in states and at_first is None:
                continue
            move = {**move, "state": {**(at_first or {}), **states}.get(track)}
        states[track] = move["state"]
        found.append(move)
    return found


def _time_and_track(move: Fields) -> tuple[str, str]:
    return move["at"], move["track"]


def changes(moves: Iterable[Fields]) -> list[Fields]:
    """Moves without those into a state where the track stands already: one move may be told with two times."""
    found: list[Fields] = []
    states: dict[str, str | None] = {}
    for move in moves:
        if states.get(move["track"]) != move["state"]:
            found.append(move)
        states[move["track"]] = move["state"]
    return found


def spans_of_work(moves: Sequence[Fields], started_states: Sequence[str]) -> list[Span]:
    """The times of work, in order and apart."""
    spans: list[Span] = []
    working: set[str] = set()
    for move in moves:
        before = bool(working)
        (working.add if among(move["state"], started_states) else working.discard)(move["track"])
        if working and not before:
            spans.append(Span(move["at"], None))
        elif before and not working:
            spans[-1] = Span(spans[-1].started_at, move["at"])
    return [span for span in spans if span.started_at != span.ended_at]


def done_on_a_board(moves: Sequence[Fields], done_states: Sequence[str], reopened_at: str) -> str | None:
    """When a board's last move made the issue done, if that came after it was last reopened; of several boards the first.

    What is done and then taken off the board or archived stays done.
    """
    last = {move["track"]: move for move in moves if move["track"].startswith("board:") and not move.get("left")}
    done = [move["at"] for move in last.values() if among(move["state"], done_states) and move["at"] > reopened_at]
    return min(done, default=None)
