"""The 14 change metrics: against loops over all earlier changes, and case by case where a definition has an edge."""

import math
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from koalr_server.history.fixes import is_fix
from koalr_server.history.graph import CommitGraph
from koalr_server.risk.change_metrics import METRICS, Change, ChangeHistory, ChangeMetrics, FileChange
from tests.oracle.change_metrics import Commit, Touch, change_metrics

DAY = 86_400
YEAR = 365 * DAY
COUNTS = st.none() | st.integers(0, 9)
PATHS = ("a", "b", "src/a", "src/b", "src/in/a", "lib/a")


@st.composite
def commits(draw: st.DrawFn) -> list[Commit]:
    """Changes to few files by few people, some moved, at any time; a path that a file left is taken by no other at once."""
    made = []
    for number in range(draw(st.integers(1, 14))):
        paths = draw(st.lists(st.sampled_from(PATHS), unique=True, max_size=4))
        moves = draw(st.lists(st.sampled_from(PATHS), unique=True, max_size=len(paths)))
        before = [*(None if move in paths else move for move in moves), *[None] * len(paths)]
        touches = [Touch(path, draw(COUNTS), draw(COUNTS), before[place]) for place, path in enumerate(paths)]
        author, at_secs = draw(st.sampled_from(("Ann", "ANN", "Bo"))), draw(st.integers(0, 5 * YEAR))
        message, counted = draw(st.sampled_from(("Fix it", "Add it"))), draw(st.integers(0, 9)) > 0
        made.append(Commit(f"{number:040x}", author, at_secs, message, tuple(touches), counted=counted))
    return made


def as_change(commit: Commit) -> Change:
    files = [FileChange(touch.path, touch.added, touch.deleted, touch.before) for touch in commit.files]
    return Change(commit.author, commit.at_secs, files, commit.message, commit.counted)


def measured(changes: list[Commit]) -> list[ChangeMetrics]:
    history, rows = ChangeHistory(), []
    for commit in changes:
        rows.append(history.measure(as_change(commit)))
        history.record(as_change(commit), commit.sha)
    return rows


@given(commits())
def test_any_history_is_measured_as_defined(changes: list[Commit]) -> None:
    for position, row in enumerate(measured(changes)):
        expected = change_metrics(changes[:position], changes[position])
        for name, mine in zip(METRICS, row, strict=True):
            theirs = expected[name]
            if isinstance(mine, float):
                assert theirs is not None
                assert math.isclose(mine, theirs, rel_tol=1e-12, abs_tol=1e-12), name
            else:
                assert mine == theirs, name


@given(commits())
def test_measuring_remembers_nothing(changes: list[Commit]) -> None:
    history = ChangeHistory()
    for commit in changes:
        assert history.measure(as_change(commit)) == history.measure(as_change(commit))
        history.record(as_change(commit), commit.sha)


@given(commits())
def test_the_order_of_files_in_a_change_does_not_matter(changes: list[Commit]) -> None:
    turned = [replace(commit, files=tuple(reversed(commit.files))) for commit in changes]
    assert measured(turned) == measured(changes)


@given(commits())
def test_values_lie_in_their_ranges(changes: list[Commit]) -> None:
    for row in measured(changes):
        assert all(value is None or value >= 0 for value in row)
        assert row.entropy is None or row.entropy <= math.log2(max(row.nf or 0, 1)) + 1e-9
        assert (row.ns or 0) <= (row.nd or 0) <= (row.nf or 0)
        assert (row.rexp or 0) <= (row.exp or 0)
        assert (row.sexp or 0) <= (row.exp or 0)


def history_of(*changes: Change) -> ChangeHistory:
    history = ChangeHistory()
    for number, change in enumerate(changes):
        history.record(change, f"{number:040x}")
    return history


def edit(at_secs: int, *paths: str, author: str = "Ann") -> Change:
    return Change(author, at_secs, [FileChange(path, 1, 0) for path in paths], "Edit")


@pytest.mark.parametrize(
    ("lines", "bits"),
    [((), 0), ((0,), 0), ((5,), 0), ((5, 0, 0), 0), ((5, 5), 1), ((4, 4, 4, 4), 2), ((2, 1, 1), 1.5)],
)
def test_entropy_is_in_bits_and_not_divided_by_the_most_there_could_be(lines: tuple[int, ...], bits: float) -> None:
    files = [FileChange(f"{number}.py", count, 0) for number, count in enumerate(lines)]
    assert ChangeHistory().measure(Change("Ann", 0, files)).entropy == bits


def test_a_binary_file_is_a_file_without_lines() -> None:
    row = ChangeHistory().measure(Change("Ann", 0, [FileChange("a.png", None, None), FileChange("a.py", 3, 1)]))
    assert (row.nf, row.la, row.ld, row.entropy) == (2, 3, 1, 0)


def test_files_at_the_root_form_one_subsystem_and_one_directory() -> None:
    row = ChangeHistory().measure(edit(0, "a", "b", "a/b", "a/b/c", "src/a"))
    assert (row.ns, row.nd, row.nf) == (3, 4, 5)


def test_age_is_the_mean_over_all_files_and_a_new_one_counts_0() -> None:
    history = history_of(edit(1 * DAY, "a"), edit(3 * DAY, "b"))
    assert history.measure(edit(7 * DAY, "a", "b")).age == 5
    assert history.measure(edit(7 * DAY, "a", "b", "new", "newer")).age == 2.5


