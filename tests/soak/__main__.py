"""`python -m tests.soak`: the whole topology for half an hour.

SOAK_SECS, SOAK_PEOPLE, SOAK_PER_SEC, SOAK_KILL_EVERY_SECS and SOAK_OUTAGE_SECS make it another run.
"""

import os
import signal
import sys
import tempfile
from pathlib import Path

from scripts import replicas
from tests.soak.judgement import Found
from tests.soak.run import Plan, soak


def main() -> None:
    """Soak, then say what was measured, and what was wrong."""
    if lacking := replicas.missing():
        sys.exit(f"error: needs {', '.join(lacking)}; on Debian: apt-get install nginx openssl redis-server postgresql")
    # What was started is ended, too, by whoever ends this.
    signal.signal(signal.SIGTERM, lambda _number, _frame: sys.exit("error: told to end"))
    usual = Plan()
    plan = Plan(
        secs=float(os.environ.get("SOAK_SECS", usual.secs)),
        people=int(os.environ.get("SOAK_PEOPLE", usual.people)),
        kill_every_secs=float(os.environ.get("SOAK_KILL_EVERY_SECS", usual.kill_every_secs)),
        per_sec=float(os.environ.get("SOAK_PER_SEC", usual.per_sec)),
        outage_secs=float(os.environ.get("SOAK_OUTAGE_SECS", usual.outage_secs)),
    )
    with tempfile.TemporaryDirectory(prefix="koalr-soak-") as folder:
        found = soak(plan, Path(folder))
    print(table(plan, found))
    if faults := [*found.wrong, *found.slow]:
        sys.exit("\n".join(f"error: {fault}" for fault in faults))


def table(plan: Plan, found: Found) -> str:
    """What was measured."""
    heading = (
        f"{plan.people} people and {plan.screens} screens, {plan.per_sec:.0f} deliveries/s, {plan.fault_share:.0%} faults "
        f"for {plan.secs:.0f} s on {os.cpu_count()} cores with everything on one machine"
    )
    lines = [heading, "", "| what | measured | bar |", "| --- | --- | --- |"]
    return "\n".join([*lines, *(f"| {what} | {measured} | {bar} |" for what, measured, bar in found.rows)])


if __name__ == "__main__":
    main()
