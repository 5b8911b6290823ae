"""A process with a client of its own that does what it is told: one JSON line in, one out.

Run as a module it is the process; `Process` starts one.
"""

import itertools
import json
import logging
import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import requests

from koalr_api import KoalrError, View
from koalr_api.budget import Budget
from koalr_api.courier import Courier
from koalr_api.desk import Desk
from koalr_api.fetcher import Fetcher
from koalr_api.redis_link import Link
from koalr_api.redis_shared import RedisShared
from koalr_api.request import Audience
from koalr_api.rules import Rules
from koalr_api.secret import Secret
from koalr_api.transport import Transport, utc_now

ROOT = Path(__file__).parents[3]
KEY = "klr_live_" + "k" * 40
TIMEOUT_SECS = (0.2, 0.5)
# Twice each, and some air.
FLIGHT_SECS = 2.0
# A busy machine may stop Redis for longer than a client waits for it; then the client goes on alone, as it should, and
# nothing about sharing can be seen.
ANSWER_SECS = 10.0


class Process:
    """Another process. Its clock may be wrong.

    Args:
        settings: as `client` takes them.
    """

    def __init__(self, **settings: Any) -> None:
        command = [sys.executable, "-m", "tests.integration.client.process", json.dumps(settings)]
        self._process = subprocess.Popen(
            command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )

    def tell(self, task: str, **more: Any) -> None:
        """Give it something to do."""
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps({"task": task} | more) + "\n")
        self._process.stdin.flush()

    def hear(self) -> Any:
        """What came of it."""
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        assert line, self._process.communicate()[1]
        return json.loads(line)

    def does(self, task: str, **more: Any) -> Any:
        """Both."""
        self.tell(task, **more)
        return self.hear()

    def kill(self) -> None:
        """End it without giving it a chance to clean up."""
        self._process.kill()
        self._process.communicate()


def client(
    api: str,
    cache: str,
    key: str = KEY,
    limit: int = 60,
    window_secs: float = 60.0,
    ttl_secs: float = 60.0,
    clock_ahead_secs: float = 0.0,
    answer_secs: float = ANSWER_SECS,
) -> View:
    """A client as Koalr makes it, with a window of its own and a clock that may be wrong."""

    def clock() -> float:
        return time.monotonic() + clock_ahead_secs

    transport = Transport(api, Secret(key), TIMEOUT_SECS, requests.Session(), clock, wall_clock(clock_ahead_secs))
    budget = Budget(limit, window_secs)
    shared = RedisShared(
        Link(Secret(cache), clock, answer_secs),
        transport.fingerprint,
        budget,
        FLIGHT_SECS,
        86_400.0,
        clock,
        transport.wall_clock,
    )
    desk = Desk(Rules(ttl_secs=ttl_secs), budget, lambda: 0.5)
    fetcher = Fetcher(desk, Courier(transport, shared, transport.wall_clock), None, clock, transport.wall_clock)
    return View(fetcher, Audience())


def wall_clock(ahead_secs: float) -> Any:
    return lambda: utc_now() + timedelta(seconds=ahead_secs)


def ask(koalr: View, days: list[int], threads: int = 1, **options: Any) -> list[Any]:
    """Every thread asks all the questions; what it saw of each: the value, its age in seconds, or an error."""
    view = koalr.refresh() if options.pop("refresh", False) else koalr
    view = view.with_options(**options) if options else view
    seen: list[Any] = []
    ready = threading.Barrier(threads)

    def look() -> None:
        ready.wait()
        for number in days:
            try:
                found = view.metrics.flow(days=number)
                seen.append([found.wip_count, found.age.total_seconds(), found.raw["key"]])
            except KoalrError as error:
                seen.append(f"{type(error).__name__}: {error}")

    looking = [threading.Thread(target=look) for _ in range(threads)]
    for thread in looking:
        thread.start()
    for thread in looking:
        thread.join()
    return seen


def hammer(koalr: View, days: list[int], secs: float, threads: int) -> list[Any]:
    """Ask over and over for so long; the errors."""
    until = time.monotonic() + secs
    errors: list[Any] = []

    def look() -> None:
        for number in itertools.cycle(days):
            if time.monotonic() >= until:
                return
            errors.extend(seen for seen in ask(koalr, [number], patience_secs=0.5) if isinstance(seen, str))

    looking = [threading.Thread(target=look) for _ in range(threads)]
    for thread in looking:
        thread.start()
    for thread in looking:
        thread.join()
    return [error for error in errors if not error.startswith("PendingError")]


class Kept(logging.Handler):
    """The log, as texts."""

    def __init__(self) -> None:
        super().__init__(logging.INFO)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Keep a line."""
        self.lines.append(f"{record.levelname} {record.getMessage()}")


def do(koalr: View, log: Kept, told: Mapping[str, Any]) -> Any:
    """One task."""
    more = {name: value for name, value in told.items() if name != "task"}
    match told["task"]:
        case "ask":
            return ask(koalr, **more)
        case "hammer":
            return hammer(koalr, **more)
        case "forget":
            return koalr.clear_cache()
        case "log":
            return log.lines
        case "sent":
            return koalr.stats().requests
    raise AssertionError(told)


def main() -> None:
    """Do what standard input says until it ends."""
    log = Kept()
    logging.getLogger("koalr_api").addHandler(log)
    logging.getLogger("koalr_api").setLevel(logging.INFO)
    koalr = client(**json.loads(sys.argv[1]))
    for line in sys.stdin:
        print(json.dumps(do(koalr, log, json.loads(line))), flush=True)


if __name__ == "__main__":
    main()
