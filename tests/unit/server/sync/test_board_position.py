"""How far a board was read."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from koalr_server.sync.github.board_position import BoardPosition, Scope

SCOPE = Scope.of(["acme/api", "acme/web"], "2025-01-01T00:00:00Z")
DAY = "2025-03-01T"
WHOLE = BoardPosition().whole(f"{DAY}10:00:00Z", SCOPE, f"{DAY}12:00:00Z")


def test_a_board_without_a_change_needs_no_reading_for_a_while() -> None:
    assert WHOLE.covers(f"{DAY}10:00:00Z", SCOPE, f"{DAY}08:00:00Z")
    assert not WHOLE.covers(f"{DAY}10:00:01Z", SCOPE, f"{DAY}08:00:00Z")
    assert not WHOLE.covers(f"{DAY}10:00:00Z", SCOPE, f"{DAY}12:00:00Z")


@pytest.mark.parametrize(
    ("repositories", "since", "covered"),
    [
        (["acme/web", "acme/api"], "2025-01-01T00:00:00Z", True),
        (["acme/web", "acme/api"], "2025-02-01T00:00:00Z", True),
        (["acme/web", "acme/api"], "2024-12-31T00:00:00Z", False),
        (["acme/web"], "2025-01-01T00:00:00Z", False),
        (["acme/web", "acme/api", "acme/new"], "2025-01-01T00:00:00Z", False),
    ],
)
def test_other_repositories_or_an_earlier_beginning_need_another_reading(
    repositories: list[str], since: str, covered: bool
) -> None:
    assert WHOLE.covers(f"{DAY}10:00:00Z", Scope.of(repositories, since), "") is covered


def test_nothing_is_covered_while_something_is_missing_or_the_board_has_no_date() -> None:
    assert not WHOLE.after({"PVTI_1": ("v", "I_1")}, set()).covers(f"{DAY}10:00:00Z", SCOPE, "")
    assert not BoardPosition().whole("", SCOPE, f"{DAY}12:00:00Z").covers("", SCOPE, "")


def test_what_was_taken_is_known_by_its_version_until_it_is_gone() -> None:
    position = WHOLE.after({"PVTI_1": ("v", "I_1"), "PVTI_2": ("v", "I_2")}, set())
    assert position.knows("PVTI_1", "v")
    assert not position.knows("PVTI_1", "w")
    assert position.after({}, {"PVTI_1"}).items == {"PVTI_2": ("v", "I_2")}


@given(st.dictionaries(st.text(max_size=4), st.tuples(st.text(max_size=4), st.text(max_size=4)), max_size=4), st.text())
def test_what_is_kept_is_read_again(items: dict[str, tuple[str, str]], updated_at: str) -> None:
    position = BoardPosition(items).whole(updated_at, SCOPE, DAY)
    assert BoardPosition.read(position.text()) == position


@pytest.mark.parametrize("text", [None, "", "[]", "7", "{", '{"items": 7}', '{"scope": [1, 2], "items": {"a": 7}}'])
def test_what_cannot_be_read_is_the_beginning(text: str | None) -> None:
    assert BoardPosition.read(text) == BoardPosition()
