"""The whole topology under load, faults and kills for a while, and what has to hold at the end of it."""

import json
import random
import signal
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import cycle
from pathlib import Path

from scripts.replicas import ROOT, Topology, topology
from tests.deliveries import LONGEST_STORY, MINUTES_APART, SECRET, Sent, deliveries
from tests.soak import viewers
from tests.soak.judgement import Found, judge_data, judge_deliveries, judge_logs, judge_needs, judge_pages
from tests.soak.oracle import TEAMS, oracle
from tests.soak.relay import Relay
from tests.soak.senders import Senders
from tests.soak.watch import Needs

KILLED = ("api1", "dashboard1", "api2", "dashboard2", "api3")
DELIVERIES_OF_A_PULL_REQUEST = 6
PADDING_BYTES = 5_000
# As SHARED_STORE.md has it; a short run does it once.
COMPACT_EVERY_SECS = 600.0
OUTAGE_AT = 0.05
# What a server says of a delivery that it refuses.
NOT_KEPT = "could not be kept"
LONGEST_GOODBYE_SECS = 120.0


@dataclass(frozen=True)
class Plan:
    """How long, how much of everything, how badly.

    Attributes:
        thinking_secs: of a person between two clicks, on average.
        per_sec: deliveries.
        fault_share: of sendings and of requests on the way.
        kill_every_secs: from one kill to the next.
        outage_secs: for how long the catalogue is gone, once; 0: never.
    """

    secs: float = 1800.0
    people: int = 200
    screens: int = 5
    thinking_secs: float = 30.0
    per_sec: float = 50.0
    fault_share: float = 0.05
    kill_every_secs: float = 180.0
    outage_secs: float = 0.0


def soak(plan: Plan, folder: Path) -> Found:
    """Run all of it in a folder."""
    found = Found()
    if plan.outage_secs and OUTAGE_AT * plan.secs + plan.outage_secs > plan.kill_every_secs:
        raise ValueError(
            "A server that was killed does not start while the catalogue is gone; kill later, or let the run be shorter."
        )
    sent = _deliveries(plan)
    places = {name: folder / name for name in ("topology", "oracle")}
    places["topology"].mkdir()
    with ExitStack() as stack:
        relay = Relay(plan.fault_share, random.Random(0))
        stack.callback(relay.stop)
        running = stack.enter_context(topology(places["topology"], secret=SECRET, through=relay.before))
        _tell_teams(running, folder)
        needs = Needs(running.processes, plan.secs)
        looking = stack.enter_context(
            viewers.started(running.url, plan.secs, plan.people, plan.screens, plan.thinking_secs)
        )
        stack.callback(looking.kill)
        senders = Senders(running.inside_url, sent, plan.per_sec, plan.fault_share)
        with _compacting(running, plan, found), _outage(running, plan, found):
            _kill(running, plan, found)
        needs.stop()
        relay.share = 0.0
        senders.calm()
        looked = viewers.told(looking, LONGEST_GOODBYE_SECS)
        judge_deliveries(running, senders, relay, sent, found)
        if plan.outage_secs and NOT_KEPT not in running.logs():
            found.wrong.append("The catalogue was gone, and no server found it so.")
        judge_pages(looked, found)
        judge_needs(needs, plan.secs, found)
        with oracle(places["oracle"], sent) as expected:
            judge_data(running, senders, expected, found)
        judge_logs(running, found)
    return found


def _deliveries(plan: Plan) -> Sequence[Sent]:
    """As many as are sent in the time; the last thing they tell has just happened."""
    pull_requests = int(plan.secs * plan.per_sec) // DELIVERIES_OF_A_PULL_REQUEST
    span = timedelta(minutes=MINUTES_APART * pull_requests) + LONGEST_STORY
    began = datetime.now(UTC).replace(tzinfo=None) - span
    return deliveries(pull_requests, padding=PADDING_BYTES, began=began)


def _tell_teams(running: Topology, folder: Path) -> None:
    for kind, rows in TEAMS.items():
        path = folder / f"{kind}.jsonl"
        path.write_text("\n".join(map(json.dumps, rows)))
        _koalr(running, "import", kind, str(path))


def _koalr(running: Topology, *arguments: str) -> None:
    command = [sys.executable, "-m", "koalr_server", *arguments]
    subprocess.run(command, cwd=ROOT, env=running.environment, capture_output=True, text=True, check=True)


@contextmanager
def _compacting(running: Topology, plan: Plan, found: Found) -> Iterator[None]:
    """Tidy the store now and then, as whoever runs it does."""
    over = threading.Event()
    taken_secs: list[float] = []

    def run() -> None:
        while not over.wait(min(COMPACT_EVERY_SECS, plan.secs / 2)):
            began = time.monotonic()
            try:
                _koalr(running, "store", "compact")
            except subprocess.CalledProcessError as error:
                found.wrong.append(f"`store compact` failed: {error.stderr}")
            taken_secs.append(time.monotonic() - began)

    thread = threading.Thread(target=run, name="compacting")
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()
    found.measured("`store compact` meanwhile", f"{len(taken_secs)} ×, {max(taken_secs, default=0):.1f} s at most")


@contextmanager
def _outage(running: Topology, plan: Plan, found: Found) -> Iterator[None]:
    """Have the catalogue gone for a while, before anything is killed: a server does not start without it."""

    def run() -> None:
        time.sleep(OUTAGE_AT * plan.secs)
        running.stop_catalogue()
        time.sleep(plan.outage_secs)
        running.start_catalogue()
        found.measured("the catalogue was gone", f"for {plan.outage_secs:.0f} s")

    if not plan.outage_secs:
        yield
        return
    with ThreadPoolExecutor(1, "outage") as pool:
        over = pool.submit(run)
        yield
        over.result()


def _kill(running: Topology, plan: Plan, found: Found) -> None:
    """Kill one process after the other, and start each again at once, until the time is over."""
    ends = time.monotonic() + plan.secs
    names, ready_secs = cycle(KILLED), []
    while time.monotonic() + plan.kill_every_secs < ends:
        time.sleep(plan.kill_every_secs)
        name, began = next(names), time.monotonic()
        running.stop(name, signal.SIGKILL)
        running.run(name)
        running.wait(name)
        ready_secs.append(time.monotonic() - began)
    time.sleep(max(0.0, ends - time.monotonic()))
    if not ready_secs:
        found.wrong.append("Nothing was killed; the run has to be longer than the time between kills.")
        return
    found.measured(
        "killed and started again, until it listens",
        f"{len(ready_secs)} ×, median {statistics.median(ready_secs):.1f} s, most {max(ready_secs):.1f} s",
    )
