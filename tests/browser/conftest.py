"""The dashboard as a viewer gets it: the real process, a real browser."""

import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import requests
from playwright.sync_api import Browser, Page, expect, sync_playwright

from scripts.browser import installed

ROOT = Path(__file__).parents[2]
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
# The first start after an installation compiles what it imports.
START_SECS = 90
# A machine short of time is slow, not wrong.
expect.set_options(timeout=60_000)
READY = """() => {
    const app = document.querySelector('[data-testid="stApp"]');
    return app?.dataset.testConnectionState === 'CONNECTED' && app.dataset.testScriptState === 'notRunning';
}"""
DRAWN = "count => document.querySelectorAll('.js-plotly-plot .main-svg').length >= count"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def answers(url: str) -> bool:
    """Whether something listens there yet."""
    try:
        return requests.get(url, timeout=1).ok
    except requests.RequestException:
        return False


@dataclass
class Dashboard:
    """A running dashboard: its address, its data folder, what it printed."""

    url: str
    data: Path
    process: "subprocess.Popen[bytes]"
    port: int
    log: Path


@contextmanager
def starting(logs: Callable[[str], Path]) -> Iterator[Callable[..., Dashboard]]:
    """Start `streamlit run app.py` on a data folder and wait until it answers; `hurried`: with tests/browser/hurried.py.

    Args:
        logs: makes a folder, by its name.
    """
    running: list[subprocess.Popen[bytes]] = []

    def start_(data: Path, *, port: int | None = None, hurried: bool = False, **environment: str) -> Dashboard:
        port = port or free_port()
        command = "tests.browser.hurried" if hurried else "streamlit"
        log = logs("log") / "streamlit.log"
        clean = {name: value for name, value in os.environ.items() if not name.startswith("KOALR_")}
        with log.open("wb") as output:
            process = subprocess.Popen(
                [sys.executable, "-m", command, "run", "app.py", "--server.port", str(port)],
                cwd=ROOT,
                env=clean | {"KOALR_DATA_DIR": str(data)} | environment,
                stdout=output,
                stderr=subprocess.STDOUT,
            )
        running.append(process)
        deadline = time.monotonic() + START_SECS
        while not answers(f"http://127.0.0.1:{port}/healthz"):
            assert time.monotonic() < deadline, log.read_text()
            with suppress(subprocess.TimeoutExpired):
                pytest.fail(f"ended with {process.wait(timeout=0.1)}: {log.read_text()}")
        return Dashboard(f"http://127.0.0.1:{port}", data, process, port, log)

    try:
        yield start_
    finally:
        for process in running:
            process.terminate()
        for process in running:
            process.wait(timeout=60)


@pytest.fixture(scope="module")
def start(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., Dashboard]]:
    """See `starting`; what was started ends with the module, for it has work to do also when nobody looks."""
    with starting(tmp_path_factory.mktemp) as start_:
        yield start_


@pytest.fixture(scope="session")
def quarter(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Dashboard]:
    """The sample with its original dates, as of the end of March 2025."""
    data = tmp_path_factory.mktemp("data")
    subprocess.run(
        [sys.executable, "-m", "koalr_server", "sample", "load", "--no-shift", "--data", str(data)],
        cwd=ROOT,
        check=True,
    )
    with starting(tmp_path_factory.mktemp) as start_:
        yield start_(data, KOALR_AS_OF="2025-03-31T23:59:59Z")


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Headless Chromium."""
    with sync_playwright() as playwright:
        path = installed()
        launched = (
            playwright.chromium.launch(executable_path=path, args=FLAGS)
            if path
            else playwright.chromium.launch(args=FLAGS)
        )
        yield launched
        launched.close()


@contextmanager
def opened(browser: Browser, **options: Any) -> Iterator[Page]:
    """A new browser profile; any error a page throws, and any request to another host, fails the test."""
    context = browser.new_context(**{"viewport": {"width": 1440, "height": 1000}} | options)
    page = context.new_page()
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    outside: list[str] = []
    page.on(
        "request",
        lambda request: (
            None
            if re.match(r"(https?://127\.0\.0\.1|ws://127\.0\.0\.1|data:|blob:)", request.url)
            else outside.append(request.url)
        ),
    )
    yield page
    context.close()
    assert not faults
    assert not outside, "a page must work on a closed network"


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A page of its own."""
    with opened(browser) as found:
        yield found


def settled(page: Page, charts: int) -> None:
    """Wait until the script is done and so many charts are drawn."""
    page.wait_for_function(READY, timeout=60_000)
    page.wait_for_function(DRAWN, arg=charts, timeout=60_000)


def told(page: Page) -> None:
    """Wait until a page that is not known to have charts has said its sentence or its failure, or hangs on the wall."""
    page.locator("[data-testid=stMain] :is(h2, h4), .st-key-wall-board .main-svg").first.wait_for(timeout=60_000)
    settled(page, 0)