def test_a_change_to_many_of_the_files_counts_once() -> None:
    history = history_of(edit(0, "a"), edit(1, "b", "c"), edit(2, "other"))
    assert history.measure(edit(3, "a", "b", "c")).nuc == 2


def test_only_those_before_are_developers_of_a_file() -> None:
    history = history_of(edit(0, "a", author="Bo"), edit(1, "b", author="BO"), edit(2, "b", author="Cleo"))
    assert history.measure(edit(3, "a", "b", "new")).ndev == 2


@pytest.mark.parametrize(
    ("ages", "weight"),
    [([], 0), ([0, YEAR - 1], 2), ([YEAR], 1 / 2), ([0] * 3 + [YEAR] * 4 + [2 * YEAR] * 3, 6), ([-DAY], 1)],
)
def test_recent_experience_halves_after_a_year_of_365_days(ages: list[int], weight: float) -> None:
    history = history_of(*(edit(9 * YEAR - age, "a") for age in ages))
    assert history.measure(edit(9 * YEAR, "a")).rexp == weight


def test_experience_in_two_subsystems_counts_a_change_of_both_once() -> None:
    history = history_of(edit(0, "src/a", "lib/a"), edit(1, "src/b"), edit(2, "docs/a"), edit(3, "src/c", author="Bo"))
    row = history.measure(edit(4, "src/new", "lib/new"))
    assert (row.exp, row.sexp) == (3, 2)


def test_a_change_recorded_again_counts_once() -> None:
    history = ChangeHistory()
    for _ in range(2):
        history.record(edit(0, "a"), "f" * 40)
    row = history.measure(edit(1, "a"))
    assert (row.exp, row.nuc, row.lt) == (1, 1, 1)


def test_lines_never_fall_below_none() -> None:
    history = history_of(Change("Ann", 0, [FileChange("a", 2, 5)]), Change("Ann", 1, [FileChange("a", 3, 0)]))
    assert history.measure(edit(2, "a")).lt == 3


def test_two_files_may_swap_their_paths() -> None:
    history = history_of(
        Change("Ann", 0, [FileChange("a", 2, 0), FileChange("b", 7, 0)]),
        Change("Bo", 1, [FileChange("a", 0, 0, "b"), FileChange("b", 0, 0, "a")]),
    )
    assert [history.measure(edit(2, path)).lt for path in ("a", "b")] == [7, 2]


def test_a_second_report_of_a_move_keeps_the_history_at_the_new_path() -> None:
    """A move that was picked onto two branches comes twice."""
    move = Change("Ann", 1, [FileChange("new", 0, 0, "old")])
    history = history_of(Change("Ann", 0, [FileChange("old", 9, 0)]), move)
    assert history.measure(move).lt == 9
    history.record(move, "f" * 40)
    assert history.measure(edit(2, "new")).lt == 9


@pytest.mark.parametrize(
    ("change", "unknown"),
    [
        (edit(0, "a")._replace(author=None), {"exp", "rexp", "sexp"}),
        (edit(0, "a")._replace(message=None), {"fix"}),
        (edit(0, "a")._replace(lines_known=False), {"entropy", "la", "ld"}),
        (edit(0, "a")._replace(files=None), {*METRICS} - {"fix", "exp", "rexp"}),
    ],
)
def test_what_is_unknown_is_none_and_the_rest_is_there(change: Change, unknown: set[str]) -> None:
    row = history_of(edit(0, "a")).measure(change)
    assert {name for name, value in zip(METRICS, row, strict=True) if value is None} == unknown


@pytest.mark.parametrize(
    "word", ["fix", "Fixes", "FIXED", "fixing", "bug", "Bugs", "bugfix", "hotfix", "defect", "defects"]
)
def test_a_message_with_a_word_of_mending_is_a_fix(word: str) -> None:
    assert is_fix(f"Say hello ({word})\n\nand more")


@pytest.mark.parametrize("message", ["", "Debug the prefix", "fixture", "suffixes", "bugzilla", "fixup! it", "affix"])
def test_words_that_only_contain_one_are_none(message: str) -> None:
    assert not is_fix(message)


@pytest.mark.parametrize(
    ("secs", "order"),
    [
        ((1, 2, 3, 4), "abcd"),
        ((1, 3, 2, 4), "acbd"),
        ((1, 2, 2, 4), "abcd"),
        ((5, 3, 4, 1), "abcd"),
        ((5, 4, 3, 1), "acbd"),
    ],
)
def test_parents_come_first_then_the_earlier_then_the_smaller_sha(secs: tuple[int, ...], order: str) -> None:
    graph = CommitGraph("abcd", [[], ["a"], ["a"], ["b", "c"]])
    assert "".join("abcd"[commit] for commit in graph.chronological(secs)) == order


def test_unrelated_beginnings_come_by_time() -> None:
    assert CommitGraph("abc", [[], [], []]).chronological((5, 4, 3)) == [2, 1, 0]


def test_a_parent_named_twice_or_missing_holds_nothing_up() -> None:
    assert CommitGraph("ab", [["z"], ["a", "a"]]).chronological((2, 1)) == [0, 1]
