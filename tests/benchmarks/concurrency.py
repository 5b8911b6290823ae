"""Four readers beside one writer: how much of their rate the readers keep, and whether a row is ever wrong.

KOALR_BENCH_SECONDS is how long each half takes (default 60).
"""

import os
import tempfile
import threading
import time
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa

from koalr_server.clock import Calendar
from koalr_server.http.service import Service
from koalr_server.metrics import lists
from koalr_server.metrics.flow import flow
from koalr_server.metrics.scope import ORGANISATION
from koalr_server.metrics.summaries import summarise
from koalr_server.metrics.windows import Window
from koalr_server.records import KINDS
from koalr_server.store.database import Database
from koalr_server.store.gateway import LocalAccess
from tests.benchmarks.organisation import NOW, opened

SECONDS = float(os.environ.get("KOALR_BENCH_SECONDS", "60"))
READERS = 4
SIZE = 100_000
BATCH = 50
LEAST_KEPT = 0.7


def measure() -> Sequence[tuple[str, str, str]]:
    """Readers alone, then with a writer."""
    with tempfile.TemporaryDirectory() as folder:
        database = opened(Path(folder), SIZE)
        alone, _, faults_alone = reading(database, SECONDS, writer=False)
        beside, batches, faults = reading(database, SECONDS, writer=True)
        database.close()
    assert not faults_alone
    assert not faults, faults[:3]
    return [
        (
            f"{READERS} readers of flow and deployments, {SIZE:,} pull requests, with one writer",
            f"{beside / SECONDS:.0f}/s of {alone / SECONDS:.0f}/s alone, {beside / alone:.0%}; "
            f"{batches} batches of {BATCH} deployments written; no error, no wrong row in {SECONDS:.0f} s",
            f"at least {LEAST_KEPT:.0%}",
        )
    ]


def reading(database: Database, seconds: float, writer: bool) -> tuple[int, int, list[str]]:
    """Reads done, batches written, and what was wrong, within so many seconds."""
    deadline = time.monotonic() + seconds
    service = Service(database, Calendar(as_of=datetime.fromisoformat(NOW)))
    reads = [0] * READERS
    faults: list[str] = []
    batches = [0]
    threads = [
        threading.Thread(target=read, args=(service, deadline, reads, index, faults)) for index in range(READERS)
    ]
    if writer:
        threads.append(threading.Thread(target=write, args=(database, deadline, batches, faults)))
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sum(reads), batches[0], faults


def read(service: Service, deadline: float, reads: list[int], index: int, faults: list[str]) -> None:
    """Ask until the deadline; written deployments must appear in whole batches, and never fewer than before."""
    now = service.moment().now
    seen = 0
    try:
        while time.monotonic() < deadline:
            summarise(flow, service.query, now, 30, ORGANISATION)
            (row,) = service.query("SELECT count(*) AS written FROM deployment_facts WHERE env = 'bench'", {})
            rows, total = lists.deployments(service.query, Window.rolling(now, 30), ORGANISATION, 1, 25)
            if row["written"] % BATCH or row["written"] < seen or len(rows) != 25 or total < 25:
                faults.append(f"{row['written']} written after {seen}, {len(rows)} rows of {total}")
            seen = row["written"]
            reads[index] += 1
    except Exception as error:
        faults.append(repr(error))


def write(database: Database, deadline: float, batches: list[int], faults: list[str]) -> None:
    """Import batch after batch."""
    access = LocalAccess(database)
    try:
        while time.monotonic() < deadline:
            access.call("load", {}, {"deployments": batch(batches[0])})
            batches[0] += 1
    except Exception as error:
        faults.append(repr(error))


def batch(number: int) -> pa.Table:
    """Deployments of one repository, a batch each."""
    at = datetime.fromisoformat(NOW).replace(tzinfo=None) - timedelta(days=1)
    rows: list[dict[str, Any]] = [
        {
            "id": f"bench-{number}-{index}",
            "repo": f"acme/repo{number % 200}",
            "env": "bench",
            "status": "success",
            "deployedAt": at + timedelta(seconds=number * BATCH + index),
        }
        for index in range(BATCH)
    ]
    return pa.Table.from_pylist(rows, schema=KINDS["deployments"].schema())
