"""The commands as a person runs them: what they print, their status, and the one sentence when something is wrong."""

import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import requests

from tests.integration.git.builder import Repository

KEY = re.compile(r"klr_live_[0-9A-Za-z]{32,}")
ROOT = Path(__file__).parents[3]


def koalr(*arguments: str, stdin: str = "", **environment: str) -> subprocess.CompletedProcess[str]:
    """Run one command to its end."""
    return subprocess.run(
        [sys.executable, "-m", "koalr_server", *arguments],
        input=stdin,
        capture_output=True,
        text=True,
        cwd=ROOT,
        env=os.environ | environment,
        timeout=120,
    )


@contextmanager
def serving(data: Path, *arguments: str) -> Iterator[str]:
    """A server process on a free port; yields its base URL."""
    process = subprocess.Popen(
        [sys.executable, "-m", "koalr_server", "serve", "--port", "0", "--data", str(data), *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=ROOT,
    )
    try:
        assert process.stdout is not None
        line = process.stdout.readline()
        found = re.search(r"http://[\d.]+:\d+", line)
        assert found, (line, process.stderr.read() if process.stderr else "")
        url = found[0]
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline:
            try:
                requests.get(f"{url}/api/healthz", timeout=5)
                break
            except requests.ConnectionError:
                continue
        yield url
    finally:
        process.terminate()
        process.communicate(timeout=20)


def test_sample_keys_and_serve_give_whitehalls_quarter(tmp_path: Path) -> None:
    loaded = koalr("sample", "load", "--no-shift", "--data", str(tmp_path))
    assert loaded.returncode == 0
    assert loaded.stdout == (
        "sample organisation: 9,266 deployments, 3,799 pull requests, 8,030 commits, 4,218 reviews, 1,508 work items, "
        "38 Copilot seats, 1,257 days of Copilot use, 54 repositories, 33 team memberships, 6 teams\n"
        "note: alphagov/whitehall db17a64fab2c139be84420e40f36425d5dd1444f is no known commit; the deployment is kept and ships no change\n"
    )
    key = koalr("keys", "create", "--name", "test", "--data", str(tmp_path)).stdout
    assert KEY.fullmatch(key.strip())
    with serving(tmp_path, "--as-of", "2025-03-31T23:59:59Z") as url:
        headers = {"X-Koalr-Key": key.strip()}
        teams = requests.get(f"{url}/api/v1/teams", headers=headers, timeout=10).json()["data"]
        team = next(row["id"] for row in teams if row["name"] == "Whitehall")
        dora = requests.get(
            f"{url}/api/v1/metrics/dora", params={"days": 90, "teamId": team}, headers=headers, timeout=10
        ).json()
    assert round(dora["deployFrequency"], 2) == 2.19


def test_commands_work_while_a_server_runs_and_take_effect_at_once(tmp_path: Path) -> None:
    with serving(tmp_path) as url:
        key = koalr("keys", "create", "--name", "live", "--data", str(tmp_path)).stdout.strip()
        headers = {"X-Koalr-Key": key}
        assert requests.get(f"{url}/api/v1/teams", headers=headers, timeout=10).json()["data"] == []
        imported = koalr("import", "teams", "-", "--data", str(tmp_path), stdin='{"name": "Platform"}\n')
        assert imported.stdout == "teams: 1 added, 0 updated, 0 unchanged\n"
        assert [
            row["name"] for row in requests.get(f"{url}/api/v1/teams", headers=headers, timeout=10).json()["data"]
        ] == ["Platform"]
        key_id = koalr("keys", "list", "--data", str(tmp_path)).stdout.split()[0]
        assert koalr("keys", "revoke", key_id, "--data", str(tmp_path)).returncode == 0
        assert requests.get(f"{url}/api/v1/teams", headers=headers, timeout=10).status_code == 401


def test_a_second_server_on_the_same_folder_says_so(tmp_path: Path) -> None:
    with serving(tmp_path):
        second = koalr("serve", "--port", "0", "--data", str(tmp_path))
    assert second.returncode == 1
    assert (
        second.stderr
        == f"error: A server already runs on the data folder {tmp_path}; stop it or choose another --data.\n"
    )


def test_a_killed_server_leaves_nothing_in_the_way(tmp_path: Path) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "koalr_server", "serve", "--port", "0", "--data", str(tmp_path)],
        stdout=subprocess.PIPE,
        cwd=ROOT,
    )
    assert process.stdout is not None
    process.stdout.readline()
    process.kill()
    process.communicate()
    assert koalr("sample", "load", "--data", str(tmp_path)).returncode == 0


