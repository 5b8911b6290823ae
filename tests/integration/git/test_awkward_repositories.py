"""Repositories as they are found: partial, shallow, bare, empty, rewritten, oddly encoded, hostile."""

import os
import stat
import subprocess
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from koalr_server.ingest.git import GitError, read_repository
from tests.integration.git.builder import SAFE, Repository
from tests.integration.git.conftest import Ingest


def clone(origin: Path, target: Path, *options: str) -> Path:
    """Clone over the file protocol, then put the origin out of reach."""
    subprocess.run(
        ["git", "-c", "protocol.file.allow=always", "clone", "--quiet", *options, f"file://{origin}", str(target)],
        check=True,
        env=os.environ | SAFE,
        capture_output=True,
    )
    origin.rename(origin.with_name("gone"))
    return target


@pytest.mark.parametrize("blob_filter", ["blob:none", "blob:limit=20"])
def test_a_partial_clone_keeps_every_commit_and_says_which_counts_it_lacks(
    repository: Repository, ingest: Ingest, tmp_path: Path, blob_filter: str
) -> None:
    repository.git("config", "uploadpack.allowFilter", "true")
    repository.commit("small", "s.txt", "x\n")
    for number in range(3):
        repository.commit(f"large {number}", "large.txt", f"{number}\n" * 100)
    repository.commit("small again", "s.txt", "y\n")
    path = clone(repository.path, tmp_path / "partial", f"--filter={blob_filter}", "--bare")
    counts = ingest(path)
    assert counts["commits"] == 5
    assert ingest.history is not None
    unknown = 5 if blob_filter == "blob:none" else 3
    assert ingest.history.commits_without_line_counts == unknown
    rows = ingest.rows("SELECT message, additions FROM commits ORDER BY committed_at")
    assert [row["additions"] for row in rows] == ([None] * 5 if unknown == 5 else [1, None, None, None, 1])
    assert {row["path"] for row in ingest.rows("SELECT path FROM commit_files")} == {"s.txt", "large.txt"}


def test_a_treeless_clone_keeps_every_commit(repository: Repository, ingest: Ingest, tmp_path: Path) -> None:
    repository.git("config", "uploadpack.allowFilter", "true")
    for number in range(3):
        repository.commit(f"c{number}")
    path = clone(repository.path, tmp_path / "treeless", "--filter=tree:0", "--bare")
    assert ingest(path)["commits"] == 3
    assert ingest.history is not None
    assert ingest.history.commits_without_line_counts == 3


def test_a_stripped_clone_keeps_the_commit_whose_content_is_gone(repository: Repository, ingest: Ingest) -> None:
    repository.commit("one", "a.txt", "1\n")
    repository.commit("two", "a.txt", "2\n")
    repository.commit("three", "b.txt", "3\n")
    blob = repository.git("rev-parse", "HEAD~1:a.txt")
    (repository.path / ".git" / "objects" / blob[:2] / blob[2:]).unlink()
    ingest(repository.path)
    rows = ingest.rows("SELECT message, additions FROM commits ORDER BY committed_at")
    assert rows == [
        {"message": "one", "additions": 1},
        {"message": "two", "additions": None},
        {"message": "three", "additions": 1},
    ]


def test_a_shallow_clone_is_said_to_be_one_and_can_be_deepened(
    repository: Repository, ingest: Ingest, tmp_path: Path
) -> None:
    for number in range(5):
        repository.commit(f"c{number}")
    path = tmp_path / "shallow"
    subprocess.run(
        [
            "git",
            "-c",
            "protocol.file.allow=always",
            "clone",
            "--quiet",
            "--depth=2",
            f"file://{repository.path}",
            str(path),
        ],
        check=True,
        env=os.environ | SAFE,
    )
    assert ingest(path)["commits_total"] == 2
    assert ingest.history is not None
    assert ingest.history.shallow
    subprocess.run(
        ["git", "-c", "protocol.file.allow=always", "fetch", "--quiet", "--unshallow"],
        cwd=path,
        check=True,
        env=os.environ | SAFE,
    )
    assert ingest(path)["commits_total"] == 5
    assert not ingest.history.shallow
    assert len(ingest.rows("SELECT 1 FROM commits WHERE len(parents) = 0")) == 1


def test_an_empty_repository_is_an_empty_result(repository: Repository, ingest: Ingest) -> None:
    counts = ingest(repository.path)
    assert (counts["commits_total"], counts["deployments"], counts["pull_requests"]) == (0, 0, {})


