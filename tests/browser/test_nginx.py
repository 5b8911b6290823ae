"""deploy/nginx.conf as it is, but for names and ports: TLS, the WebSocket, deep links, TVs; at the root and below a path."""

import getpass
import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import requests
from playwright.sync_api import Browser, expect

from tests.browser.conftest import ROOT, Dashboard, free_port, settled
from tests.browser.test_api_documentation import WATCH
from tests.browser.test_first_visit import CHARTS, team_id
from tests.browser.test_login import CHART, LOG_IN, SECRETS
from tests.browser.viewer import shown

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not (shutil.which("nginx") and shutil.which("openssl")), reason="needs nginx and openssl"),
    pytest.mark.filterwarnings("ignore:Unverified HTTPS request"),
]

MAIN = """user {user};
daemon off;
pid {folder}/pid;
error_log {folder}/error.log;
events {{}}
http {{
    include /etc/nginx/mime.types;
    access_log off;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    include {folder}/site.conf;
}}
"""


def listening(port: int) -> bool:
    """Whether a connection can be made."""
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def certificate(folder: Path) -> None:
    """A key and a certificate of its own in the folder."""
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1", "-subj", "/CN=127.0.0.1"]
    subprocess.run(
        [*command, "-keyout", f"{folder}/key.pem", "-out", f"{folder}/certificate.pem"], check=True, capture_output=True
    )


def site(folder: Path, dashboard_port: str, ports: tuple[int, int], path: str) -> str:
    """The file we ship with what an administrator changes, and nothing else."""
    text = (ROOT / "deploy" / "nginx.conf").read_text(encoding="utf-8")
    changes = {
        "    listen [::]:80;\n": "",
        "    listen [::]:443 ssl;\n": "",
        "listen 80;": f"listen 127.0.0.1:{ports[0]};",
        "listen 443 ssl;": f"listen 127.0.0.1:{ports[1]} ssl;",
        "/etc/ssl/certs/metrics.acme.com.pem": f"{folder}/certificate.pem",
        "/etc/ssl/private/metrics.acme.com.key": f"{folder}/key.pem",
        "server 127.0.0.1:8501;": f"server 127.0.0.1:{dashboard_port};",
        "# 10.1.0.0/16 1;": "127.0.0.2 1;",
        "location / {": f"location {path}/ {{",
    }
    for old, new in changes.items():
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    return text


@contextmanager
def proxied(folder: Path, dashboard: Dashboard, path: str = "") -> Iterator[tuple[str, str]]:
    """nginx in front of a dashboard; yields its HTTPS and its HTTP address, both with the path."""
    certificate(folder)
    ports = free_port(), free_port()
    (folder / "site.conf").write_text(site(folder, dashboard.url.rpartition(":")[2], ports, path))
    (folder / "main.conf").write_text(MAIN.format(user=getpass.getuser(), folder=folder))
    process = subprocess.Popen(["nginx", "-e", "stderr", "-c", str(folder / "main.conf")], stderr=subprocess.PIPE)
    try:
        deadline = time.monotonic() + 10
        while not listening(ports[1]):
            assert process.poll() is None, process.stderr and process.stderr.read().decode()
            assert time.monotonic() < deadline, (folder / "error.log").read_text()
        yield f"https://127.0.0.1:{ports[1]}{path}", f"http://127.0.0.1:{ports[0]}{path}"
    finally:
        process.terminate()
        process.wait(timeout=10)
        if process.stderr:
            process.stderr.close()


@pytest.fixture(scope="module")
def at_root(start: Callable[..., Dashboard], tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, str]]:
    """An open dashboard behind nginx."""
    folder = tmp_path_factory.mktemp("nginx")
    found = start(tmp_path_factory.mktemp("root"), KOALR_TRUSTED_PROXIES="127.0.0.1", FORWARDED_ALLOW_IPS="")
    with proxied(folder, found) as addresses:
        yield addresses


