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
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import cycle
from pathlib import Path

import requests

from koalr_server.store.database import Database
from koalr_server.store.lake.address import read_address
from scripts.replicas import ROOT, Topology, topology
from tests.deliveries import LONGEST_STORY, MINUTES_APART, SECRET, Sent, deliveries
from tests.postgres import PASSWORD
from tests.soak import viewers
from tests.soak.oracle import TEAMS, differing_answers, differing_tables, keys_of, oracle
from tests.soak.relay import Relay
from tests.soak.senders import Senders
from tests.soak.viewers import Looked
from tests.soak.watch import Needs, complaints, growth, unwell

KILLED = ("api1", "dashboard1", "api2", "dashboard2", "api3")
DELIVERIES_OF_A_PULL_REQUEST = 6
PADDING_BYTES = 5_000
# As SHARED_STORE.md has it; a short run does it once.
COMPACT_EVERY_SECS = 600.0
# Everything has to get there; how soon is said, and is not what a soak judges.
LONGEST_CATCH_UP_SECS = 1800.0
LONGEST_GOODBYE_SECS = 120.0
LONGEST_RUN_SECS = 3.0
MOST_GROWTH = 0.25


@dataclass(frozen=True)
class Plan:
    """How long, how much of everything, how badly.

    Attributes:
        thinking_secs: of a person between two clicks, on average.
        per_sec: deliveries.
        fault_share: of sendings and of requests on the way.
        kill_every_secs: from one kill to the next.
    """

    secs: float = 1800.0
    people: int = 200
    screens: int = 5
    thinking_secs: float = 30.0
    per_sec: float = 50.0
    fault_share: float = 0.05
    kill_every_secs: float = 180.0


@dataclass
class Found:
    """What a run came to.

    Attributes:
        wrong: what must never be, in sentences.
        slow: bars of speed and memory that were missed, in sentences.
        rows: what was measured, each with its bar.
    """

    wrong: list[str] = field(default_factory=list)
    slow: list[str] = field(default_factory=list)
    rows: list[tuple[str, str, str]] = field(default_factory=list)

    def measured(self, what: str, value: str, bar: str = "") -> None:
        """Remember a figure."""
        self.rows.append((what, value, bar))


def soak(plan: Plan, folder: Path) -> Found:
    """Run all of it in a folder."""
    found = Found()
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
        with _compacting(running, plan, found):
            _kill(running, plan, found)
        needs.stop()
        relay.share = 0.0
        senders.calm()
        looked = viewers.told(looking, LONGEST_GOODBYE_SECS)
        _judge_deliveries(running, senders, relay, sent, found)
        _judge_pages(looked, found)
        _judge_needs(needs, plan, found)
        with oracle(places["oracle"], sent) as expected:
            _judge_data(running, senders, expected, found)
        found.measured("what the logs complain of", _counts(complaints(running.logs())))
        found.wrong += unwell(running.logs(), {"the key": running.key, "the secret": SECRET, "the password": PASSWORD})
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


def _judge_deliveries(running: Topology, senders: Senders, relay: Relay, sent: Sequence[Sent], found: Found) -> None:
    if not senders.wait(LONGEST_CATCH_UP_SECS):
        found.wrong.append(f"Only {len(senders.acknowledged)} of {len(sent)} deliveries were ever acknowledged.")
    began = time.monotonic()
    while (unread := _unread(running)) and time.monotonic() - began < LONGEST_CATCH_UP_SECS:
        time.sleep(0.25)
    if unread:
        found.wrong.append(
            f"{unread} deliveries are not in the tables {LONGEST_CATCH_UP_SECS:.0f} s after the last one."
        )
    taken = sorted(senders.taken_secs)
    found.measured("deliveries acknowledged", f"{len(senders.acknowledged):,} of {len(sent):,}", "all")
    found.measured("until one is acknowledged: p50, p99, longest", _spread(taken))
    found.measured("longest wait for a free sender", f"{senders.longest_behind_secs:.1f} s")
    found.measured("tables caught up after the last one", f"{time.monotonic() - began:.1f} s")
    found.measured("what the senders did badly", _counts(senders.faults))
    found.measured(f"what became of {relay.requests:,} requests on the way", _counts(relay.faults))
    found.measured("answers that were no acknowledgement, 0 for none at all", _counts(senders.again))


