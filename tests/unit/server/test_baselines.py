"""The commit that a change is measured against."""

from collections.abc import Collection

import pytest

from koalr_server.history.baselines import MOST_COMMITS_BACK, nearest_measured

# main: a - b - c - m; branch: b - x - y, which is merged as m. y merged c before.
PARENTS = {"a": [], "b": ["a"], "c": ["b"], "x": ["b"], "y": ["x", "c"], "m": ["c", "y"]}


@pytest.mark.parametrize(
    ("start", "own", "measured", "expected"),
    [
        ("m", "xy", "abcxym", "c"),
        ("m", "xy", "abm", "b"),
        ("y", "xy", "abcxy", "c"),
        ("y", "xy", "abxy", "b"),
        ("y", "", "abcxy", "x"),
        ("y", "xy", "xy", None),
        ("a", "", "a", None),
        ("unknown", "", "abc", None),
        ("c", "", "c", None),
    ],
)
def test_it_is_the_nearest_measured_ancestor_that_is_not_part_of_the_change(
    start: str, own: Collection[str], measured: Collection[str], expected: str | None
) -> None:
    assert nearest_measured(PARENTS, start, own, measured) == expected


@pytest.mark.parametrize(("distance", "found"), [(MOST_COMMITS_BACK, True), (MOST_COMMITS_BACK + 1, False)])
def test_it_looks_so_far_back_and_own_commits_do_not_count(distance: int, found: bool) -> None:
    length = distance + 100
    line = {str(n): [str(n - 1)] for n in range(1, length + 1)}
    own = {str(n) for n in range(distance, length)}
    assert nearest_measured(line, str(length), own, {"0"}) == ("0" if found else None)