@pytest.fixture(scope="module")
def below(start: Callable[..., Dashboard], tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, str]]:
    """A dashboard with a log-in behind nginx, below a path; TVs come from 127.0.0.2."""
    folder = tmp_path_factory.mktemp("nginx")
    secrets = folder / "secrets.toml"
    text = SECRETS.format(secret="s" * 64, client_id="a", client_secret="b", url="http://127.0.0.1:9")
    secrets.write_text(text.replace("/oauth2callback", "/metrics/oauth2callback"))
    found = start(
        tmp_path_factory.mktemp("below"),
        STREAMLIT_SERVER_BASE_URL_PATH="metrics",
        STREAMLIT_SECRETS_FILES=str(secrets),
        KOALR_TV_HEADER="X-Koalr-TV",
        KOALR_TRUSTED_PROXIES="127.0.0.1",
        FORWARDED_ALLOW_IPS="",
    )
    with proxied(folder, found, "/metrics") as addresses:
        yield addresses


def test_a_deep_link_draws_its_charts_over_https(at_root: tuple[str, str], browser: Browser) -> None:
    context = browser.new_context(ignore_https_errors=True)
    page = context.new_page()
    sockets: list[str] = []
    page.on("websocket", lambda socket: sockets.append(socket.url))
    page.add_init_script(WATCH)
    page.goto(f"{at_root[0]}/dora?team={team_id('Platform')}&days=90")
    settled(page, CHARTS["/dora"])
    expect(page.get_by_role("combobox", name="Team")).to_have_value("Platform")
    assert page.evaluate("window.refused") == []
    assert sockets
    assert all(url.startswith("wss://") for url in sockets)
    context.close()


def test_what_nginx_adds(at_root: tuple[str, str]) -> None:
    secure, insecure = at_root
    shell = requests.get(f"{secure}/", timeout=10, verify=False)
    assert shell.headers["Strict-Transport-Security"] == "max-age=31536000"
    assert "frame-ancestors 'self'" in shell.headers["Content-Security-Policy"]
    (script,) = {part.split('"')[0] for part in shell.text.split('type="module" crossorigin src=".')[1:]}
    answer = requests.get(f"{secure}{script}", timeout=10, verify=False)
    assert answer.headers["Content-Encoding"] == "gzip"
    assert "max-age=31536000" in answer.headers["Cache-Control"]
    assert requests.get(f"{secure}/healthz", timeout=10, verify=False).json()["status"] == "ok"
    assert requests.get(f"{secure}/api/healthz", timeout=10, verify=False).json()["status"] == "ok"
    assert requests.get(f"{secure}/_stcore/metrics", timeout=10, verify=False).status_code == 404
    moved = requests.get(f"{insecure}/dora?days=7", timeout=10, allow_redirects=False)
    assert (moved.status_code, moved.headers["Location"]) == (301, "https://127.0.0.1/dora?days=7")


def test_below_a_path_everything_is_there(below: tuple[str, str], browser: Browser) -> None:
    secure, _ = below
    assert requests.get(f"{secure}/healthz", timeout=10, verify=False).json()["embeddedServer"] == "ready"
    assert requests.get(f"{secure}/api/readyz", timeout=10, verify=False).json() == {"status": "ready"}
    context = browser.new_context(ignore_https_errors=True)
    page = context.new_page()
    page.goto(f"{secure}/dora?days=7")
    expect(page.get_by_text(LOG_IN)).to_be_visible()
    assert page.url == f"{secure}/dora?days=7"
    context.close()


def test_nginx_tells_tvs_from_others(below: tuple[str, str]) -> None:
    assert CHART in shown(below[0], "kiosk=1", source="127.0.0.2")
    assert LOG_IN in shown(below[0], "kiosk=1")


def test_nobody_can_say_themselves_that_they_are_a_tv(below: tuple[str, str]) -> None:
    assert LOG_IN in shown(below[0], "kiosk=1", X_Koalr_TV="1", X_Forwarded_For="127.0.0.2")