def _unread(running: Topology) -> int:
    """How many deliveries are not in the tables yet."""
    url = f"{running.server_urls()[0]}/api/metrics"
    text = requests.get(url, headers={"X-Koalr-Key": running.key}, timeout=60).text
    return next(int(float(line.split()[1])) for line in text.splitlines() if line.startswith("koalr_inbox_unread "))


def _judge_pages(looked: Looked, found: Found) -> None:
    seen = looked.seen
    secs = sorted(seen.run_secs)
    found.wrong += [f"A page showed an exception: {fault}" for fault in seen.faults[:5]]
    if not secs or not seen.refreshes:
        found.wrong.append("No page was ever shown, or no screen looked again.")
        return
    p99_secs = _quantile(secs, 0.99)
    if p99_secs >= LONGEST_RUN_SECS:
        found.slow.append(
            f"One page run in a hundred takes {p99_secs:.1f} s or longer, not under {LONGEST_RUN_SECS} s."
        )
    found.measured(
        "pages run; parts run again by themselves; visits; connections that broke",
        f"{len(secs):,}; {seen.refreshes:,}; {looked.visits:,}; {looked.gone:,}",
    )
    found.measured("a page run: p50, p99, longest", _spread(secs), f"p99 under {LONGEST_RUN_SECS} s")
    found.measured("exception boxes and runs without an end", str(len(seen.faults)), "none")
    found.measured("cards in the place of figures", _counts(seen.cards))


def _judge_needs(needs: Needs, plan: Plan, found: Found) -> None:
    cores = {name: secs / plan.secs for name, secs in needs.cpu_secs().items()}
    told = ", ".join(f"{name} {share:.2f}" for name, share in cores.items())
    found.measured("processors in use, of servers and dashboards", f"{sum(cores.values()):.2f}: {told}")
    most_mb = needs.most_mb()
    grown, name = growth(most_mb)
    if grown > MOST_GROWTH:
        found.slow.append(f"The memory of {name} grew by {grown:.0%} from the second quarter to the last.")
    for each, quarters in most_mb.items():
        found.measured(f"most memory of {each} in each quarter", " → ".join(f"{mb:.0f}" for mb in quarters) + " MB")
    found.measured("growth from the second quarter to the last", f"{grown:+.0%} ({name})", f"at most {MOST_GROWTH:.0%}")


def _judge_data(running: Topology, senders: Senders, expected: Database, found: Found) -> None:
    with closing(Database.open(read_address(running.environment["KOALR_STORE_URL"]))) as shared:
        keys = keys_of(shared)
        found.wrong += differing_tables(shared, expected)
    lost, twice = len(senders.acknowledged - set(keys)), len(keys) - len(set(keys))
    if lost or twice:
        found.wrong.append(f"{lost} acknowledged deliveries are lost, {twice} are there twice.")
    found.wrong += differing_answers(running.server_urls(), running.key, expected)
    found.measured("lost, there twice", f"{lost}, {twice}", "none")


def _counts(counted: "dict[str, int] | dict[int, int]") -> str:
    return ", ".join(f"{number:,} × {what}" for what, number in sorted(counted.items(), key=str)) or "none"


def _spread(ordered: Sequence[float]) -> str:
    if not ordered:
        return "none"
    return f"{statistics.median(ordered):.2f}, {_quantile(ordered, 0.99):.2f}, {ordered[-1]:.2f} s"


def _quantile(ordered: Sequence[float], share: float) -> float:
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]
