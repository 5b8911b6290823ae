"""`risk features`: the file it writes, and the one sentence when it cannot."""

import csv
import os
import subprocess
from pathlib import Path

import pytest

from koalr_server.commands.line import main
from koalr_server.commands.output import output
from koalr_server.errors import InputError
from koalr_server.ingest.git import read_changes
from koalr_server.risk.change_metrics import METRICS, ChangeHistory
from tests.integration.git.builder import SAFE, Repository

HEADER = "sha,date,ns,nd,nf,entropy,la,ld,lt,fix,ndev,age,nuc,exp,rexp,sexp\n"
Captured = pytest.CaptureFixture[str]


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    return Repository(tmp_path / "origin")


def features(repository: Path, out: Path | str) -> int:
    return main(["risk", "features", str(repository), "--out", str(out)])


def test_every_commit_but_merges_has_a_line_oldest_first(
    repository: Repository, tmp_path: Path, capsys: Captured
) -> None:
    first = repository.commit("Begin", "src/a.py", "1\n2\n")
    began = repository.moment
    repository.branch("feature")
    second = repository.commit("Fix it", "src/b c.py", "1\n")
    repository.checkout("main")
    repository.merge("feature", message="Merge branch 'feature'")
    repository.moment += 86_400
    third = repository.commit("Edit", "src/a.py", "1\n2\n3\n", GIT_AUTHOR_NAME="Bo")
    assert features(repository.path, tmp_path / "out.csv") == 0
    assert (tmp_path / "out.csv").read_bytes().decode() == (
        f"{HEADER}"
        f"{first},{began},1,1,1,0.0,2,0,0,0,0,0.0,0,0,0.0,0\n"
        f"{second},{began + 3600},1,1,1,0.0,1,0,0,1,0,0.0,0,1,1.0,1\n"
        f"{third},{repository.moment},1,1,1,0.0,1,0,2,0,1,1.125,1,0,0.0,0\n"
    )
    said = capsys.readouterr()
    assert said.out.startswith(f"{tmp_path / 'out.csv'}: 3 commits, ")
    assert said.err == ""


def test_the_columns_are_the_metrics_in_their_order() -> None:
    assert HEADER.strip().split(",")[2:] == list(METRICS)


def test_a_dash_writes_the_table_alone_to_standard_output(repository: Repository, capsys: Captured) -> None:
    sha = repository.commit("Begin")
    assert features(repository.path, "-") == 0
    rows = list(csv.DictReader(capsys.readouterr().out.splitlines()))
    assert [row["sha"] for row in rows] == [sha]


def test_reals_come_back_as_they_were(repository: Repository, capsys: Captured) -> None:
    repository.write("a.txt", "1\n")
    repository.commit("two files", "b.txt", "1\n2\n")
    assert features(repository.path, "-") == 0
    (row,) = csv.DictReader(capsys.readouterr().out.splitlines())
    (_, change), *_ = read_changes(repository.path).changes
    assert float(row["entropy"]) == ChangeHistory().measure(change).entropy


def test_an_empty_repository_gives_a_header_and_a_note(repository: Repository, capsys: Captured) -> None:
    assert features(repository.path, "-") == 0
    said = capsys.readouterr()
    assert said.out == HEADER
    assert said.err == "note: HEAD has no commits: there is nothing to measure yet\n"


def test_a_shallow_clone_is_measured_with_a_note(repository: Repository, tmp_path: Path, capsys: Captured) -> None:
    for number in range(3):
        repository.commit(str(number))
    cloning = ["git", "-c", "protocol.file.allow=always", "clone", "--quiet", "--depth=2", f"file://{repository.path}"]
    subprocess.run([*cloning, str(tmp_path / "shallow")], check=True, env=os.environ | SAFE)
    assert features(tmp_path / "shallow", "-") == 0
    said = capsys.readouterr()
    assert len(said.out.splitlines()) == 3
    assert "note: shallow clone" in said.err


def test_missing_contents_are_empty_cells_and_a_note(repository: Repository, capsys: Captured) -> None:
    repository.commit("one", "a.txt", "1\n")
    repository.commit("two", "b.txt", "2\n")
    blob = repository.git("rev-parse", "HEAD:b.txt")
    (repository.path / ".git" / "objects" / blob[:2] / blob[2:]).unlink()
    assert features(repository.path, "-") == 0
    said = capsys.readouterr()
    one, two = csv.DictReader(said.out.splitlines())
    assert (one["la"], two["la"], two["entropy"], two["nf"]) == ("1", "", "", "1")
    assert said.err.startswith("note: 1 commits touch contents that this clone lacks")


def test_a_clone_without_directories_is_one_sentence(repository: Repository, tmp_path: Path, capsys: Captured) -> None:
    repository.git("config", "uploadpack.allowFilter", "true")
    repository.commit("one")
    cloning = ["git", "-c", "protocol.file.allow=always", "clone", "--quiet", "--bare", "--filter=tree:0"]
    subprocess.run(
        [*cloning, f"file://{repository.path}", str(tmp_path / "treeless")], check=True, env=os.environ | SAFE
    )
    repository.path.rename(tmp_path / "gone")
    assert features(tmp_path / "treeless", tmp_path / "out.csv") == 1
    assert "lacks directory listings, so nothing can be measured" in capsys.readouterr().err
    assert not (tmp_path / "out.csv").exists()


@pytest.mark.parametrize(
    ("path", "out", "sentence"),
    [
        ("nowhere", "out.csv", "nowhere is not a folder; give the path of a git clone."),
        (".", "out.csv", "is not a git repository; give the folder that holds .git, or a bare clone."),
        ("origin", "missing/out.csv", "No such file or directory; name a file in a folder you may write to."),
        ("origin", "origin", "is not a regular file; name another one, or - for standard output."),
        ("origin", "origin/a.txt/out.csv", "Not a directory; name a file in a folder you may write to."),
        ("origin", "/dev/null", "/dev/null is not a regular file; name another one, or - for standard output."),
    ],
)
def test_what_cannot_be_done_is_one_sentence(
    repository: Repository, tmp_path: Path, capsys: Captured, path: str, out: str, sentence: str
) -> None:
    repository.commit("Begin")
    assert features(tmp_path / path, tmp_path / out) == 1
    said = capsys.readouterr()
    assert said.err.startswith("error: ")
    assert said.err.endswith(f"{sentence}\n")
    assert said.err.count("\n") == 1
    assert said.out == ""


def test_a_failure_half_way_leaves_the_file_as_it_was(tmp_path: Path) -> None:
    (tmp_path / "out.csv").write_text("old\n")

    def fail_half_way() -> None:
        with output(str(tmp_path / "out.csv")) as stream:
            stream.write("new\n")
            raise InputError("gone")

    with pytest.raises(InputError, match="gone"):
        fail_half_way()
    assert (tmp_path / "out.csv").read_text() == "old\n"
    assert [path.name for path in tmp_path.iterdir()] == ["out.csv"]


def test_a_full_disk_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"Cannot write .*: No space left on device; "), output(str(tmp_path / "x")):
        raise OSError(28, "No space left on device")
    assert list(tmp_path.iterdir()) == []


def test_a_link_stays_a_link_to_the_new_file(tmp_path: Path) -> None:
    (tmp_path / "real.csv").write_text("old\n")
    (tmp_path / "link.csv").symlink_to("real.csv")
    with output(str(tmp_path / "link.csv")) as stream:
        stream.write("new\n")
    assert (tmp_path / "link.csv").is_symlink()
    assert (tmp_path / "real.csv").read_text() == "new\n"
