"""Up to which commit a branch was read."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from koalr_server.sync.github.commits import Reached, last_complete

SINCE = "2025-01-01T00:00:00Z"


def commit(sha: str, *parents: str) -> dict[str, Any]:
    return {"sha": sha, "parents": [{"sha": parent} for parent in parents]}


def test_a_merge_is_complete_only_with_both_its_sides() -> None:
    listed = [commit("a", "old"), commit("b", "a"), commit("side", "a"), commit("merge", "b", "side")]
    assert last_complete(listed, {"a", "b", "merge"}) == "b"
    assert last_complete(listed, {"a", "b", "side"}) == "side"
    assert last_complete(listed, {"a", "b", "side", "merge"}) == "merge"
    assert last_complete(listed, {"b", "side", "merge"}) is None


@given(st.data())
def test_every_listed_ancestor_of_the_answer_was_taken(data: st.DataObject) -> None:
    size = data.draw(st.integers(1, 12))
    numbers = range(size)
    parents = [data.draw(st.sets(st.integers(0, number - 1), max_size=2)) if number else set() for number in numbers]
    taken = data.draw(st.sets(st.integers(0, size - 1)))
    # GitHub's order is by date, which may put a child before its parent.
    order = data.draw(st.permutations(numbers))
    listed = [commit(str(number), *map(str, sorted(parents[number]))) for number in order]
    answer = last_complete(listed, set(map(str, taken)))
    ancestors, open_ = set(), [] if answer is None else [int(answer)]
    while open_:
        number = open_.pop()
        ancestors.add(number)
        open_ += parents[number]
    assert ancestors <= taken


@pytest.mark.parametrize("parents", [None, 7, [None], [{}], [{"sha": 1}]])
def test_odd_parents_are_none(parents: object) -> None:
    assert last_complete([{"sha": "a", "parents": parents}], {"a"}) == "a"


@pytest.mark.parametrize(
    "text", [None, "", "x", "[]", '{"since": 1}', '{"since": "2025-06-01", "head": "", "pushed_at": ""}']
)
def test_what_cannot_be_read_or_begins_later_is_the_beginning(text: str | None) -> None:
    assert Reached.read(text, SINCE) == Reached(SINCE)


def test_what_was_reached_is_read_as_it_was_written() -> None:
    reached = Reached(SINCE, "a", "2025-03-01T00:00:00Z")
    assert Reached.read(reached.text(), "2025-02-01T00:00:00Z") == reached
