"""What the processes need meanwhile, and what they say."""

import json
import os
import re
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path

LOOK_EVERY_SECS = 1.0
QUARTERS = 4
MOST_SHOWN = 300
TICKS_PER_SEC = os.sysconf("SC_CLK_TCK")


class Needs:
    """A thread that looks at the resident memory and the processor time of processes.

    A process that was killed begins small, so what counts of a quarter is the most that any bearer of a name needed in it.

    Args:
        processes: answers process ids by name, other ones after a restart.
        secs: length of the whole run.
    """

    def __init__(self, processes: Callable[[], Mapping[str, int]], secs: float) -> None:
        self._processes = processes
        self._secs = secs
        self._most_mb: dict[str, list[float]] = defaultdict(lambda: [0.0] * QUARTERS)
        self._cpu_secs: dict[tuple[str, int], float] = {}
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._look, name="needs", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End the looking."""
        self._over.set()
        self._thread.join()

    def most_mb(self) -> Mapping[str, list[float]]:
        """The most memory of each quarter, by name."""
        return dict(sorted(self._most_mb.items()))

    def cpu_secs(self) -> Mapping[str, float]:
        """Seconds of a processor, of all bearers of a name together."""
        found: dict[str, float] = defaultdict(float)
        for (name, _), secs in sorted(self._cpu_secs.items()):
            found[name] += secs
        return found

    def _look(self) -> None:
        began = time.monotonic()
        while (passed := time.monotonic() - began) < self._secs and not self._over.wait(LOOK_EVERY_SECS):
            quarter = min(QUARTERS - 1, int(passed / self._secs * QUARTERS))
            for name, pid in self._processes().items():
                most = self._most_mb[name]
                most[quarter] = max(most[quarter], resident_mb(pid))
                self._cpu_secs[name, pid] = cpu_secs(pid) or self._cpu_secs.get((name, pid), 0.0)


def resident_mb(pid: int) -> float:
    """The resident memory of a process, 0 if it has just ended."""
    with suppress(OSError, IndexError):
        return int(Path(f"/proc/{pid}/status").read_text().split("VmRSS:")[1].split()[0]) / 1024
    return 0.0


def cpu_secs(pid: int) -> float:
    """The processor time of a process since its start, 0 if it has just ended."""
    with suppress(OSError, IndexError):
        in_user, in_kernel = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[11:13]
        return (int(in_user) + int(in_kernel)) / TICKS_PER_SEC
    return 0.0


def growth(most_mb: Mapping[str, list[float]]) -> tuple[float, str]:
    """By how much the last quarter needs more than the first one after the start, of the process where it is most; and which it is."""
    grown = {name: quarters[-1] / quarters[1] - 1 for name, quarters in most_mb.items() if quarters[1]}
    name = max(grown, key=lambda each: grown[each])
    return grown[name], name


def complaints(logs: str) -> Counter[str]:
    """Messages of servers that are warnings or errors, how often each; figures in them are left out."""
    found: Counter[str] = Counter()
    for line in logs.splitlines():
        if line.startswith('{"time"'):
            told = json.loads(line)
            found[re.sub(r"\d+", "…", told["message"])[:MOST_SHOWN]] += told["level"] in ("warning", "error")
    return +found


def unwell(logs: str, secrets: Mapping[str, str]) -> list[str]:
    """What no log may hold, in sentences without what is secret."""
    found = [
        f"the log of a process has a traceback: …{logs[place : place + 1500]}…"
        for place in [logs.find("Traceback")]
        if place >= 0
    ]
    return found + [f"a log holds {name}" for name, secret in secrets.items() if secret in logs]
