"""How far a list was taken: a list of changes is taken once, however often the run is cut short."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from koalr_server.sync.position import Position, Stub, earlier

OVERLAP = timedelta(minutes=5)
SINCE = "2025-01-01T00:00:00Z"


def stub(key: str, order: str, version: str = "") -> Stub:
    return Stub(key, order, version or order, {})


def at(minute: int) -> str:
    return f"2025-03-01T{minute // 60:02}:{minute % 60:02}:00Z"


def news(position: Position, listed: list[Stub]) -> list[Stub]:
    """What a run takes of a list: what is not below the floor and not known, oldest first."""
    floor = position.floor(OVERLAP)
    found = [each for each in listed if each.order >= floor and not position.knows(each)]
    return sorted(found, key=lambda each: (each.order, each.key))


@given(
    st.lists(st.integers(0, 300), min_size=1, max_size=30, unique=True),
    st.lists(st.integers(0, 29), max_size=10),
    st.integers(1, 7),
)
def test_every_change_is_taken_once_whenever_runs_are_cut_short(
    minutes: list[int], cuts: list[int], chunk: int
) -> None:
    listed = [stub(str(number), at(minute)) for number, minute in enumerate(minutes)]
    position, taken = Position(since=SINCE), []
    for cut in [*cuts, len(listed)]:
        left = news(position, listed)[:cut]
        for start in range(0, len(left), chunk):
            part = left[start : start + chunk]
            taken += [each.key for each in part]
            # Each chunk is remembered, so the next run reads what was written.
            position = Position.read(position.after(part, OVERLAP).text(), SINCE)
    assert sorted(taken) == sorted(each.key for each in listed)


@given(st.lists(st.integers(0, 59), min_size=1, max_size=20), st.integers(0, 19))
def test_changes_of_one_second_are_told_apart_by_what_was_taken(minutes: list[int], cut: int) -> None:
    listed = [stub(str(number), at(30)) for number in range(len(minutes))]
    first = news(Position(since=SINCE), listed)[:cut]
    rest = news(Position(since=SINCE).after(first, OVERLAP), listed)
    assert [each.key for each in first + rest] == sorted(each.key for each in listed)


def test_a_change_that_shows_late_is_found_within_the_overlap_and_not_beyond() -> None:
    position = Position(since=SINCE).after([stub("1", at(60))], OVERLAP)
    late, later = stub("2", at(56)), stub("3", at(54))
    assert news(position, [stub("1", at(60)), late, later]) == [late]


def test_a_new_version_of_the_same_instant_is_news() -> None:
    position = Position(since=SINCE).after([stub("1", at(60), "a")], OVERLAP)
    assert news(position, [stub("1", at(60), "b")]) == [stub("1", at(60), "b")]
    assert news(position, [stub("1", at(60), "a")]) == []


def test_an_endless_overlap_keeps_every_version() -> None:
    position = Position(since=SINCE).after([stub("1", at(1)), stub("2", at(200))], timedelta.max)
    assert set(position.edge) == {"1", "2"}
    assert position.floor(timedelta.max) == SINCE


@pytest.mark.parametrize("text", [None, "", "x", "[]", "7", '{"since": 1}', '{"since": "", "until": "", "edge": [1]}'])
def test_what_cannot_be_read_is_the_beginning(text: str | None) -> None:
    assert Position.read(text, SINCE) == Position(since=SINCE)


def test_an_earlier_since_begins_anew_and_a_later_one_goes_on() -> None:
    text = Position(since=SINCE).after([stub("1", at(60))], OVERLAP).text()
    assert Position.read(text, "2024-01-01T00:00:00Z") == Position(since="2024-01-01T00:00:00Z")
    assert Position.read(text, "2025-02-01T00:00:00Z").until == at(60)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2025-03-01T12:00:00+02:00", "2025-03-01T10:00:00Z"),
        ("2025-03-01T12:00:00.900Z", "2025-03-01T12:00:00Z"),
        ("yesterday", "yesterday"),
        ("", ""),
    ],
)
def test_instants_are_utc_with_whole_seconds(text: str, expected: str) -> None:
    assert earlier(text) == expected