def test_a_folder_locked_by_another_command_is_one_sentence(tmp_path: Path) -> None:
    holder = subprocess.Popen(
        [
            sys.executable,
            "-c",
            "import sys; from pathlib import Path; from koalr_server.store.database import Database;"
            "d = Database.open(Path(sys.argv[1])); print('open', flush=True); sys.stdin.read()",
            str(tmp_path),
        ],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        cwd=ROOT,
    )
    try:
        assert holder.stdout is not None
        holder.stdout.readline()
        answer = koalr("keys", "list", "--data", str(tmp_path))
    finally:
        holder.communicate(timeout=20)
    assert answer.returncode == 1
    assert (
        answer.stderr
        == f"error: The data folder {tmp_path} is in use by another command; wait for it to end or choose another --data.\n"
    )


def test_sample_and_real_data_do_not_mix(tmp_path: Path) -> None:
    koalr("sample", "load", "--data", str(tmp_path))
    answer = koalr("import", "teams", "-", "--data", str(tmp_path), stdin='{"name": "Platform"}\n')
    assert answer.returncode == 1
    assert "holds the sample organisation; real data cannot be mixed into it" in answer.stderr
    assert "Platform" not in koalr("keys", "list", "--data", str(tmp_path)).stdout


def test_importing_twice_changes_nothing_and_a_change_updates(tmp_path: Path) -> None:
    row = {"repo": "a/b", "env": "production", "status": "success", "deployedAt": "2025-01-01T00:00:00Z", "id": "7"}
    first, second, third = (
        koalr("import", "deployments", "-", "--data", str(tmp_path), stdin=json.dumps(row | {"status": status})).stdout
        for status in ("success", "success", "failure")
    )
    assert first == "deployments: 1 added, 0 updated, 0 unchanged\n"
    assert second == "deployments: 0 added, 0 updated, 1 unchanged\n"
    assert third == "deployments: 0 added, 1 updated, 0 unchanged\n"


def test_a_bad_line_is_named_and_the_good_ones_kept_unless_strict(tmp_path: Path) -> None:
    file = tmp_path / "teams.csv"
    file.write_text("name,createdAt\nPlatform,2025-01-01T00:00:00Z\nGrowth,soon\n")
    strict = koalr("import", "teams", str(file), "--strict", "--data", str(tmp_path / "d"))
    assert (strict.returncode, strict.stdout) == (1, "")
    assert "nothing was loaded" in strict.stderr
    lenient = koalr("import", "teams", str(file), "--data", str(tmp_path / "d"))
    assert lenient.returncode == 1
    assert (
        f'error: {file}, line 3: createdAt should be an ISO 8601 time such as 2025-03-31T18:22:00Z, got "soon"'
        in lenient.stderr
    )
    assert lenient.stdout == "teams: 1 added, 0 updated, 0 unchanged, 1 bad lines left out\n"


def test_ingest_prints_a_summary(tmp_path: Path) -> None:
    repository = Repository(tmp_path / "api")
    repository.commit("start")
    repository.tag("v1.0.0")
    repository.commit("Fix (#1)")
    repository.tag("v1.0.1-rc1")
    repository.tag("v1.0.1")
    answer = koalr("ingest", "git", str(repository.path), "--repo", "acme/api", "--data", str(tmp_path / "d"))
    assert answer.returncode == 0
    lines = answer.stdout.splitlines()
    assert lines[0] == "acme/api: 2 commits (2 new), 2025-01-01 to 2025-01-01"
    assert lines[1:4] == [
        "  pull requests  1 (1 by squash)",
        "  deployments    2 to production, from release tags (1 pre-releases beside them)",
        "  reverts        0",
    ]
    assert re.fullmatch(r"  took           \d+\.\d s", lines[-1])


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["ingest", "git", "/nowhere"], "error: /nowhere is not a folder; give the path of a git clone."),
        (["import", "teams", "/nowhere.csv"], "error: Cannot read /nowhere.csv: No such file or directory."),
        (
            ["import", "teams", "teams.txt"],
            "error: teams.txt: the name should end in .jsonl or .csv, which says how to read it.",
        ),
        (["keys", "revoke", "key_none"], "error: No key 'key_none'; `python -m koalr_server keys list` shows the ids."),
        (
            ["keys", "create", "--name", "x", "--team", "nobody"],
            "error: No team 'nobody' in this store; `GET /api/v1/teams` lists them.",
        ),
        (
            ["serve", "--workers", "2"],
            "error: A single-file store lets one process in, so --workers is 1; run replicas on a shared store instead.",
        ),
        (["serve", "--as-of", "yesterday"], "error: 'yesterday' is not a time; write it like 2025-03-31T23:59:59Z."),
    ],
)
def test_mistakes_are_one_sentence_and_a_status(tmp_path: Path, arguments: list[str], sentence: str) -> None:
    answer = koalr(*arguments, "--data", str(tmp_path / "d"))
    assert (answer.returncode, answer.stderr) == (1, sentence + "\n")


