"""Change metrics of generated repositories against loops over everything that came before; and that nothing sees ahead."""

import math
from pathlib import Path

import pytest

from koalr_server.ingest.git import read_changes
from koalr_server.risk.change_metrics import Change, ChangeHistory, ChangeMetrics
from tests.integration.git.builder import Repository
from tests.oracle.change_metrics import Commit, Values, change_metrics, changes_among, read_commits
from tests.oracle.git_commands import lines
from tests.oracle.random_changes import random_changes
from tests.oracle.random_repository import random_repository

SEEDS = range(8)
Rows = dict[str, ChangeMetrics]


def measured(path: Path, told_first: tuple[str, Change] | None = None) -> Rows:
    """The rows of a repository by sha, oldest first; `told_first` is a change that the history should not know yet."""
    history = ChangeHistory()
    if told_first:
        history.record(told_first[1], told_first[0])
    rows = {}
    for sha, change in read_changes(path).changes:
        rows[sha] = history.measure(change)
        history.record(change, sha)
    return rows


def agree(row: ChangeMetrics, expected: Values) -> bool:
    """Whole numbers exactly, others up to the rounding of a sum."""
    return all(
        mine == theirs if isinstance(mine, int) else math.isclose(mine or 0, theirs or 0, rel_tol=1e-12)
        for mine, theirs in zip(row, expected.values(), strict=True)
    )


def assert_as_defined(path: Path) -> list[Commit]:
    changes = changes_among(read_commits(path))
    rows = measured(path)
    assert list(rows) == [change.sha for change in changes]
    for position, change in enumerate(changes):
        expected = change_metrics(changes[:position], change)
        assert agree(rows[change.sha], expected), (change, rows[change.sha], expected)
    return changes


@pytest.mark.parametrize("seed", SEEDS)
def test_random_files_are_measured_as_defined(tmp_path: Path, seed: int) -> None:
    random_changes(tmp_path / "repository", seed)
    assert_as_defined(tmp_path / "repository")


def test_a_history_of_pull_requests_is_measured_as_defined(tmp_path: Path) -> None:
    random_repository(tmp_path / "repository", 1, size=30)
    assert_as_defined(tmp_path / "repository")


def test_the_random_files_hold_what_is_hard(tmp_path: Path) -> None:
    commits = []
    for seed in SEEDS:
        random_changes(tmp_path / str(seed), seed)
        commits += read_commits(tmp_path / str(seed))
    changes = changes_among(commits)
    touches = [touch for change in changes for touch in change.files]
    dates = {commit.sha: commit.at_secs for commit in commits}
    parents = [(change, dates[sha]) for change in changes for sha in change.parents]
    seen = {
        "merge": len(changes) < len(commits),
        "move": any(touch.before for touch in touches),
        "binary": any(touch.added is None for touch in touches),
        "newline in a path": any("\n" in touch.path for touch in touches),
        "nothing changed": any(not change.files for change in changes),
        "same second": any(change.at_secs == date for change, date in parents),
        "clock set back": any(change.at_secs < date for change, date in parents),
        "years": max(dates.values()) - min(dates.values()) > 3 * 365 * 86_400,
    }
    assert [kind for kind, there in seen.items() if not there] == []


@pytest.mark.parametrize("seed", SEEDS)
def test_later_commits_change_no_row(tmp_path: Path, seed: int) -> None:
    random_changes(tmp_path / "before", seed)
    random_changes(tmp_path / "after", seed, later=5)
    before, after = measured(tmp_path / "before"), measured(tmp_path / "after")
    assert len(after) == len(before) + 5
    assert list(before.items()) == list(after.items())[: len(before)]


def test_a_later_commit_let_in_would_show(tmp_path: Path) -> None:
    """What the test above compares does change when history holds one commit too many."""
    random_changes(tmp_path / "repository", 0, later=1)
    *_, latest = read_changes(tmp_path / "repository").changes
    honest, leaking = measured(tmp_path / "repository"), measured(tmp_path / "repository", told_first=latest)
    assert sum(honest[sha] != leaking[sha] for sha in honest) > len(honest) / 2


def test_a_commit_comes_after_its_parent_whatever_the_clock_says(repository: Repository) -> None:
    first = repository.commit("first")
    repository.moment -= 10 * 3600
    second = repository.commit("second")
    rows = measured(repository.path)
    assert list(rows) == [first, second]
    assert (rows[second].age, rows[second].exp, rows[second].rexp) == (0, 1, 1)


def test_commits_of_one_second_on_two_branches_come_by_sha(repository: Repository) -> None:
    repository.commit("start")
    repository.branch("feature")
    repository.commit("left", "left.txt")
    repository.checkout("main")
    repository.moment -= 3600
    repository.commit("right", "right.txt")
    repository.merge("feature", message="Merge branch 'feature'")
    _, *two = measured(repository.path)
    assert two == sorted(two)


def test_a_moved_file_keeps_its_history(repository: Repository) -> None:
    repository.commit("start", "old.txt", "line\n" * 50)
    repository.git("mv", "old.txt", "new.txt")
    repository.commit("move", "new.txt", "line\n" * 51, GIT_AUTHOR_NAME="Bo")
    edited = repository.commit("edit", "new.txt", "line\n" * 52)
    again = repository.commit("another under the old name", "old.txt", "x\n")
    rows = measured(repository.path)
    assert (rows[edited].lt, rows[edited].nuc, rows[edited].ndev, rows[edited].nf) == (51, 2, 2, 1)
    assert (rows[again].lt, rows[again].nuc, rows[again].ndev) == (0, 0, 0)


