"""What `make run` says when something is in its way, before anything slow is done."""

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from scripts import environment
from tests.integration.git.builder import Repository

ROOT = Path(__file__).parents[2]


def run(**variables: str) -> subprocess.CompletedProcess[str]:
    """Run the launcher as make does."""
    return subprocess.run(
        [sys.executable, "scripts/run.py"],
        cwd=ROOT,
        env=os.environ | variables,
        capture_output=True,
        text=True,
        timeout=60,
    )


def test_a_taken_port_is_one_sentence_with_a_way_out() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        answer = run(PORT=str(port))
    assert answer.returncode == 1
    assert answer.stderr == (
        f"error: port {port} on 127.0.0.1 cannot be used (Address already in use); "
        f"stop the other program or run make run PORT={port + 1}\n"
    )


@pytest.mark.parametrize("port", ["x", "0", "70000"])
def test_a_port_that_is_none_is_one_sentence(port: str) -> None:
    assert run(PORT=port).stderr == f"error: PORT={port} is not a port; use a number from 1 to 65535.\n"


def test_a_folder_that_is_not_there_is_one_sentence() -> None:
    assert run(REPO="/nowhere").stderr == "error: REPO=/nowhere is not a folder; give the path of a git clone.\n"


def test_a_missing_git_is_one_sentence(tmp_path: Path) -> None:
    answer = run(REPO=str(tmp_path), PATH=str(tmp_path))
    assert answer.stderr == "error: git is not installed; install it first (for example: apt-get install git).\n"


def test_a_python_too_old_is_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(environment.sys, "version_info", (3, 9, 2))
    with pytest.raises(
        SystemExit, match=r"error: Python 3\.11 or newer is needed, this is 3\.9; install it or run make PYTHON="
    ):
        environment.check_python()


def test_an_environment_that_is_a_link_is_not_emptied(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    theirs = tmp_path / "theirs"
    theirs.mkdir()
    (theirs / "package").write_text("")
    (tmp_path / ".venv").symlink_to(theirs)
    monkeypatch.setattr(environment, "VENV", str(tmp_path / ".venv"))
    monkeypatch.setattr(environment, "PYTHON", str(tmp_path / ".venv" / "bin" / "python"))
    with pytest.raises(SystemExit, match=f"error: .venv is a link to {theirs}, which setting up would empty"):
        environment.set_up()
    assert (theirs / "package").exists()


@pytest.mark.parametrize(
    ("arguments", "status", "says"),
    [
        ([], 1, "error: the tests need redis-server and openssl; install it and run the same command again.\n"),
        (
            ["--optional"],
            0,
            "note: redis-server and openssl cannot be installed here; tests that need it are skipped.\n",
        ),
    ],
)
def test_a_redis_that_cannot_be_had_is_one_sentence(
    tmp_path: Path, arguments: list[str], status: int, says: str
) -> None:
    command = [sys.executable, "scripts/redis_server.py", *arguments]
    done = subprocess.run(command, cwd=ROOT, env={"PATH": str(tmp_path)}, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (status, says)


@pytest.mark.skipif(any(Path("/usr/lib/postgresql").glob("*/bin/postgres")), reason="Debian's PostgreSQL is here")
@pytest.mark.parametrize(
    ("arguments", "status", "says"),
    [
        ([], 1, "error: these tests need PostgreSQL; install it and run the same command again.\n"),
        (["--optional"], 0, "note: PostgreSQL cannot be installed here; tests that need it are skipped.\n"),
    ],
)
def test_a_postgresql_that_cannot_be_had_is_one_sentence(
    tmp_path: Path, arguments: list[str], status: int, says: str
) -> None:
    command = [sys.executable, "scripts/postgres_server.py", *arguments]
    done = subprocess.run(command, cwd=ROOT, env={"PATH": str(tmp_path)}, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (status, says)


def test_a_path_that_is_no_repository_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "plain").mkdir()
    answer = subprocess.run(
        [sys.executable, "-m", "koalr_server", "ingest", "git", str(tmp_path / "plain"), "--data", str(tmp_path / "d")],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    assert answer.returncode == 1
    assert (
        answer.stderr
        == f"error: {tmp_path / 'plain'} is not a git repository; give the folder that holds .git, or a bare clone.\n"
    )


def test_the_launcher_and_the_setup_are_readable_by_an_old_python() -> None:
    """They must run far enough on Python 3.6 to say that it is too old."""
    import ast

    for name in ("run.py", "environment.py"):
        ast.parse((ROOT / "scripts" / name).read_text(encoding="utf-8"), feature_version=(3, 6))


def test_streamlit_on_a_folder_in_use_ends_with_one_sentence(tmp_path: Path) -> None:
    holder = subprocess.Popen(
        [sys.executable, "-m", "koalr_server", "serve", "--port", "0", "--data", str(tmp_path)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
    )
    try:
        assert holder.stdout is not None
        holder.stdout.readline()
        answer = subprocess.run(
            [sys.executable, "-m", "streamlit", "run", "app.py", "--server.port", "0"],
            cwd=ROOT,
            env=os.environ | {"KOALR_DATA_DIR": str(tmp_path)},
            capture_output=True,
            text=True,
            timeout=60,
        )
    finally:
        holder.terminate()
        holder.communicate(timeout=20)
    assert answer.returncode == 1
    assert (
        f"error: A server already runs on the data folder {tmp_path}; stop it or choose another --data."
        in answer.stderr
    )
    assert "Traceback" not in answer.stderr


def test_a_read_only_look_at_a_repository_changes_nothing_in_it(tmp_path: Path) -> None:
    repository = Repository(tmp_path / "origin")
    repository.commit("one")
    before = {path: path.stat().st_mtime_ns for path in repository.path.rglob("*")}
    subprocess.run(
        [sys.executable, "-m", "koalr_server", "ingest", "git", str(repository.path), "--data", str(tmp_path / "d")],
        cwd=ROOT,
        check=True,
        capture_output=True,
    )
    assert {path: path.stat().st_mtime_ns for path in repository.path.rglob("*")} == before
