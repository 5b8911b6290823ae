"""What a soak came to: what must never be, bars that were missed, and what was measured."""

import statistics
import time
from collections import defaultdict
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field

import requests

from koalr_server.store.database import Database
from koalr_server.store.lake.address import read_address
from scripts.replicas import Topology
from tests.deliveries import SECRET, Sent
from tests.postgres import PASSWORD
from tests.soak.oracle import differing_answers, differing_tables, keys_of
from tests.soak.relay import Relay
from tests.soak.senders import Senders
from tests.soak.viewers import Looked
from tests.soak.watch import Needs, complaints, growth, unwell

# Everything has to get there; how soon is said, and is not what a soak judges.
LONGEST_CATCH_UP_SECS = 1800.0
LONGEST_RUN_SECS = 3.0
MOST_GROWTH = 0.25


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


def judge_deliveries(running: Topology, senders: Senders, relay: Relay, sent: Sequence[Sent], found: Found) -> None:
    """Every delivery was acknowledged and is in the tables; waits for both."""
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


def judge_pages(looked: Looked, found: Found) -> None:
    """No page showed an exception, all ended, hardly any was slow."""
    seen = looked.seen
    secs = sorted(seen.run_secs)
    found.wrong += [f"A page failed: {fault}" for fault in seen.faults[:5]]
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
    found.measured("p99 of the pages of each minute", _of_minutes(seen.asked_at, seen.run_secs))
    found.measured("exception boxes and runs without an end", str(len(seen.faults)), "none")
    found.measured("cards in the place of figures", _counts(seen.cards))


def judge_needs(needs: Needs, secs: float, found: Found) -> None:
    """Memory stays flat."""
    cores = {name: used / secs for name, used in needs.cpu_secs().items()}
    told = ", ".join(f"{name} {share:.2f}" for name, share in cores.items())
    found.measured("processors in use, of servers and dashboards", f"{sum(cores.values()):.2f}: {told}")
    most_mb = needs.most_mb()
    grown, name = growth(most_mb)
    if grown > MOST_GROWTH:
        found.slow.append(f"The memory of {name} grew by {grown:.0%} from the second quarter to the last.")
    for each, quarters in most_mb.items():
        found.measured(f"most memory of {each} in each quarter", " → ".join(f"{mb:.0f}" for mb in quarters) + " MB")
    found.measured("growth from the second quarter to the last", f"{grown:+.0%} ({name})", f"at most {MOST_GROWTH:.0%}")


def judge_data(running: Topology, senders: Senders, expected: Database, found: Found) -> None:
    """Every acknowledged delivery is there once; tables and answers are those of the oracle."""
    with closing(Database.open(read_address(running.environment["KOALR_STORE_URL"]))) as shared:
        keys = keys_of(shared)
        found.wrong += differing_tables(shared, expected)
    lost, twice = len(senders.acknowledged - set(keys)), len(keys) - len(set(keys))
    if lost or twice:
        found.wrong.append(f"{lost} acknowledged deliveries are lost, {twice} are there twice.")
    found.wrong += differing_answers(running.server_urls(), running.key, expected)
    found.measured("lost, there twice", f"{lost}, {twice}", "none")


def judge_logs(running: Topology, found: Found) -> None:
    """What the processes said: no traceback, nothing secret."""
    found.measured("what the logs complain of", _counts(complaints(running.logs())))
    found.wrong += unwell(running.logs(), {"the key": running.key, "the secret": SECRET, "the password": PASSWORD})


def _counts(counted: Mapping[str, int] | Mapping[int, int]) -> str:
    return ", ".join(f"{number:,} × {what}" for what, number in sorted(counted.items(), key=str)) or "none"


def _spread(ordered: Sequence[float]) -> str:
    if not ordered:
        return "none"
    return f"{statistics.median(ordered):.2f}, {_quantile(ordered, 0.99):.2f}, {ordered[-1]:.2f} s"


def _of_minutes(asked_at: Sequence[float], run_secs: Sequence[float]) -> str:
    minutes: dict[int, list[float]] = defaultdict(list)
    for at, secs in zip(asked_at, run_secs, strict=True):
        minutes[int((at - min(asked_at)) // 60)].append(secs)
    return ", ".join(f"{_quantile(sorted(secs), 0.99):.1f}" for _, secs in sorted(minutes.items())) + " s"


def _quantile(ordered: Sequence[float], share: float) -> float:
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]
