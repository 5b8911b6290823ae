"""Takes the pictures of the documents from the sample with its original dates."""

import os
import socket
import subprocess
import sys
import tempfile
import urllib.error
import urllib.request
from pathlib import Path

from browser import installed
from playwright.sync_api import Browser, sync_playwright

ROOT = Path(__file__).parents[1]
# A real pull request of the sample with a high score.
RISKY = "alphagov/whitehall/9945"
PICTURES = ROOT / "docs" / "pictures"
NOW = "2025-03-31T23:59:59Z"
TV = "kiosk=1&embed=true&embed_options=dark_theme"
# name, address, scheme, width, height; without a height as high as the content
VIEWS = (
    ("overview", "/?days=30", "light", 1440, None),
    ("dora", "/dora?days=90", "dark", 1440, None),
    ("flow", "/flow?days=90", "light", 1440, None),
    ("value-stream", "/value-stream?days=90", "light", 1440, None),
    ("forecast", "/forecast?items=20", "light", 1440, None),
    ("reviews", "/reviews?days=90", "light", 1440, None),
    ("copilot", "/copilot?days=90", "light", 1440, None),
    ("pr-risk", f"/pr-risk?pr={RISKY}", "light", 1440, None),
    ("deployments", "/deployments?days=30", "light", 1440, None),
    ("pull-requests", "/pull-requests?days=30", "light", 1440, None),
    ("incidents", "/incidents?days=90", "light", 1440, None),
    ("custom-metrics", "/custom-metrics", "light", 1440, None),
    ("status", "/status", "light", 1440, None),
    ("tv", f"/?{TV}&rotate=overview,dora,forecast&every=30", "dark", 1920, 1080),
    ("phone", "/?days=30", "light", 390, 844),
)
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]
READY = """() => document.querySelector('[data-testid="stApp"]')?.dataset.testScriptState === 'notRunning'
    && document.querySelector('h2, .js-plotly-plot .main-svg')"""


def take(browser: Browser, url: str) -> None:
    """Each view as high as its content."""
    for name, path, scheme, width, height in VIEWS:
        context = browser.new_context(
            viewport={"width": width, "height": height or 900}, color_scheme="dark" if scheme == "dark" else "light"
        )
        page = context.new_page()
        page.goto(url + path)
        page.wait_for_function(READY)
        if height is None:
            height = page.evaluate("document.querySelector('[data-testid=\"stMain\"]').scrollHeight")
            page.set_viewport_size({"width": width, "height": int(height)})
        page.wait_for_timeout(1000)
        page.screenshot(path=PICTURES / f"{name}.png")
        print(PICTURES / f"{name}.png")
        context.close()


def main() -> None:
    """Start the dashboard on a sample of its own, look, stop it."""
    with socket.socket() as probe, tempfile.TemporaryDirectory() as data:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
        probe.close()
        subprocess.run(
            [sys.executable, "-m", "koalr_server", "sample", "load", "--no-shift", "--data", data], check=True, cwd=ROOT
        )
        environment = os.environ | {"KOALR_DATA_DIR": data, "KOALR_AS_OF": NOW}
        command = [sys.executable, "-m", "streamlit", "run", "app.py", "--server.port", str(port)]
        dashboard = subprocess.Popen(command, cwd=ROOT, env=environment)
        try:
            wait_for(f"http://127.0.0.1:{port}/_stcore/health")
            with sync_playwright() as playwright:
                browser = playwright.chromium.launch(executable_path=installed(), args=FLAGS)
                take(browser, f"http://127.0.0.1:{port}")
                browser.close()
        finally:
            dashboard.terminate()
            dashboard.wait()


def wait_for(url: str) -> None:
    """Until the address answers."""
    while True:
        try:
            urllib.request.urlopen(url, timeout=1)  # noqa: S310 - our own loopback address
            return
        except (urllib.error.URLError, OSError):
            continue


if __name__ == "__main__":
    main()