def test_a_bare_repository_uses_the_mailmap_of_its_head(repository: Repository, ingest: Ingest, tmp_path: Path) -> None:
    repository.write(".mailmap", "Ann Lee <ann@example.org>\n")
    repository.commit("start")
    path = clone(repository.path, tmp_path / "bare.git", "--bare")
    ingest(path)
    assert ingest.rows("SELECT author FROM commits") == [{"author": "Ann Lee"}]


def test_a_mailmap_joins_two_names_of_one_person(repository: Repository, ingest: Ingest) -> None:
    repository.commit("start", GIT_AUTHOR_NAME="ann", GIT_AUTHOR_EMAIL="old@example.org")
    repository.write(".mailmap", "Ann Lee <ann@example.org>\nAnn Lee <ann@example.org> <old@example.org>\n")
    repository.commit("again")
    ingest(repository.path)
    assert {row["author"] for row in ingest.rows("SELECT author FROM commits")} == {"Ann Lee"}


def test_bots_are_recognised(repository: Repository, ingest: Ingest) -> None:
    repository.commit("Bump x (#1)", GIT_AUTHOR_NAME="dependabot[bot]")
    repository.commit("Work (#2)", GIT_AUTHOR_NAME="Abbot Costello")
    ingest(repository.path)
    assert {row["number"]: row["is_bot"] for row in ingest.rows("SELECT number, is_bot FROM pull_request_facts")} == {
        1: True,
        2: False,
    }


def test_texts_that_are_not_utf_8_are_kept_readable(repository: Repository, ingest: Ingest) -> None:
    tree = repository.git("write-tree")
    raw = (
        b"tree "
        + tree.encode()
        + b"\nauthor J\xf6rg <j@example.org> 1735689600 +0000\ncommitter x <x@x> 1735689600 +0000\n\ncaf\xe9 (#4)\n"
    )
    sha = (
        subprocess.run(
            ["git", "hash-object", "-t", "commit", "-w", "--stdin", "--literally"],
            input=raw,
            cwd=repository.path,
            check=True,
            capture_output=True,
        )
        .stdout.decode()
        .strip()
    )
    repository.git("update-ref", "refs/heads/main", sha)
    ingest(repository.path)
    assert ingest.rows("SELECT sha FROM commits") == [{"sha": sha}]
    assert ingest.pull_requests()[4]["title"].startswith("caf")


def test_a_declared_encoding_is_decoded(repository: Repository, ingest: Ingest) -> None:
    repository.git("config", "i18n.commitEncoding", "ISO-8859-1")
    message = repository.path / "message"
    message.write_bytes("Größe (#6)".encode("latin-1"))
    repository.git("commit", "--quiet", "--allow-empty", "--file", "message")
    ingest(repository.path)
    assert ingest.pull_requests()[6]["title"] == "Größe"


def test_file_names_with_odd_bytes_are_kept(repository: Repository, ingest: Ingest) -> None:
    name = os.fsdecode(b'caf\xe9\t"quoted".txt')
    (repository.path / name).write_text("x\n")
    repository.git("add", "--all")
    repository.git("commit", "--quiet", "--message", "odd")
    ingest(repository.path)
    (row,) = ingest.rows("SELECT path, additions FROM commit_files")
    assert row == {"path": 'caf\\xe9\t"quoted".txt', "additions": 1}


def test_renames_are_followed_and_empty_commits_kept(repository: Repository, ingest: Ingest) -> None:
    repository.commit("start", "old.txt", "line\n" * 50)
    repository.git("mv", "old.txt", "new.txt")
    repository.git("commit", "--quiet", "--message", "rename")
    repository.git("commit", "--quiet", "--allow-empty", "--message", "nothing")
    ingest(repository.path)
    rows = {
        row["message"]: (row["additions"], row["deletions"])
        for row in ingest.rows("SELECT message, additions, deletions FROM commits")
    }
    assert rows == {"start": (50, 0), "rename": (0, 0), "nothing": (0, 0)}
    assert {row["path"] for row in ingest.rows("SELECT path FROM commit_files")} == {"old.txt", "new.txt"}


def test_a_submodule_is_a_path_like_any_other(
    repository: Repository, ingest: Ingest, new_repository: Callable[[str], Repository]
) -> None:
    inner = new_repository("inner")
    inner.commit("inner")
    repository.git("submodule", "--quiet", "add", str(inner.path), "lib")
    repository.git("commit", "--quiet", "--message", "submodule")
    assert ingest(repository.path)["commits"] == 1
    assert "lib" in {row["path"] for row in ingest.rows("SELECT path FROM commit_files")}


