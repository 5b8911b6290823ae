"""Tells that another process has committed: looks at the catalogue's newest snapshots several times a second."""

import logging
import threading
from collections.abc import Callable

from koalr_server.store.engine import Effect

log = logging.getLogger("koalr_server.store")

# A revoked key has to be refused by every replica within a second.
LOOK_EVERY_SECS = 0.25


class Watch:
    """The newest snapshot of each effect, as far as they are known here.

    Args:
        look: answers the newest snapshot after a number by effect; snapshots grow by one with each commit.
    """

    def __init__(self, look: Callable[[int], dict[Effect, int]], began: int) -> None:
        self._look = look
        self._newest = {effect: began for effect in Effect}
        self._lock = threading.Lock()
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, name="koalr-store-watch", daemon=True)
        self._thread.start()

    def newest(self, *effects: Effect) -> int:
        """The newest snapshot of some effects."""
        return max(self._newest[effect] for effect in effects)

    def note(self, effect: Effect, snapshot: int) -> None:
        """This process has committed a snapshot, or another one has."""
        with self._lock:
            self._newest[effect] = max(self._newest[effect], snapshot)

    def _run(self) -> None:
        seen, failing = self.newest(*Effect), False
        while not self._ended.wait(LOOK_EVERY_SECS):
            try:
                found = self._look(seen)
                failing = False
            except Exception as error:  # what is known stays; whoever asks the store itself is told
                if not failing:
                    log.warning("the catalogue cannot be looked at, trying on: %s", type(error).__name__)
                failing = True
                continue
            for effect, snapshot in found.items():
                self.note(effect, snapshot)
                seen = max(seen, snapshot)

    def stop(self) -> None:
        """Look no more."""
        self._ended.set()
        self._thread.join()
