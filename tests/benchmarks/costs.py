"""What a pull request, a question, a delivery and a viewer cost in processor time, memory and disk, at three sizes each; docs/SCALE.md.

KOALR_COST_SIZES names the sizes of the store (default 10000,100000,1000000 pull requests).
"""

import os
import subprocess
import tempfile
import time
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

from koalr_server.keys import new_key
from koalr_server.store.gateway import open_access
from tests.benchmarks import files, webhooks
from tests.benchmarks.load import asked, started
from tests.benchmarks.organisation import opened
from tests.benchmarks.pages import resident_mb, serving
from tests.benchmarks.scale import METRICS
from tests.benchmarks.sessions import Session
from tests.deliveries import deliveries
from tests.killing import serving as serving_deliveries

SIZES = tuple(map(int, os.environ.get("KOALR_COST_SIZES", "10000,100000,1000000").split(",")))
VIEWERS = (10, 50, 200)
PAGES = ("", "dora", "flow", "reviews")
QUESTION_SECS = 3.0
DELIVERIES_A_SECOND, DELIVERY_SECS = 20, 20
START_SECS = 5.0
LONGEST_CATCH_UP_SECS = 300.0
TICKS = os.sysconf("SC_CLK_TCK")

Row = tuple[str, str, str]


def measure() -> Sequence[Row]:
    """All of them; none has a bar of its own."""
    return [*map(question, SIZES), *map(delivery, SIZES), *viewers()]


def question(pull_requests: int) -> Row:
    """Metrics asked one after the other, nothing from memory, of a store of one size."""
    key = new_key()
    paths = [f"/api/v1/{name}" for name in METRICS]
    headers = {"X-Koalr-Key": key, "Cache-Control": "no-cache"}
    with tempfile.TemporaryDirectory() as folder:
        opened(Path(folder), pull_requests).close()
        stored = _stored_bytes(Path(folder))
        with started("tests.benchmarks.served", folder, str(pull_requests), key) as (url, process):
            asked(url, paths, headers, QUESTION_SECS, connections=1)
            before = cpu_secs(process)
            rate = asked(url, paths, headers, QUESTION_SECS, connections=1)
            spent = cpu_secs(process) - before
            memory = resident_mb(process)
    asked_in_all = rate.per_second * QUESTION_SECS
    return (
        f"store of {pull_requests:,} pull requests",
        f"{stored / pull_requests:,.0f} bytes a pull request; a metric {1000 * spent / asked_in_all:.1f} ms of a core; server {memory:.0f} MB",
        "",
    )


def delivery(pull_requests: int) -> Row:
    """Deliveries to a server whose repositories have a history already."""
    per_second, secs = DELIVERIES_A_SECOND, DELIVERY_SECS
    sent = deliveries(per_second * secs // 6, padding=webhooks.PADDING)
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder) / "data"
        files.imported(Path(folder), data, pull_requests)
        key = new_key()
        with open_access(data) as store:
            store.call("create_key", {"key": key, "name": "bench", "scopes": ["read"], "teams": [], "limit": 1_000_000})
        stored = _stored_bytes(data)
        with serving_deliveries(data) as (url, process):
            # What it does once at its start costs as much as some deliveries.
            time.sleep(START_SECS)
            before = cpu_secs(process)
            taken, failed = webhooks.send(url, sent, per_second)
            ended = time.monotonic()
            while webhooks.unread(url, key) and time.monotonic() - ended < LONGEST_CATCH_UP_SECS:
                time.sleep(webhooks.POLL_SECS)
            behind_secs = time.monotonic() - ended
            spent = cpu_secs(process) - before
        added = _stored_bytes(data) - stored
    assert not failed
    return (
        f"{per_second} deliveries a second of {webhooks.PADDING // 1000} kB, {pull_requests:,} pull requests in {files.REPOSITORIES} repositories",
        f"{1000 * spent / len(taken):.1f} ms of a core and {added / len(taken) / 1000:.1f} kB a delivery; read {behind_secs:.1f} s after the last",
        "",
    )


def viewers() -> list[Row]:
    """Sessions of one dashboard, all open at once, that click one after the other."""
    rows: list[Row] = []
    with tempfile.TemporaryDirectory() as data, serving("app.py", KOALR_DATA_DIR=data) as (url, process):
        with Session(url) as first:
            for page in PAGES * 3:
                first.open(page)
        alone = resident_mb(process)
        for many in VIEWERS:
            with ExitStack() as stack:
                sessions = [stack.enter_context(Session(url)) for _ in range(many)]
                for session in sessions:
                    session.open(PAGES[0])
                before = cpu_secs(process)
                for number, session in enumerate(sessions):
                    session.open(PAGES[number % len(PAGES)])
                spent = cpu_secs(process) - before
                memory = resident_mb(process) - alone
            rows.append(
                (
                    f"{many} viewers of one dashboard",
                    f"{memory / many:.1f} MB a viewer beside {alone:.0f} MB; a page {1000 * spent / many:.0f} ms of a core",
                    "",
                )
            )
    return rows


def cpu_secs(process: "subprocess.Popen[bytes] | subprocess.Popen[str]") -> float:
    """Processor time that a process has had."""
    fields = Path(f"/proc/{process.pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def _stored_bytes(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
