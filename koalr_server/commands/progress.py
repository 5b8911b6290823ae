"""Progress on standard error: a line that redraws itself on a terminal, rare whole lines elsewhere."""

import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TextIO


class Progress:
    """Counts of something that takes longer than a second.

    Args:
        what: the thing counted, such as "commits".
        clock: seconds, monotonic.
    """

    def __init__(self, what: str, stream: TextIO | None = None, clock: Callable[[], float] = time.monotonic) -> None:
        self._what = what
        self._stream = stream or sys.stderr
        self._clock = clock
        self._started = clock()
        self._interval = 0.2 if self._stream.isatty() else 5.0
        self._due = self._started + 1.0
        self._drawn = False

    def __call__(self, done: int, total: int | None = None) -> None:
        """Report so much done, of so much if known. Draws nothing in the first second."""
        now = self._clock()
        if now < self._due:
            return
        self._due = now + self._interval
        share = f" of {total:,} ({done / total:.0%})" if total else ""
        text = f"{done:,}{share} {self._what}, {now - self._started:.0f} s"
        self._stream.write(f"\r\x1b[K  {text}" if self._stream.isatty() else f"  {text}\n")
        self._stream.flush()
        self._drawn = True

    def close(self) -> None:
        """End the redrawn line."""
        if self._drawn and self._stream.isatty():
            self._stream.write("\r\x1b[K")
            self._stream.flush()


@contextmanager
def waiting(what: str, stream: TextIO | None = None) -> Iterator[None]:
    """Show that time passes while something runs that cannot be counted; silent for the first second."""
    shown = stream or sys.stderr
    terminal = shown.isatty()
    over = threading.Event()
    started = time.monotonic()

    def tick() -> None:
        interval = 1.0
        while not over.wait(interval):
            text = f"  {what}, {time.monotonic() - started:.0f} s"
            shown.write(f"\r\x1b[K{text}" if terminal else f"{text}\n")
            shown.flush()
            interval = 0.5 if terminal else 5.0
        if terminal:
            shown.write("\r\x1b[K")

    ticker = threading.Thread(target=tick, name="koalr-waiting", daemon=True)
    ticker.start()
    try:
        yield
    finally:
        over.set()
        ticker.join()
