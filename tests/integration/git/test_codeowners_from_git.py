"""CODEOWNERS out of a repository: which file was in force when, on the default branch."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from koalr_server.ingest.git.codeowners import LARGEST_BYTES
from tests.integration.git.builder import FIRST_MOMENT, STEP_SECS, Repository
from tests.integration.git.conftest import Ingest
from tests.integration.server.loaded import import_rows

START = datetime(1970, 1, 1) + timedelta(seconds=FIRST_MOMENT)
GITHUB, ROOT, DOCS = ".github/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS"


def after(steps: int) -> datetime:
    return START + timedelta(seconds=STEP_SECS * steps)


def versions(ingest: Ingest) -> list[tuple[datetime, str | None, str | None]]:
    rows = ingest.rows("SELECT * FROM codeowners WHERE repo = 'acme/api' ORDER BY known_from")
    return [(row["known_from"], row["path"], row["content"]) for row in rows]


def test_the_first_place_that_has_a_file_is_in_force_until_that_changes(ingest: Ingest, repository: Repository) -> None:
    repository.commit("nothing yet")
    repository.commit("docs", DOCS, "* @docs\n")
    repository.commit("root", ROOT, "* @root\n")
    repository.commit("hidden", DOCS, "* @other\n")
    repository.commit("github", GITHUB, "* @github\n")
    repository.git("rm", "--quiet", GITHUB, ROOT)
    repository.commit("gone")
    repository.git("rm", "--quiet", DOCS)
    repository.commit("all gone")
    ingest(repository.path)
    assert versions(ingest) == [
        (after(2), DOCS, "* @docs\n"),
        (after(3), ROOT, "* @root\n"),
        (after(5), GITHUB, "* @github\n"),
        (after(6), DOCS, "* @other\n"),
        (after(7), None, None),
    ]


@pytest.mark.parametrize("squashed", [False, True])
@pytest.mark.parametrize("told_later_secs", [None, 0, 2])
def test_a_pull_request_is_judged_by_the_rules_of_its_base(
    ingest: Ingest, repository: Repository, squashed: bool, told_later_secs: int | None
) -> None:
    """Ann's change makes her the owner of everything; a forge may tell the merge some seconds after the commit."""
    repository.commit("start", ROOT, "* @bo\n")
    repository.branch("mine")
    if squashed:
        repository.checkout("main")
        landed = repository.commit("Mine (#1)", ROOT, "* @ann\n")
    else:
        repository.commit("mine", ROOT, "* @ann\n")
        repository.checkout("main")
        landed = repository.merge("mine", message="Merge pull request #1 from acme/mine\n\nMine")
    repository.commit("Next (#2)", "b.txt")
    ingest(repository.path)
    rows = {"reviews": [commented(1), commented(2)]}
    if told_later_secs is not None:
        merged_at = datetime.fromtimestamp(int(repository.git("show", "-s", "--format=%ct", landed)), UTC)
        told = {"repo": "acme/api", "number": 1, "title": "Mine", "author": "ann", "mergeSha": landed}
        rows["pull_requests"] = [{**told, "mergedAt": merged_at + timedelta(seconds=told_later_secs)}]
    import_rows(ingest.database, rows)
    found = ingest.rows("SELECT codeowners_compliance FROM pull_request_signals ORDER BY number")
    assert [row["codeowners_compliance"] for row in found] == [False, True]


def commented(number: int) -> dict[str, Any]:
    review = {"repo": "acme/api", "number": number, "reviewer": "cleo", "state": "commented"}
    return {**review, "submittedAt": START}


def test_a_version_from_a_branch_counts_from_its_merge(ingest: Ingest, repository: Repository) -> None:
    repository.commit("first")
    repository.branch("owners")
    repository.commit("owners", ROOT, "* @a\n")
    repository.checkout("main")
    repository.commit("meanwhile", "b.txt")
    ingest(repository.path)
    assert versions(ingest) == []
    repository.merge("owners", message="Merge pull request #1 from acme/owners")
    ingest(repository.path)
    assert versions(ingest) == [(after(4), ROOT, "* @a\n")]