def test_only_what_head_reaches_is_measured(repository: Repository) -> None:
    kept = repository.commit("start")
    repository.branch("release")
    repository.commit("a backport")
    repository.checkout("main")
    assert list(measured(repository.path)) == [kept]


def test_missing_contents_leave_their_lines_unknown(repository: Repository) -> None:
    shas = [repository.commit(f"{number}", "a.txt", f"{number}\n" * number) for number in (1, 2, 3)]
    other = repository.commit("other", "b.txt", "x\n")
    after = repository.commit("after", "a.txt", "after\n")
    blob = repository.git("rev-parse", f"{shas[1]}:a.txt")
    (repository.path / ".git" / "objects" / blob[:2] / blob[2:]).unlink()
    rows = measured(repository.path)
    assert list(rows) == [*shas, other, after]
    assert [rows[sha].la for sha in rows] == [1, None, None, 1, 1]
    assert [rows[sha].entropy for sha in rows] == [0, None, None, 0, 0]
    assert [rows[sha].lt for sha in rows] == [0, 1, None, 0, None]
    assert [rows[sha].nuc for sha in rows] == [0, 1, 2, 0, 3]


CONFIGURATION = {
    "log.showRoot": "false",
    "diff.renames": "false",
    "diff.renameLimit": "1",
    "diff.algorithm": "histogram",
    "diff.orderFile": "nowhere",
    "diff.ignoreSubmodules": "all",
    "core.bigFileThreshold": "1",
    "core.attributesFile": "attributes",
}


def awkward(repository: Repository) -> Repository:
    """Moves, a submodule, and an edit that ways to compare lines see differently."""
    repository.write("x.c", "a\n" * 30)
    repository.write("y.c", "b\n" * 30)
    repository.commit("start", "a.py", "{\n}\n\n" * 9 + "end\n{\n}\n")
    repository.git("mv", "x.c", "other.c")
    repository.git("mv", "y.c", "another.c")
    repository.write("other.c", "a\n" * 29 + "c\n")
    repository.write("another.c", "b\n" * 29 + "c\n")
    first = repository.commit("move", "a.py", "end\n{\n}\n" + "{\n}\n\n" * 9)
    (repository.path / "sub").mkdir()  # else git would take it for deleted
    repository.git("update-index", "--add", "--cacheinfo", f"160000,{first},sub")
    second = repository.commit("add", ".gitmodules", '[submodule "sub"]\n\tpath = sub\n\turl = x\n\tignore = all\n')
    repository.git("update-index", "--cacheinfo", f"160000,{second},sub")
    repository.git("commit", "--quiet", "--message", "bump")
    return repository


@pytest.mark.parametrize("name", CONFIGURATION)
def test_configuration_of_the_clone_changes_nothing(repository: Repository, name: str) -> None:
    before = measured(awkward(repository).path)
    (repository.path / "attributes").write_text("*.py -diff\n")
    repository.git("config", name, CONFIGURATION[name])
    assert measured(repository.path) == before
    assert lines(repository.path, "config", name) == [CONFIGURATION[name]]


@pytest.mark.parametrize("committed", [False, True])
def test_attributes_and_names_that_come_later_change_no_row(repository: Repository, committed: bool) -> None:
    before = measured(awkward(repository).path)
    repository.write(".gitattributes", "*.py -diff\n*.c binary\n")
    repository.write(".mailmap", "Zoe <zoe@example.org> Ann <ann@example.org>\n")
    if committed:
        repository.commit("Attributes", "a.txt", GIT_AUTHOR_NAME="Zoe")
    assert list(measured(repository.path).items())[: len(before)] == list(before.items())


def test_a_bare_clone_a_worktree_and_a_submodule_are_measured_alike(repository: Repository, tmp_path: Path) -> None:
    awkward(repository)
    repository.write(".gitattributes", "*.py -diff\n")
    repository.commit("Attributes")
    expected = measured(repository.path)
    repository.git("clone", "--quiet", "--bare", str(repository.path), str(tmp_path / "bare"))
    repository.git("worktree", "add", "--quiet", str(tmp_path / "worktree"))
    inner = tmp_path / "inner"
    repository.git("clone", "--quiet", f"--separate-git-dir={tmp_path / 'modules'}", str(repository.path), str(inner))
    repository.git("-C", str(inner), "config", "core.worktree", str(inner))  # as submodules have it
    for path in (tmp_path / "bare", tmp_path / "worktree", inner):
        assert measured(path) == expected


def test_a_submodule_moved_on_is_a_line_added_and_a_line_deleted(repository: Repository) -> None:
    *_, bump = measured(awkward(repository).path).values()
    assert (bump.nf, bump.la, bump.ld) == (1, 1, 1)


def test_a_changed_mode_is_a_file_without_lines_and_a_link_a_line(repository: Repository) -> None:
    repository.commit("start", "a.sh", "x\n")
    (repository.path / "a.sh").chmod(0o755)
    (repository.path / "link").symlink_to("a.sh")
    repository.git("add", "--all")
    repository.git("commit", "--quiet", "--message", "mode and link")
    *_, row = measured(repository.path).values()
    assert (row.nf, row.la, row.ld) == (2, 1, 0)