@pytest.mark.parametrize(
    ("seconds", "kept"),
    [
        ("4102444800", datetime(2100, 1, 1)),
        ("1", datetime(1970, 1, 1, 0, 0, 1)),
        ("-86400", None),
        ("99999999999999", None),
    ],
)
def test_impossible_dates_are_left_empty_and_the_commit_kept(
    repository: Repository, ingest: Ingest, seconds: str, kept: datetime | None
) -> None:
    tree = repository.git("write-tree")
    raw = f"tree {tree}\nauthor A <a@a> {seconds} +0000\ncommitter C <c@c> 1735689600 +0000\n\nodd date\n".encode()
    sha = (
        subprocess.run(
            ["git", "hash-object", "-t", "commit", "-w", "--stdin", "--literally"],
            input=raw,
            cwd=repository.path,
            check=True,
            capture_output=True,
        )
        .stdout.decode()
        .strip()
    )
    repository.git("update-ref", "refs/heads/main", sha)
    ingest(repository.path)
    (row,) = ingest.rows("SELECT authored_at FROM commits")
    assert row["authored_at"] in ((kept,) if kept else (None, datetime(1970, 1, 1), datetime(1969, 12, 31)))


def test_pull_requests_with_an_impossible_commit_date_are_read(repository: Repository, ingest: Ingest) -> None:
    repository.commit("One (#1)")
    repository.commit("Two (#2)")
    tree, parent = repository.git("write-tree"), repository.git("rev-parse", "HEAD")
    same = repository.git("log", "-1", "--format=%an <%ae>")
    raw = f"tree {tree}\nparent {parent}\nauthor {same} 1735689600 +0000\ncommitter {same} 999999999999999 +0000\n\nThree (#3)\n"
    command = ["git", "hash-object", "-t", "commit", "-w", "--stdin", "--literally"]
    made = subprocess.run(command, input=raw.encode(), cwd=repository.path, check=True, capture_output=True)
    repository.git("reset", "-q", "--hard", made.stdout.decode().strip())
    repository.commit("Four (#4)")
    ingest(repository.path)
    rows = ingest.rows("SELECT number FROM pull_request_signals ORDER BY number")
    assert [row["number"] for row in rows] == [1, 2, 3, 4]


def test_dates_in_the_future_are_kept_and_counted(repository: Repository) -> None:
    repository.commit("tomorrow", GIT_AUTHOR_DATE="@4102444800 +0000")
    history = read_repository(repository.path, now=datetime(2026, 1, 1, tzinfo=UTC))
    assert history.odd_dates == 1
    assert history.commits.column("authored_at")[0].as_py() == datetime(2100, 1, 1)


def test_a_second_run_adds_only_what_is_new(repository: Repository, ingest: Ingest) -> None:
    repository.commit("one")
    repository.commit("two (#2)")
    assert ingest(repository.path)["commits"] == 2
    assert ingest(repository.path)["commits"] == 0
    repository.commit("three (#3)")
    counts = ingest(repository.path)
    assert (counts["commits"], counts["commits_total"], set(ingest.pull_requests())) == (1, 3, {2, 3})
    assert ingest.history is not None
    assert ingest.history.commits.num_rows == 1


def test_a_rewritten_branch_forgets_what_it_left_behind(repository: Repository, ingest: Ingest) -> None:
    repository.commit("one")
    repository.commit("secret (#2)")
    ingest(repository.path)
    repository.git("reset", "--quiet", "--hard", "HEAD~1")
    repository.commit("clean (#3)")
    counts = ingest(repository.path)
    assert (counts["commits_removed"], counts["commits_total"], set(ingest.pull_requests())) == (1, 2, {3})


def test_a_rewritten_branch_whose_old_commits_were_collected(repository: Repository, ingest: Ingest) -> None:
    repository.commit("one")
    repository.commit("secret (#2)")
    ingest(repository.path)
    repository.git("reset", "--quiet", "--hard", "HEAD~1")
    repository.git("reflog", "expire", "--expire=now", "--all")
    repository.git("gc", "--quiet", "--prune=now")
    counts = ingest(repository.path)
    assert (counts["commits_removed"], counts["commits_total"]) == (1, 1)


def test_a_deleted_tag_takes_its_deployment_with_it(repository: Repository, ingest: Ingest) -> None:
    repository.commit("one")
    repository.tag("v1.0")
    repository.tag("v1.1")
    ingest(repository.path)
    repository.git("tag", "--delete", "v1.1")
    ingest(repository.path)
    assert [row["ref"] for row in ingest.rows("SELECT ref FROM deployments")] == ["v1.0"]


def test_pull_refs_are_not_read(repository: Repository, ingest: Ingest) -> None:
    repository.commit("one")
    repository.branch("topic")
    topic = repository.commit("never merged")
    repository.checkout("main")
    repository.git("update-ref", "refs/pull/1/head", topic)
    repository.git("branch", "--quiet", "-D", "topic")
    assert ingest(repository.path)["commits_total"] == 1