def test_a_taken_port_is_one_sentence(tmp_path: Path) -> None:
    with serving(tmp_path / "a") as url:
        port = url.rsplit(":", 1)[1]
        answer = koalr("serve", "--port", port, "--data", str(tmp_path / "b"))
    assert answer.returncode == 1
    assert (
        answer.stderr
        == f"error: Cannot listen on 127.0.0.1:{port}: Address already in use. Choose another --port or --host.\n"
    )


def test_a_data_folder_that_is_a_file_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    answer = koalr("keys", "list", "--data", str(tmp_path / "file"))
    assert answer.returncode == 1
    assert answer.stderr.startswith("error: Cannot open the store ")
    assert answer.stderr.count("\n") == 1


@pytest.mark.parametrize(
    "words",
    [
        ["doctor"],
        ["backtest"],
        ["keys", "list"],
        ["keys", "revoke", "key_1"],
        ["metrics", "list"],
        ["metrics", "show", "x"],
    ],
    ids=" ".join,
)
def test_what_only_looks_makes_no_folder(tmp_path: Path, words: list[str]) -> None:
    folder = tmp_path / "mistyped"
    koalr(*words, "--data", str(folder))
    assert not folder.exists()


def test_a_damaged_store_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "koalr.duckdb").write_bytes(b"not a database" * 1000)
    answer = koalr("keys", "list", "--data", str(tmp_path))
    assert answer.returncode == 1
    assert answer.stderr.startswith("error: Cannot open the store ")
    assert "Traceback" not in answer.stderr


def test_the_data_folder_is_for_its_owner_only(tmp_path: Path) -> None:
    koalr("keys", "create", "--name", "x", "--data", str(tmp_path / "d"))
    assert (tmp_path / "d").stat().st_mode & 0o077 == 0


def test_a_full_disk_is_one_sentence_and_the_store_stays_as_it_was(tmp_path: Path) -> None:
    koalr("import", "teams", "-", "--data", str(tmp_path), stdin='{"name": "Platform"}\n')
    rows = "\n".join(
        json.dumps({"team": "Platform", "login": f"person-{number}-{'x' * 200}"}) for number in range(20_000)
    )
    script = (
        "import resource, signal, sys; signal.signal(signal.SIGXFSZ, signal.SIG_IGN);"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (1_500_000, 1_500_000));"
        "from koalr_server.commands.line import main; sys.exit(main(sys.argv[1:]))"
    )
    answer = subprocess.run(
        [sys.executable, "-c", script, "import", "members", "-", "--data", str(tmp_path)],
        input=rows,
        capture_output=True,
        text=True,
        cwd=ROOT,
    )
    assert answer.returncode == 1
    # A slow machine says before that it is loading.
    assert answer.stderr.splitlines()[-1].startswith("error: The store could not be written")
    assert "Traceback" not in answer.stderr
    again = koalr("import", "members", "-", "--data", str(tmp_path), stdin=rows)
    assert again.stdout == "members: 20,000 added, 0 updated, 0 unchanged\n"


@pytest.mark.parametrize("name", ["", "  ", "two\nlines", "x" * 101])
def test_a_key_needs_a_name_that_fits_a_line(tmp_path: Path, name: str) -> None:
    answer = koalr("keys", "create", "--name", name, "--data", str(tmp_path))
    assert (answer.returncode, answer.stdout) == (1, "")
    assert "1 to 100 printable characters are expected" in answer.stderr
