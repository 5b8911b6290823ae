"""The inbox of a running server: accepts deliveries, and reads them into the tables within seconds."""

import logging
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from datetime import datetime, timedelta

from koalr_server.clock import naive_utc, wall_clock
from koalr_server.errors import ServerError
from koalr_server.inbox.acceptance import Acceptance
from koalr_server.inbox.figures import Figures
from koalr_server.sources.observation import Delivery
from koalr_server.sources.rules import Rules
from koalr_server.store.database import Database
from koalr_server.store.deliveries import newest_seq, prune
from koalr_server.store.settling import agree_on_rules, settle, settled_seq

log = logging.getLogger("koalr_server.inbox")

GATHER_SECS = 2.5
# While deliveries keep coming, reading takes about a quarter of the time, so that most of them are acknowledged, and most
# questions answered, beside none.
REST = 3.0
LONGEST_REST_SECS = 3.5
# Nothing came for so long: nobody is waiting to be acknowledged.
LULL_SECS = 0.3
# After a failure of the store, such as a full disk.
RETRY_SECS = 5.0
PRUNE_EVERY_SECS = 3600.0
# What another process kept and did not live to read.
LOOK_EVERY_SECS = 5.0


class Inbox:
    """Two threads: one commits deliveries, one reads them.

    Args:
        rules: what the tools' words mean to this team.
        raw_days: for how long raw bodies are kept.
        clock: for retention.
        gather_secs: what arrives within this time is read together.
    """

    def __init__(
        self,
        database: Database,
        rules: Rules,
        raw_days: int,
        clock: Callable[[], datetime] = wall_clock,
        gather_secs: float = GATHER_SECS,
    ) -> None:
        self.figures = Figures()
        self._database = database
        self._rules = rules
        self._raw = timedelta(days=raw_days)
        self._clock = clock
        self._gather_secs = gather_secs
        self._arrived = threading.Event()
        self._busy = threading.Event()
        self._stopping = threading.Event()
        self._acceptance = Acceptance(database, self._kept, clock)
        self._reader = threading.Thread(target=self._read, name="koalr-inbox", daemon=True)

    def start(self) -> None:
        """Begin to accept, and read what an earlier process left."""
        self._arrived.set()
        self._acceptance.start()
        self._reader.start()

    def accept(self, delivery: Delivery) -> "Future[bool]":
        """Keep a delivery; see Acceptance.accept."""
        return self._acceptance.accept(delivery)

    def unread(self) -> int:
        """How many deliveries are kept and not read yet."""
        reached = settled_seq(self._database)
        return int(
            self._database.rows("SELECT count(*) AS n FROM deliveries WHERE seq > $seq", {"seq": reached})[0]["n"]
        )

    def stop(self) -> None:
        """Keep what arrived; what is not read yet is read at the next start."""
        self._acceptance.stop()
        self._stopping.set()
        self._arrived.set()
        self._reader.join()

    def _kept(self) -> None:
        self._busy.set()
        self._arrived.set()

    def _read(self) -> None:
        pruned = -PRUNE_EVERY_SECS
        agreed = False
        while True:
            self._arrived.wait(LOOK_EVERY_SECS)
            if self._stopping.is_set():
                return
            self._arrived.clear()
            began = time.monotonic()
            try:
                if not agreed:
                    agree_on_rules(self._database, self._rules)
                    agreed = True
                with self._database.reader() as mine:
                    if mine:
                        self._read_what_is_kept()
                    else:
                        # Whoever reads now may not have seen what was kept here.
                        self._arrived.set()
                if began - pruned >= PRUNE_EVERY_SECS:
                    self._prune()
                    pruned = began
                took_secs = time.monotonic() - began
                self._rest(min(LONGEST_REST_SECS, REST * took_secs))
            except Exception as error:  # the deliveries are kept, so they can be read later
                # The first line of an engine's error names files, not what is in them.
                what = str(error) if isinstance(error, ServerError) else type(error).__name__
                log.error("deliveries could not be read, trying again in %d s: %s", RETRY_SECS, what)
                self._arrived.set()
                self._stopping.wait(RETRY_SECS)

    def _read_what_is_kept(self) -> None:
        """What comes meanwhile is read after a rest, for a small batch takes nearly as long as a large one."""
        newest = newest_seq(self._database)
        while settled_seq(self._database) < newest and not self._stopping.is_set():
            self.figures.read(settle(self._database, self._rules))

    def _rest(self, longest_secs: float) -> None:
        """Let some gather, then wait for a lull in what arrives, but not long."""
        self._stopping.wait(self._gather_secs)
        ends = time.monotonic() + longest_secs - self._gather_secs
        while time.monotonic() < ends and self._busy.is_set() and not self._stopping.is_set():
            self._busy.clear()
            self._stopping.wait(LULL_SECS)

    def _prune(self) -> None:
        before = naive_utc(self._clock()) - self._raw
        reached = settled_seq(self._database)
        gone = self._database.write_beside(lambda cursor: prune(cursor, before, reached))
        if gone:
            log.info("forgot %d raw deliveries that were older than %d days", gone, self._raw.days)
