"""The lock files hold what the requirements name, every package with hashes; the scans of `make audit` find what they look for."""

import json
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from importlib.util import find_spec
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LOCKS = {
    "requirements.lock": ("requirements.txt",),
    "requirements-dev.lock": ("requirements.txt", "requirements-shared.txt", "requirements-dev.txt"),
    "requirements-shared.lock": ("requirements-shared.txt",),
}
ENTRY = re.compile(
    r"^([a-z0-9-]+)==(\S+)( ; [^\\]+)? \\\n((?:    --hash=sha256:[0-9a-f]{64}(?: \\)?\n)+)", re.MULTILINE
)


def text(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def locked(name: str) -> dict[str, str]:
    """Versions by package."""
    return {found[1]: found[2] for found in ENTRY.finditer(text(name))}


@pytest.mark.parametrize("name", LOCKS)
def test_a_lock_is_nothing_but_packages_with_hashes(name: str) -> None:
    assert len(locked(name)) >= 4
    assert ENTRY.sub("", text(name)) == ""


@pytest.mark.parametrize("name", LOCKS)
def test_a_lock_holds_every_requirement_in_its_version(name: str) -> None:
    wanted = [line.split("==") for source in LOCKS[name] for line in text(source).splitlines() if "==" in line]
    assert len(wanted) >= 3
    found = locked(name)
    for package, version in wanted:
        assert found[package.lower()] == version, "run make lock"


def test_what_runs_is_what_is_tested() -> None:
    for name in ("requirements.lock", "requirements-shared.lock"):
        assert locked(name).items() <= locked("requirements-dev.lock").items()


def test_what_is_deployed_is_installed_with_hashes() -> None:
    for name in ("deploy/Dockerfile", "docs/DEPLOY.md"):
        installed = re.findall(r"pip install (.*)$", text(name), re.MULTILINE)
        assert installed
        assert all(re.search(r"--require-hashes -r requirements(-shared)?\.lock", line) for line in installed)
    assert '"--require-hashes"' in text("scripts/environment.py")


class Advisories(BaseHTTPRequestHandler):
    """OSV, knowing of a hole in one package or of none."""

    vulnerable = ""

    def do_POST(self) -> None:
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        hole = {
            "id": "OSV-1",
            "modified": "2026-01-01T00:00:00Z",
            "published": "2026-01-01T00:00:00Z",
            "summary": "a hole",
            "details": "a hole",
            "affected": [
                {
                    "package": {"name": self.vulnerable, "ecosystem": "PyPI"},
                    "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "999"}]}],
                }
            ],
        }
        body = json.dumps({"vulns": [hole]} if asked["package"]["name"] == self.vulnerable else {}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def osv() -> Iterator[str]:
    """Its address."""
    with HTTPServer(("127.0.0.1", 0), Advisories) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/v1/query"
        server.shutdown()
        thread.join()


def audit(osv_url: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "scripts/advisories.py", "--osv-url", osv_url]
    return subprocess.run(command, capture_output=True, text=True, cwd=ROOT, check=False)


@pytest.mark.skipif(not find_spec("pip_audit"), reason="needs pip-audit")
class TestAdvisories:
    """What `make audit` says of packages."""

    def test_a_known_vulnerability_fails_with_package_and_repair(
        self, osv: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(Advisories, "vulnerable", "urllib3")
        done = audit(osv)
        assert done.returncode == 1
        assert re.match(r"error: urllib3 [0-9.]+: OSV-1, repaired in 999\n", done.stderr)

    def test_none_is_silence(self, osv: str) -> None:
        done = audit(osv)
        assert (done.returncode, done.stdout, done.stderr) == (0, "", "")

    def test_nobody_to_ask_is_said_and_no_failure(self) -> None:
        done = audit("http://127.0.0.1:1/v1/query")
        assert done.returncode == 0
        assert done.stderr.startswith("note: no advisories were looked up (")


@pytest.mark.skipif(not find_spec("detect_secrets"), reason="needs detect-secrets")
class TestLeaks:
    """What `make audit` says of secrets."""

    @pytest.mark.parametrize(
        "leak",
        [
            'aws_key = "AKIA' + 'QYLPMN5HHHFPZAM2"',
            "-----BEGIN RSA PRIVATE" + " KEY-----",
            'password = "correct-horse' + '-battery-9"',
            "https://me:hushhush7" + "@example.com/",
            'token = "ghp_' + '1234567890abcdefghijklmnopqrstuvwxyz"',
        ],
    )
    def test_a_secret_is_found(self, tmp_path: Path, leak: str) -> None:
        from scripts.leaks import found_in

        (tmp_path / "settings.py").write_text(f"{leak}\n")
        assert list(found_in([str(tmp_path / "settings.py")]))

    def test_the_baseline_knows_places_of_this_repository_alone(self) -> None:
        from scripts.leaks import known

        assert known()
        assert all((ROOT / name).is_file() for name, _ in known())
        assert str(ROOT) not in text(".secrets.baseline")
