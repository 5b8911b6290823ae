"""A PostgreSQL server of a test's own, with a password, run by somebody who is not root."""

import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from pathlib import Path

PASSWORD = "open sesame/&=?%+'"


def binaries() -> Path | None:
    """The folder of initdb and postgres: where Debian has the newest one, or on the PATH."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"), key=lambda path: int(path.parts[-3]))
    on_path = shutil.which("postgres")
    return found[-1].parent if found else Path(on_path).parent if on_path else None


def free_port() -> int:
    """A port nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


class PostgresServer:
    """Databases on the loopback address. initdb refuses to run as root, so nobody runs it then."""

    def __init__(self) -> None:
        found = binaries()
        assert found is not None
        self._binaries = found
        self._folder = Path(tempfile.mkdtemp(prefix="koalr-postgres-"))
        self._user = "nobody" if os.geteuid() == 0 else None
        if self._user:
            os.chown(self._folder, pwd.getpwnam(self._user).pw_uid, -1)
        self.port = free_port()
        self._process: subprocess.Popen[bytes] | None = None
        self._databases = 0
        (self._folder.parent / f"{self._folder.name}.password").write_text(PASSWORD)
        password = self._folder.parent / f"{self._folder.name}.password"
        password.chmod(0o644)
        try:
            self._run("initdb", "-D", str(self._data), "-U", "koalr", "-E", "UTF8", "--locale=C", "--auth=scram-sha-256",
                      f"--pwfile={password}", "--no-sync")  # fmt: skip
        finally:
            password.unlink()

    @property
    def _data(self) -> Path:
        return self._folder / "data"

    def _run(self, program: str, *arguments: str) -> str:
        done = subprocess.run(
            [self._binaries / program, *arguments],
            user=self._user,
            cwd=self._folder,
            env={"PATH": os.environ["PATH"], "PGPASSWORD": PASSWORD},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def start(self) -> None:
        """Start it, and wait until it answers."""
        options = {"listen_addresses": "127.0.0.1", "unix_socket_directories": "", "fsync": "off"}
        told = [part for name, value in options.items() for part in ("-c", f"{name}={value}")]
        self._process = subprocess.Popen(
            [self._binaries / "postgres", "-D", str(self._data), "-p", str(self.port), *told],
            user=self._user,
            cwd=self._folder,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        deadline = time.monotonic() + 60
        ready = [self._binaries / "pg_isready", "-q", "-h", "127.0.0.1", "-p", str(self.port), "-U", "koalr"]
        while subprocess.run(ready, check=False).returncode:
            assert self._process.poll() is None
            assert time.monotonic() < deadline
            time.sleep(0.05)

    def stop(self) -> None:
        """End it at once; its databases stay."""
        if self._process is not None:
            self._process.send_signal(signal.SIGINT)
            self._process.wait()
            self._process = None

    def query(self, database: str, sql: str) -> str:
        """What a statement answers."""
        server = ("-h", "127.0.0.1", "-p", str(self.port), "-U", "koalr")
        return self._run("psql", *server, "-d", database, "-qAtc", sql).strip()

    def new_database(self, template: str = "template1") -> str:
        """The name of a new database, a copy of another one that nobody uses now."""
        self._databases += 1
        name = f"lake{self._databases}"
        self.query("postgres", f"CREATE DATABASE {name} TEMPLATE {template}")
        return name

    def remove(self) -> None:
        """Stop it and delete everything."""
        self.stop()
        shutil.rmtree(self._folder)