def test_a_file_that_only_a_merge_brought_is_found(ingest: Ingest, repository: Repository) -> None:
    repository.commit("first")
    repository.branch("side")
    repository.commit("side", "b.txt")
    repository.checkout("main")
    repository.git("merge", "--quiet", "--no-ff", "--no-commit", "side")
    merged = repository.commit("Merge side", ROOT, "* @a\n")
    assert len(repository.git("show", "--no-patch", "--format=%P", merged).split()) == 2
    ingest(repository.path)
    assert versions(ingest) == [(after(3), ROOT, "* @a\n")]


def test_a_second_reading_changes_nothing_and_a_rewritten_branch_takes_its_versions_away(
    ingest: Ingest, repository: Repository
) -> None:
    repository.commit("first", ROOT, "* @a\n")
    kept = repository.commit("second", "b.txt")
    repository.commit("third", ROOT, "* @b\n")
    ingest(repository.path)
    both = versions(ingest)
    ingest(repository.path)
    assert ingest.history is not None
    assert ingest.history.codeowners is None
    assert versions(ingest) == both
    repository.git("reset", "--quiet", "--hard", kept)
    ingest(repository.path)
    assert versions(ingest) == both[:1]


def test_order_of_commits_holds_where_dates_go_backwards(ingest: Ingest, repository: Repository) -> None:
    repository.commit("first", ROOT, "* @a\n")
    repository.moment -= 10 * STEP_SECS
    repository.commit("second", ROOT, "* @b\n")
    ingest(repository.path)
    assert versions(ingest) == [(after(1), ROOT, "* @b\n")]


@pytest.mark.parametrize("options", [["--bare"], ["--bare", "--filter=blob:none"], ["--depth=1"]])
def test_clones_of_every_kind_know_the_newest_version(
    ingest: Ingest, repository: Repository, tmp_path: Path, options: list[str]
) -> None:
    repository.commit("first", ROOT, "* @a\n")
    repository.commit("second", ROOT, "* @b\n")
    repository.git("config", "uploadpack.allowFilter", "true")
    clone = tmp_path / "clone"
    repository.git("clone", "--quiet", *options, f"file://{repository.path}", str(clone))
    ingest(clone)
    newest = versions(ingest)[-1]
    assert newest[:2] == (after(2), ROOT)
    # Without file contents it is known that there is a file, and not what it says.
    assert newest[2] == (None if "--filter=blob:none" in options else "* @b\n")


def test_a_clone_without_old_contents_still_reads_the_file_checked_out(
    ingest: Ingest, repository: Repository, tmp_path: Path
) -> None:
    repository.commit("first", ROOT, "* @a\n")
    repository.commit("second", ROOT, "* @b\n")
    repository.git("config", "uploadpack.allowFilter", "true")
    repository.git("clone", "--quiet", "--filter=blob:none", f"file://{repository.path}", str(tmp_path / "clone"))
    ingest(tmp_path / "clone")
    assert versions(ingest) == [(after(1), ROOT, None), (after(2), ROOT, "* @b\n")]


def test_a_treeless_clone_has_none_and_is_read_all_the_same(
    ingest: Ingest, repository: Repository, tmp_path: Path
) -> None:
    repository.commit("first", ROOT, "* @a\n")
    repository.git("config", "uploadpack.allowFilter", "true")
    clone = tmp_path / "clone"
    repository.git("clone", "--quiet", "--bare", "--filter=tree:0", f"file://{repository.path}", str(clone))
    assert ingest(clone)["commits"] == 1
    assert versions(ingest) == []


def test_a_file_too_large_for_github_is_in_force_and_says_nothing(ingest: Ingest, repository: Repository) -> None:
    repository.commit("large", ROOT, "#" * (LARGEST_BYTES + 1))
    repository.commit("docs", DOCS, "* @docs\n")
    ingest(repository.path)
    assert versions(ingest) == [(after(1), ROOT, None)]


def test_links_are_no_files_and_bytes_that_are_no_text_are_replaced(ingest: Ingest, repository: Repository) -> None:
    (repository.path / ROOT).symlink_to("elsewhere")
    (repository.path / "docs").mkdir()
    (repository.path / DOCS).write_bytes(b"* @a \xff\n")
    repository.commit("both")
    ingest(repository.path)
    assert versions(ingest) == [(after(1), DOCS, "* @a \ufffd\n")]


def test_an_empty_repository_has_none(ingest: Ingest, new_repository: Callable[[str], Repository]) -> None:
    ingest(new_repository("empty").path)
    assert versions(ingest) == []
