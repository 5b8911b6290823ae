"""From a fresh clone to the first drawn chart, and the second start."""

import os
import signal
import subprocess
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from scripts.browser import installed
from tests.browser.conftest import DRAWN, FLAGS, answers, free_port

ROOT = Path(__file__).parents[2]


def measure() -> Sequence[tuple[str, str, str]]:
    """Seconds of `make run` in a new clone, twice."""
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        clone = Path(folder) / "clone"
        subprocess.run(["git", "clone", "--quiet", str(ROOT), str(clone)], check=True)
        browser = playwright.chromium.launch(executable_path=installed(), args=FLAGS)
        seconds = [until_first_chart(clone, browser.new_context().new_page()) for _ in range(2)]
        browser.close()
    return [
        ("bare clone to first chart, warm package cache", f"{seconds[0]:.0f} s", "under 120 s"),
        ("second start to first chart", f"{seconds[1]:.1f} s", "under 12 s"),
    ]


def until_first_chart(clone: Path, page: Page) -> float:
    """Run `make run`, open the page as soon as it answers, stop everything."""
    port = free_port()
    clean = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("KOALR_", "VIRTUAL_ENV", "PYTHONPATH"))
    }
    started = time.monotonic()
    process = subprocess.Popen(
        ["make", "run"], cwd=clone, env=clean | {"PORT": str(port)}, start_new_session=True, stderr=subprocess.DEVNULL
    )
    try:
        while not answers(f"http://localhost:{port}/_stcore/health"):
            assert process.poll() is None, "make run ended"
            time.sleep(0.05)
        page.goto(f"http://localhost:{port}/", timeout=60_000)
        page.wait_for_function(DRAWN, arg=1, timeout=60_000)
        return time.monotonic() - started
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait()
