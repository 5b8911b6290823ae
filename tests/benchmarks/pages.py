"""The dashboard's pages beside blank ones of the same run, and a screen on a wall over many refreshes."""

import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from scripts.browser import installed
from tests.benchmarks.sessions import runs_a_second
from tests.browser.conftest import DRAWN, FLAGS, READY, answers, free_port

ROOT = Path(__file__).parents[2]
BLANK = "tests/benchmarks/blank.py"
SWITCHES = 12
VIEWERS, CLICKS = 20, 6
CHARTS = {
    "Overview": ("deployments-per-week", "what-changed-most"),
    "DORA": ("ladders", "week-by-week", "lead-times", "deployments-per-week"),
}
REFRESHES = int(os.environ.get("WALL_REFRESHES", "300"))
WARM_REFRESHES = 60
REFRESH_SECS = 0.5
QUIET_MS = 400

# From the click on, when something changed last: words, charts, what is drawn a second time, the state of the script.
WATCH = """() => {
    window.clicked = window.lastChange = null;
    window.watching?.disconnect();
    window.watching = new MutationObserver(() => { window.lastChange = performance.now(); });
    window.watching.observe(document.querySelector('[data-testid=stMain]'),
        { subtree: true, childList: true, characterData: true });
    window.watching.observe(document.querySelector('[data-testid=stApp]'),
        { attributes: true, attributeFilter: ['data-test-script-state'] });
    document.addEventListener('click', () => { window.clicked = performance.now(); }, { once: true, capture: true });
}"""
# The page has its name, its script is done, and exactly its charts are there and drawn.
SHOWN = """([name, charts]) => {
    const drawn = [...document.querySelectorAll('[data-testid=stMain] .js-plotly-plot')].filter(
        plot => plot._fullLayout && plot.querySelector('.main-svg .trace'));
    const shows = key => drawn.some(plot => plot.closest('.st-key-' + key));
    return document.querySelector('h1')?.innerText.includes(name)
        && document.querySelector('[data-testid=stApp]').dataset.testScriptState === 'notRunning'
        && drawn.length === charts.length && charts.every(shows);
}"""
SETTLED = f"""asked => ({SHOWN})(asked)
    && window.lastChange !== null && performance.now() - window.lastChange > {QUIET_MS}"""


def measure() -> Sequence[tuple[str, str, str]]:
    """Page switches, the first visit, many viewers at once."""
    with tempfile.TemporaryDirectory() as data, sync_playwright() as playwright, serving(BLANK) as (blank, _):
        browser = playwright.chromium.launch(executable_path=installed(), args=FLAGS)
        with serving("app.py", KOALR_DATA_DIR=data) as (url, _):
            first_secs = first_visit_secs(browser, url)
            theirs, ours = switch_secs(browser, url, blank)
            slowest = max(ours.values())
            floor = runs_a_second(blank, VIEWERS, ["", "second"], CLICKS)
            rate = runs_a_second(url, VIEWERS, ["", "dora", "flow"], CLICKS)
        browser.close()
    return [
        ("first visit after a start, to the last chart", f"{first_secs:.1f} s", "under 6 s"),
        (
            f"page switch to the last change, medians of {SWITCHES}, the slowest page counts",
            ", ".join(f"{name} {secs * 1000:.0f} ms" for name, secs in ours.items())
            + f", blank page {theirs * 1000:.0f} ms: {slowest / theirs:.2f} x",
            "at most 2.5 x",
        ),
        (
            f"{VIEWERS} viewers clicking at once",
            f"{rate:.1f} runs/s, blank page {floor:.1f}: {rate / floor:.2f} x",
            "at least 0.4 x",
        ),
    ]


