"""A session with GitHub: everything put together, run once, and taken apart again."""

import random
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from koalr_server.clock import wall_clock
from koalr_server.errors import ServerError
from koalr_server.sources.rules import Rules
from koalr_server.sync.gate import Gate
from koalr_server.sync.github.address import of_github
from koalr_server.sync.github.connection import Connection
from koalr_server.sync.github.credentials import Credentials
from koalr_server.sync.github.envelopes import SOURCE
from koalr_server.sync.github.errand import Run
from koalr_server.sync.github.tour import tour
from koalr_server.sync.outbox import Outbox, Store
from koalr_server.sync.report import Report

# What is unfinished for longer will not be finished.
FRESH = timedelta(days=7)
# GitHub asks for few requests at a time; more of them bring its secondary limit.
WORKERS, PLACES = 6, 3
# GitHub allows 900 points a minute, and a question is one.
SPACING = timedelta(minutes=1) / 900


@dataclass(frozen=True, slots=True)
class Order:
    """What to read.

    Args:
        url: of the API, as of address.base_url.
        organisation: with all its repositories; else `repositories` by name.
        since: instant; nothing older is asked for the first time.
    """

    url: str
    credentials: Credentials
    organisation: str | None
    repositories: Sequence[str]
    since: str
    rules: Rules = field(default_factory=Rules)


@dataclass(frozen=True, slots=True)
class Surroundings:
    """Time and chance.

    Args:
        sleep: waits so many seconds; None waits until the session is called off, at most so long.
        draw: a number from 0 up to 1.
    """

    clock: Callable[[], datetime] = wall_clock
    sleep: Callable[[float], object] | None = None
    draw: Callable[[], float] = random.random


def read_github(
    order: Order,
    store: Store,
    around: Surroundings,
    say: Callable[[str], None] = lambda _sentence: None,
    drawn: Callable[[int], None] = lambda _requests: None,
) -> Report:
    """Read what is new into the store; what could not be read is in the report.

    Args:
        say: takes a sentence when everybody waits.
        drawn: told how many requests were made.

    Raises:
        InputError: the credentials are not accepted.
        ServerError: the store did not take what was read.
    """
    outbox, report = Outbox(store, SOURCE), Report()
    off = threading.Event()
    gate = Gate(around.clock, around.sleep or off.wait, say, SPACING if of_github(order.url) else timedelta())
    connection = Connection(order.url, order.credentials, gate, around.clock, around.draw)
    now = around.clock()
    began_at, fresh_since = (f"{moment:%Y-%m-%dT%H:%M:%SZ}" for moment in (now, now - FRESH))
    with ThreadPoolExecutor(WORKERS) as workers, ThreadPoolExecutor(PLACES) as places:
        host = urlsplit(order.url).netloc
        run = Run(connection, outbox, report, workers, host, order.since, began_at, fresh_since, order.rules, drawn)
        try:
            tour(run, order.organisation, order.repositories, places)
        except BaseException as error:
            # Whoever waits for a limit gives up, or the pools would wait for them.
            gate.stop()
            off.set()
            if isinstance(error, ServerError):
                outbox.settle()
            raise
    outbox.settle()
    return report