def test_a_detached_head_is_read_with_all_branches(repository: Repository, ingest: Ingest) -> None:
    repository.commit("one")
    repository.commit("two")
    repository.git("checkout", "--quiet", "--detach", "HEAD~1")
    assert ingest(repository.path)["commits_total"] == 2


def test_nothing_that_the_repository_names_is_run(
    repository: Repository, ingest: Ingest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    marker = tmp_path / "ran"
    script = tmp_path / "evil.sh"
    script.write_text(f'#!/bin/sh\necho "$0 $@" >> {marker}\nexit 0\n')
    script.chmod(script.stat().st_mode | stat.S_IXUSR)
    repository.write(".gitattributes", "*.txt diff=evil filter=evil\n")
    repository.commit("one", "a.txt", "1\n")
    repository.commit("two", "a.txt", "2\n")
    for setting in (
        "core.fsmonitor",
        "core.pager",
        "core.sshCommand",
        "core.askPass",
        "core.editor",
        "core.alternateRefsCommand",
        "diff.external",
        "diff.evil.command",
        "diff.evil.textconv",
        "filter.evil.clean",
        "filter.evil.smudge",
        "filter.evil.process",
        "gpg.program",
        "gpg.ssh.program",
        "credential.helper",
        "uploadpack.packObjectsHook",
        "pager.log",
        "interactive.diffFilter",
    ):
        repository.git("config", setting, str(script))
    repository.git("config", "log.showSignature", "true")
    repository.git("config", "core.hooksPath", str(tmp_path))
    repository.git("config", "remote.origin.url", "ext::" + str(script))
    repository.git("config", "extensions.partialClone", "origin")
    monkeypatch.setenv("GIT_EXTERNAL_DIFF", str(script))
    monkeypatch.setenv("GIT_PAGER", str(script))
    marker.unlink(missing_ok=True)
    blob = repository.git("rev-parse", "HEAD:a.txt")
    (repository.path / ".git" / "objects" / blob[:2] / blob[2:]).unlink()
    marker.unlink(missing_ok=True)
    assert ingest(repository.path)["commits"] == 2
    assert not marker.exists(), marker.read_text()


def test_the_environment_cannot_point_elsewhere(
    repository: Repository, ingest: Ingest, monkeypatch: pytest.MonkeyPatch, new_repository: Callable[[str], Repository]
) -> None:
    other = new_repository("other")
    for number in range(3):
        other.commit(str(number))
    repository.commit("one")
    monkeypatch.setenv("GIT_DIR", str(other.path / ".git"))
    assert ingest(repository.path)["commits"] == 1


def test_a_folder_inside_another_repository_is_no_repository(repository: Repository) -> None:
    repository.commit("one", "sub/a.txt")
    with pytest.raises(GitError, match="is not a git repository"):
        read_repository(repository.path / "sub")


def test_a_missing_folder_and_a_missing_git_are_one_sentence_each(
    tmp_path: Path, repository: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(GitError, match="is not a folder"):
        read_repository(tmp_path / "nowhere")
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(GitError, match="git is not installed"):
        read_repository(repository.path)


@pytest.mark.skipif(os.geteuid() != 0, reason="changing the owner of a folder needs root")
def test_a_repository_of_another_user_is_explained(repository: Repository) -> None:
    repository.commit("one")
    subprocess.run(["chown", "-R", "65534", str(repository.path)], check=True)
    with pytest.raises(GitError, match=r"git config --global --add safe\.directory"):
        read_repository(repository.path)


def test_a_broken_repository_fails_with_gits_reason_and_loads_nothing(repository: Repository, ingest: Ingest) -> None:
    repository.commit("one")
    repository.commit("two")
    parent = repository.git("rev-parse", "HEAD~1")
    (repository.path / ".git" / "objects" / parent[:2] / parent[2:]).unlink()
    with pytest.raises(GitError):
        ingest(repository.path)
    assert not ingest.rows("SELECT 1 FROM commits")


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("https://user:secret@github.com/acme/api.git", "acme/api"),
        ("git@github.com:acme/api.git", "acme/api"),
        ("ssh://git@host:22/group/sub/api", "group/sub/api"),
        ("/srv/git/api.git", "origin"),
        ("", "origin"),
    ],
)
def test_the_name_comes_from_the_remote_without_credentials(repository: Repository, url: str, name: str) -> None:
    repository.commit("one")
    if url:
        repository.git("config", "remote.origin.url", url)
    assert read_repository(repository.path).repo == name