def measure_wall() -> Sequence[tuple[str, str, str]]:
    """Memory of server and browser over the refreshes of a screen; WALL_REFRESHES sets how many."""
    with tempfile.TemporaryDirectory() as data, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=installed(), args=FLAGS)
        with serving("app.py", KOALR_DATA_DIR=data, KOALR_TV_REFRESH_SECS=str(REFRESH_SECS)) as (url, process):
            page = browser.new_context(viewport={"width": 1920, "height": 1080}).new_page()
            page.goto(f"{url}/?kiosk=1&embed=true&embed_options=dark_theme")
            page.wait_for_function(DRAWN, arg=3, timeout=60_000)
            page.wait_for_timeout(WARM_REFRESHES * REFRESH_SECS * 1000)
            server_before, heap_before = resident_mb(process), heap_mb(page)
            page.wait_for_timeout(REFRESHES * REFRESH_SECS * 1000)
            server, heap = resident_mb(process), heap_mb(page)
        browser.close()
    return [
        (
            f"server memory over {REFRESHES} wall refreshes",
            f"{server_before:.0f} to {server:.0f} MB: {100 * (server / server_before - 1):+.1f} %",
            "within 5 %",
        ),
        (
            f"JavaScript heap over {REFRESHES} wall refreshes",
            f"{heap_before:.1f} to {heap:.1f} MB: {100 * (heap / heap_before - 1):+.1f} %",
            "within 5 %",
        ),
    ]


@contextmanager
def serving(script: str, **environment: str) -> Iterator[tuple[str, "subprocess.Popen[bytes]"]]:
    """A Streamlit process on a free port, once it answers."""
    port = free_port()
    clean = {name: value for name, value in os.environ.items() if not name.startswith("KOALR_")}
    process = subprocess.Popen(
        [sys.executable, "-m", "streamlit", "run", script, "--server.port", str(port), "--server.headless", "true"],
        cwd=ROOT,
        env=clean | {"PYTHONPATH": str(ROOT)} | environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    url = f"http://127.0.0.1:{port}"
    try:
        while not answers(f"{url}/_stcore/health"):
            assert process.poll() is None, f"{script} ended"
            time.sleep(0.05)
        yield url, process
    finally:
        process.terminate()
        process.wait(timeout=20)


def first_visit_secs(browser: Browser, url: str) -> float:
    """A new browser profile, right after the start."""
    page = browser.new_context(viewport={"width": 1440, "height": 1000}).new_page()
    started = time.monotonic()
    page.goto(url)
    page.wait_for_function(SHOWN, arg=["Overview", list(CHARTS["Overview"])], timeout=60_000)
    seconds = time.monotonic() - started
    page.context.close()
    return seconds


def switch_secs(browser: Browser, url: str, blank: str) -> tuple[float, Mapping[str, float]]:
    """Medians of going from page to page and back, by turns with a blank one: its own, and ours by page."""
    ours = browser.new_context(viewport={"width": 1440, "height": 1000}).new_page()
    theirs = browser.new_context(viewport={"width": 1440, "height": 1000}).new_page()
    ours.goto(url)
    theirs.goto(blank)
    for page in (ours, theirs):
        page.wait_for_function(READY)
    floor: list[float] = []
    taken: dict[str, list[float]] = {name: [] for name in CHARTS}
    for number in range(SWITCHES + 2):
        there = number % 2 == 0
        name = "DORA" if there else "Overview"
        floor.append(_clicked(theirs, "Second" if there else "First", ()))
        taken[name].append(_clicked(ours, name, CHARTS[name]))
    # The first of each loads what the browser keeps.
    return statistics.median(floor[2:]), {name: statistics.median(secs[1:]) for name, secs in taken.items()}


def _clicked(page: Page, name: str, charts: Sequence[str]) -> float:
    link = page.get_by_test_id("stSidebarNavLink").filter(has_text=name)
    page.evaluate(WATCH)
    link.click()
    page.wait_for_function(SETTLED, arg=[name, list(charts)])
    return float(page.evaluate("() => (window.lastChange - window.clicked) / 1000"))


def resident_mb(process: "subprocess.Popen[bytes]") -> float:
    """Memory of a process."""
    status = Path(f"/proc/{process.pid}/status").read_text()
    return int(status.split("VmRSS:")[1].split()[0]) / 1024


def heap_mb(page: Page) -> float:
    """What the page's scripts hold after a collection."""
    session = page.context.new_cdp_session(page)
    session.send("HeapProfiler.collectGarbage")
    used = float(session.send("Runtime.getHeapUsage")["usedSize"])
    session.detach()
    return used / 1e6
