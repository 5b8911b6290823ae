"""One gate before the tool: when it asks for patience, everybody waits together."""

import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta


class Stopped(Exception):
    """The run was called off; whoever still works gives up."""


class Gate:
    """Open, or closed until an instant.

    Args:
        clock: the current instant.
        sleep: waits so many seconds, or until the run is called off.
        say: takes the sentence that tells a person why nothing happens.
        spacing: between two that pass.
    """

    def __init__(
        self,
        clock: Callable[[], datetime],
        sleep: Callable[[float], object],
        say: Callable[[str], None],
        spacing: timedelta = timedelta(),
    ) -> None:
        self._clock = clock
        self._sleep = sleep
        self._say = say
        self._spacing = spacing
        self._lock = threading.Lock()
        self._opens_at = self._next_at = datetime.min.replace(tzinfo=UTC)
        self._stopped = threading.Event()

    def close(self, seconds: float, why: str) -> None:
        """Keep everybody waiting so long from now. A shorter wait than the one that runs changes nothing."""
        opens_at = self._clock() + timedelta(seconds=seconds)
        with self._lock:
            if opens_at <= self._opens_at:
                return
            self._opens_at = opens_at
        self._say(f"{why}; waiting until {opens_at:%Y-%m-%d %H:%M:%S} UTC")

    def stop(self) -> None:
        """Call the run off."""
        self._stopped.set()

    def pause(self, seconds: float) -> None:
        """Wait for oneself alone.

        Raises:
            Stopped: the run was called off.
        """
        self._sleep(seconds)
        self._check()

    def wait(self) -> None:
        """Pass when the gate is open and it is one's turn.

        Raises:
            Stopped: the run was called off.
        """
        self._check()
        while (seconds := self._left_secs()) > 0:
            self.pause(seconds)

    def _left_secs(self) -> float:
        """Seconds to wait; with none the turn is taken."""
        with self._lock:
            now = self._clock()
            passes_at = max(self._opens_at, self._next_at)
            if passes_at <= now:
                self._next_at = now + self._spacing
            return (passes_at - now).total_seconds()

    def _check(self) -> None:
        if self._stopped.is_set():
            raise Stopped
