"""The data folder is its owner's alone, whatever the umask and whoever made it; where it is not, doctor says so."""

import os
import socket
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from koalr_server.errors import StoreError
from koalr_server.store import gateway
from koalr_server.store.gateway import RemoteAccess, socket_path
from tests.integration.server.test_command_line import ROOT, koalr


def modes(folder: Path) -> dict[str, int]:
    """What others may do with the folder and each thing in it."""
    return {path.name: stat.S_IMODE(path.stat().st_mode) & 0o077 for path in (folder, *folder.rglob("*"))}


def careless(*words: str) -> subprocess.Popen[str]:
    """A command started by somebody who shares everything."""
    return subprocess.Popen(
        [sys.executable, "-m", "koalr_server", *words], stdout=subprocess.PIPE, text=True, cwd=ROOT, umask=0
    )


def test_a_new_folder_and_all_in_it_are_closed_while_a_server_writes(tmp_path: Path) -> None:
    data = tmp_path / "data"
    server = careless("serve", "--port", "0", "--data", str(data))
    assert server.stdout is not None
    server.stdout.readline()
    koalr("import", "teams", "-", "--data", str(data), stdin='{"name": "Growth"}')
    found = modes(data)
    server.terminate()
    server.communicate(timeout=20)
    assert {"koalr.duckdb", "koalr.duckdb.wal", "koalr.sock"} < set(found)
    assert set(found.values()) == {0}


def test_files_in_a_folder_that_is_open_are_closed_and_doctor_warns(tmp_path: Path) -> None:
    data = tmp_path / "open"
    data.mkdir()
    data.chmod(0o755)
    careless("keys", "create", "--name", "x", "--data", str(data)).communicate(timeout=60)
    assert modes(data) == {"open": 0o055, "koalr.duckdb": 0}
    told = koalr("doctor", "--json", "--data", str(data))
    assert told.returncode == 0
    assert told.stderr.startswith(f"warning: Others on this machine may enter the data folder {data} (mode 0755)")
    (data / "koalr.duckdb").chmod(0o644)
    told = koalr("doctor", "--data", str(data))
    assert "and read or change koalr.duckdb;" in told.stderr
    subprocess.run(told.stderr.rpartition("Close it: ")[2], shell=True, check=True)
    assert set(modes(data).values()) == {0}
    assert koalr("doctor", "--data", str(data)).stderr == ""


def test_a_socket_of_somebody_else_is_told_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket(socket.AF_UNIX) as trap:
        trap.bind(str(socket_path(tmp_path)))
        trap.listen()
        mine = os.getuid()
        monkeypatch.setattr(gateway.os, "getuid", lambda: mine + 1)
        monkeypatch.setattr(
            Path, "stat", lambda path: os.stat_result((0, 0, 0, 0, mine + (path == tmp_path), *range(5)))
        )
        with pytest.raises(StoreError, match="somebody else's"):
            RemoteAccess(tmp_path).call("content", {})
