"""Keeps deliveries before they are acknowledged: those that arrive together in one transaction."""

import queue
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from datetime import datetime

from koalr_server.clock import naive_utc, wall_clock
from koalr_server.errors import StoreError
from koalr_server.ingest.deliveries import table_of
from koalr_server.sources.observation import Delivery
from koalr_server.store.database import Database
from koalr_server.store.deliveries import add_deliveries

MOST_TOGETHER = 500
MOST_BYTES_TOGETHER = 64 * 2**20


class Acceptance:
    """A thread that commits deliveries as they come.

    Args:
        kept: called after each commit of new deliveries.
        clock: time of arrival, for retention alone.
    """

    def __init__(
        self, database: Database, kept: Callable[[], None], clock: Callable[[], datetime] = wall_clock
    ) -> None:
        self._database = database
        self._kept = kept
        self._clock = clock
        self._arrived: queue.SimpleQueue[tuple[Delivery, Future[bool]] | None] = queue.SimpleQueue()
        self._stopped = False
        self._thread = threading.Thread(target=self._run, name="koalr-acceptance", daemon=True)

    def start(self) -> None:
        """Begin to take deliveries."""
        self._thread.start()

    def accept(self, delivery: Delivery) -> "Future[bool]":
        """Keep a delivery; the future is done once it is committed, now or by an earlier one of the same key.

        Its result is whether it was now; its exception is StoreError if it could not be kept.
        """
        future: Future[bool] = Future()
        if self._stopped:
            future.set_exception(StoreError("The server is stopping; send it again in a moment."))
        else:
            self._arrived.put((delivery, future))
        return future

    def stop(self) -> None:
        """Keep what arrived, then end."""
        self._stopped = True
        self._arrived.put(None)
        self._thread.join()

    def _run(self) -> None:
        while (first := self._arrived.get()) is not None:
            together = [first]
            ended = False
            time.sleep(self._database.gather_secs)
            size = len(first[0].body)
            while len(together) < MOST_TOGETHER and size < MOST_BYTES_TOGETHER and not self._arrived.empty():
                following = self._arrived.get()
                if following is None:
                    ended = True
                    break
                together.append(following)
                size += len(following[0].body)
            self._keep(together)
            if ended:
                return

    def _keep(self, together: list[tuple[Delivery, "Future[bool]"]]) -> None:
        # Who has gone away meanwhile is not told, and what they sent is kept all the same.
        waiting = {row: future for row, (_, future) in enumerate(together) if future.set_running_or_notify_cancel()}
        try:
            table = table_of(delivery for delivery, _ in together)
            received_at = naive_utc(self._clock())
            new = self._database.write_beside(lambda cursor: add_deliveries(cursor, table, received_at))
        except Exception as error:  # whoever waits is told; the thread goes on
            for future in waiting.values():
                future.set_exception(error)
            return
        for row, future in waiting.items():
            future.set_result(row in new)
        self._kept()
