"""Three servers of the API and two dashboards on one shared store, behind nginx with deploy/nginx-replicas.conf, without containers.

For trying it out and for the tests: `python scripts/replicas.py` starts everything in a temporary folder and says where it is.
Needs nginx, openssl, Redis and PostgreSQL (Debian has all of them).
"""

import getpass
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from tests.integration.client.redis_server import RedisServer  # noqa: E402
from tests.postgres import PASSWORD, PostgresServer, binaries, free_port  # noqa: E402

SERVERS, DASHBOARDS = 3, 2
START_SECS, END_SECS = 120, 60
MAIN = """user {user};
daemon off;
pid {folder}/pid;
error_log {folder}/error.log;
events {{ worker_connections 4096; }}
http {{
    include /etc/nginx/mime.types;
    log_format places '$upstream_addr $status $request';
    access_log {folder}/access.log places;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    include {folder}/site.conf;
}}
"""


def missing() -> list[str]:
    """What has to be installed first."""
    programs = [name for name in ("nginx", "openssl", "redis-server") if not shutil.which(name)]
    return programs + ([] if binaries() else ["postgres"])


class Topology:
    """All processes of it; each can be stopped and started again on its port.

    Args:
        through: the port by which whoever is on this machine reaches nginx's plain one; a test puts a bad network there.

    Attributes:
        url: of nginx, https with a certificate of its own.
        inside_url: of the API for the dashboards.
    """

    def __init__(
        self,
        folder: Path,
        redis: RedisServer,
        postgres: PostgresServer,
        dashboards: int,
        secret: str,
        through: Callable[[int], int],
    ) -> None:
        self._folder = folder
        self._postgres = postgres
        self._ports = {f"api{number}": free_port() for number in range(1, SERVERS + 1)}
        self._ports |= {f"dashboard{number}": free_port() for number in range(1, dashboards + 1)}
        self._nginx_ports = {"inside": free_port(), "http": free_port(), "https": free_port()}
        self.url = f"https://127.0.0.1:{self._nginx_ports['https']}"
        self.inside_url = f"http://127.0.0.1:{through(self._nginx_ports['inside'])}"
        self.log = folder / "access.log"
        self._running: dict[str, subprocess.Popen[bytes]] = {}
        password = "".join(f"%{byte:02x}" for byte in PASSWORD.encode())
        catalogue = f"koalr:{password}@127.0.0.1:{postgres.port}/{postgres.new_database()}"
        clean = {name: value for name, value in os.environ.items() if not name.startswith("KOALR_")}
        # One thread of the engine each: the machine is shared.
        self.environment = clean | {
            "KOALR_STORE_URL": f"ducklake:postgres://{catalogue}?data={folder}/store",
            "KOALR_CACHE_URL": redis.url,
            "KOALR_ENGINE_THREADS": "1",
            "KOALR_GITHUB_WEBHOOK_SECRET": secret,
        }
        self.key = ""

    def start(self) -> None:
        """A key, the servers, nginx, the dashboards."""
        command = [sys.executable, "-m", "koalr_server", "keys", "create", "--name", "dashboards", "--limit", "6000"]
        told = subprocess.run(command, cwd=ROOT, env=self.environment, capture_output=True, text=True, check=True)
        self.key = told.stdout.split()[-1]
        for name in self._ports:
            self.run(name)
        self._start_nginx()
        for name in self._ports:
            self.wait(name)

    def server_urls(self) -> list[str]:
        """Each server of the API by itself."""
        return [f"http://127.0.0.1:{port}" for name, port in self._ports.items() if name.startswith("api")]

    def port_of(self, name: str) -> int:
        """Where a process listens."""
        return self._ports[name]

    def processes(self) -> Mapping[str, int]:
        """The process ids of the servers and dashboards that run, by name."""
        # A copy, because others look while processes come and go.
        return {name: process.pid for name, process in list(self._running.items()) if name in self._ports}

    def logs(self) -> str:
        """What the processes said."""
        return "\n".join(path.read_text(errors="replace") for path in sorted(self._folder.glob("*.log")))

    def run(self, name: str) -> None:
        """Start one process, without waiting for it."""
        port = str(self._ports[name])
        environment = dict(self.environment)
        if name.startswith("api"):
            command = ["koalr_server", "serve", "--port", port, "--no-access-log"]
        else:
            command = ["streamlit", "run", "app.py", "--server.port", port]
            del environment["KOALR_STORE_URL"]
            environment |= {
                "KOALR_API_URL": self.inside_url,
                "KOALR_API_KEY": self.key,
            }
            environment["KOALR_CACHE_DIR"] = ""
        with (self._folder / f"{name}.log").open("ab") as log:
            self._running[name] = subprocess.Popen(
                [sys.executable, "-m", *command], cwd=ROOT, env=environment, stdout=log, stderr=log
            )

    def wait(self, name: str) -> None:
        """Until a process takes connections."""
        self._wait_for(self._ports[name], self._running[name], self._folder / f"{name}.log")

    def stop(self, name: str, how: signal.Signals = signal.SIGTERM) -> None:
        """End one process and wait for its end."""
        self._running[name].send_signal(how)
        self._running.pop(name).wait(timeout=END_SECS)

    def stop_catalogue(self) -> None:
        """End PostgreSQL at once; what was committed stays."""
        self._postgres.stop()

    def start_catalogue(self) -> None:
        """Start it again on its port."""
        self._postgres.start()

    def stop_all(self) -> None:
        """End everything that runs; what does not end by itself is killed."""
        for process in self._running.values():
            process.terminate()
        for process in self._running.values():
            try:
                process.wait(timeout=END_SECS)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        self._running.clear()

    def _start_nginx(self) -> None:
        subprocess.run(
            [
                *("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1", "-subj", "/CN=127.0.0.1"),
                *("-keyout", f"{self._folder}/key.pem", "-out", f"{self._folder}/certificate.pem"),
            ],
            check=True,
            capture_output=True,
        )
        (self._folder / "site.conf").write_text(self._site())
        (self._folder / "main.conf").write_text(MAIN.format(user=getpass.getuser(), folder=self._folder))
        self._running["nginx"] = subprocess.Popen(
            ["nginx", "-e", str(self._folder / "error.log"), "-c", str(self._folder / "main.conf")],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        self._wait_for(self._nginx_ports["https"], self._running["nginx"], self._folder / "error.log")

    def _site(self) -> str:
        """The file we ship with what an administrator changes, and nothing else."""
        text = (ROOT / "deploy" / "nginx-replicas.conf").read_text(encoding="utf-8")
        changes = {
            "    listen [::]:80;\n": "",
            "    listen [::]:443 ssl;\n": "",
            "listen 127.0.0.1:8600;": f"listen 127.0.0.1:{self._nginx_ports['inside']};",
            "listen 80;": f"listen 127.0.0.1:{self._nginx_ports['http']};",
            "listen 443 ssl;": f"listen 127.0.0.1:{self._nginx_ports['https']} ssl;",
            "/etc/ssl/certs/metrics.acme.com.pem": f"{self._folder}/certificate.pem",
            "/etc/ssl/private/metrics.acme.com.key": f"{self._folder}/key.pem",
        }
        for number in range(1, SERVERS + 1):
            changes[f"127.0.0.1:{8600 + number} "] = f"127.0.0.1:{self._ports[f'api{number}']} "
        for number in range(1, DASHBOARDS + 1):
            port = self._ports.get(f"dashboard{number}", 1)
            changes[f"127.0.0.1:{8500 + number} "] = f"127.0.0.1:{port} "
        for old, new in changes.items():
            if text.count(old) != 1:
                raise ValueError(f"deploy/nginx-replicas.conf should have {old!r} once.")
            text = text.replace(old, new)
        return text

    def _wait_for(self, port: int, process: "subprocess.Popen[bytes]", log: Path) -> None:
        deadline = time.monotonic() + START_SECS
        while True:
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    return
            if process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"It does not start: {log.read_text(encoding='utf-8', errors='replace')[-2000:]}")
            time.sleep(0.05)


@contextmanager
def topology(
    folder: Path, dashboards: int = DASHBOARDS, secret: str = "", through: Callable[[int], int] = int
) -> Iterator[Topology]:
    """Everything, running; ended and removed after."""
    with ExitStack() as stack:
        postgres = PostgresServer()
        stack.callback(postgres.remove)
        postgres.start()
        redis = RedisServer(folder)
        stack.callback(redis.stop)
        redis.start()
        found = Topology(folder, redis, postgres, dashboards, secret, through)
        stack.callback(found.stop_all)
        found.start()
        yield found


def main() -> None:
    """Run until interrupted."""
    if lacking := missing():
        sys.exit(f"error: needs {', '.join(lacking)}; on Debian: apt-get install nginx openssl redis-server postgresql")
    # Whatever ends this ends what it started.
    signal.signal(signal.SIGTERM, lambda _number, _frame: sys.exit(0))
    with tempfile.TemporaryDirectory(prefix="koalr-replicas-") as folder, topology(Path(folder)) as found:
        print(f"Dashboards and API on {found.url}/ (a certificate of its own); key: {found.key}", flush=True)
        try:
            signal.pause()
        except KeyboardInterrupt:
            print("ending", file=sys.stderr)


if __name__ == "__main__":
    main()
