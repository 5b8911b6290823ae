"""How many requests a key may send (pure, but for a lock: all clients of a key in a process share one budget).

The server counts a request when it arrives, which lies somewhere between sending it and having its answer. So a request
counts here from the moment it is sent until a whole window after its answer came, and at no instant can the server have
counted more than we do. A lag of any length costs throughput and never a refusal.
"""

import itertools
import math
import threading
from collections import deque
from collections.abc import Callable
from typing import NamedTuple

from koalr_api.retry import key_pause_secs

WINDOW_SECS = 60.0
DOCUMENTED_LIMIT = 60
LARGEST_LIMIT = 1_000_000
# Two clocks count a minute differently by far less than this.
MARGIN_SECS = 0.25
# One tenth is kept for people without a value: 6 of 60 is what the largest page of a dashboard asks for.
KEPT_SHARE = 10


class Spend(NamedTuple):
    """A request on its way: how many of ours counted when it was sent, itself included, and when that was."""

    own: int
    sent: float


class Told(NamedTuple):
    """What an answer said of the budget; None if not said.

    Attributes:
        limit, remaining: requests a window, and of them left.
        reset_secs: until a request is sure to pass.
        refused: the answer was 429; retry_secs: how long it wants no more requests.
    """

    limit: int | None = None
    remaining: int | None = None
    reset_secs: float | None = None
    refused: bool = False
    retry_secs: float | None = None


class Budget:
    """At most `limit` requests in any window, background work evenly spread and never the last tenth of it.

    Args:
        chance: uniform in [0, 1); by default pauses are whole.
    """

    def __init__(
        self,
        limit: int = DOCUMENTED_LIMIT,
        window_secs: float = WINDOW_SECS,
        chance: Callable[[], float] = lambda: 1.0,
    ) -> None:
        self.limit = limit
        self._chance = chance
        self.counted_secs = window_secs + MARGIN_SECS
        self._processes = 1
        self._pooled = False
        self._first_part = math.inf
        self._first_until = -math.inf
        self._answered: deque[float] = deque()
        self._flying = 0
        self._others = 0
        self._others_seen = -math.inf
        self._others_first_leaves = math.inf
        self._closed_until = -math.inf
        self._refusals = 0
        self._refused = -math.inf
        self._background_sent = -math.inf
        self._lock = threading.Lock()

    def take(self, now: float, waiting: bool) -> Spend | float:
        """Permission to send one request now, else the seconds after which asking again is worth it (over 0).

        Args:
            now: monotonic seconds.
            waiting: a person waits for the answer; False is background work.
        """
        with self._lock:
            wait_secs = self._wait_secs(now, waiting)
            if wait_secs > 0:
                return wait_secs
            if not waiting:
                self._background_sent = now
            self._flying += 1
            return Spend(self._own(now), now)

    def settle(self, spend: Spend, now: float, told: Told) -> None:
        """The exchange ended."""
        with self._lock:
            self._flying -= 1
            self._answered.append(now)
            if told.limit is not None and 1 <= told.limit <= LARGEST_LIMIT:
                self.limit = told.limit
            self._count_others(spend, now, told)
            if told.refused:
                self._close_refused(spend, now, told)
            elif spend.sent > self._refused:
                self._refusals = 0

    def give_back(self) -> None:
        """Nothing was sent after all."""
        with self._lock:
            self._flying -= 1

    def divide(self, processes: int, first_part: float, now: float) -> None:
        """Keep to one of so many equal parts: as many processes spend the same limit, and nobody counts for all any more.

        Args:
            first_part: no more than this in the first window, when what was spent before may not have been in equal parts.
        """
        with self._lock:
            if self._pooled:
                self._first_part, self._first_until = first_part, now + self.counted_secs
            self._processes, self._pooled = processes, False

    def pool(self) -> None:
        """Somebody who counts for all processes is asked before each request; here only what one may spend holds."""
        with self._lock:
            self._pooled = True

    def over_part(self, now: float) -> bool:
        """Whether more than the part of this process was taken already, as happens before somebody divides."""
        with self._lock:
            return self._own(now) > self._part(now)

    def spent(self, now: float) -> int:
        """Requests of ours that count now."""
        with self._lock:
            return self._own(now)

    def left(self, now: float) -> int:
        """Requests that may still be sent now."""
        with self._lock:
            if now < self._closed_until:
                return 0
            return max(0, self.limit - self._own(now) - self._others_now(now))

    def expected_secs(self, now: float, place: int) -> float:
        """When the request at this place of the queue (from 1) may be sent, if nothing comes in between."""
        with self._lock:
            closed_secs = max(0.0, self._closed_until - now)
            own, others = self._own(now), self._others_now(now + closed_secs)
            over = own + others - self.limit + place
            if over <= 0:
                return closed_secs
            leaving = [answered + self.counted_secs - now for answered in self._answered]
            leaving += [self.counted_secs] * (self.limit - len(leaving))
            rounds, index = divmod(over - 1, self.limit)
            own_secs = rounds * self.counted_secs + leaving[index]
            return max(closed_secs, min(own_secs, self._others_leave_secs(now, others - over)))

    def after_fork(self) -> None:
        """In a child process: a lock of its own; requests on their way are the parent's."""
        self._lock = threading.Lock()
        self._flying = 0

    def _wait_secs(self, now: float, waiting: bool) -> float:
        own, others = self._own(now), self._others_now(now)
        if self._pooled:
            return self._until_left(now, own - self.limit + 1, 0) if own >= self.limit else 0.0
        if now < self._closed_until:
            return self._closed_until - now
        part = self._part(now)
        allowed = _allowed(part, waiting)
        over = max(own + others - _allowed(self.limit, waiting), own - allowed) + 1
        if over > 0:
            return self._until_left(now, over, others)
        if not waiting and 2 * own >= part:
            # Spread evenly, places come free one by one, and someone who waits gets the next within a second.
            return self._background_sent + self.counted_secs / allowed - now
        return 0.0

    def _part(self, now: float) -> int:
        part = max(1, self.limit // self._processes)
        return int(min(part, self._first_part)) if now < self._first_until else part

    def _until_left(self, now: float, count: int, others: int) -> float:
        """Seconds until so many of ours or of the others have left the window."""
        leaving = list(itertools.islice(self._answered, count - 1, count))
        own_secs = leaving[0] + self.counted_secs - now if leaving else self.counted_secs / self.limit
        return max(0.01, min(own_secs, self._others_leave_secs(now, others - count)))

    def _own(self, now: float) -> int:
        while self._answered and self._answered[0] <= now - self.counted_secs:
            self._answered.popleft()
        return len(self._answered) + self._flying

    def _count_others(self, spend: Spend, now: float, told: Told) -> None:
        """What the server counted beyond ours was spent by other processes with the same key."""
        if told.remaining is None or not 0 <= told.remaining <= self.limit:
            return
        self._others = max(0, self.limit - told.remaining - spend.own)
        self._others_seen = now
        told_secs = told.retry_secs if told.refused else told.reset_secs
        self._others_first_leaves = now + told_secs if told.remaining == 0 and told_secs else math.inf
        # Alone, our own count knows better than a header in whole seconds of another clock.
        if self._others and told.remaining == 0 and told.reset_secs and 0 < told.reset_secs <= self.counted_secs:
            self._close(now + told.reset_secs)

    def _close_refused(self, spend: Spend, now: float, told: Told) -> None:
        """The limit is the key's, so whatever would be asked now would be refused too."""
        if spend.sent > self._refused:  # else it was under way already when the last refusal came
            self._refusals += 1
            self._refused = now
        secs = key_pause_secs(self._refusals, told.retry_secs, self._chance())
        self._close(now + min(secs, self.counted_secs))

    def _others_now(self, now: float) -> int:
        """They leave the window one by one; the next answer says anew how many there are."""
        left_share = 1 - (now - self._others_seen) / self.counted_secs
        left = math.ceil(self._others * min(1.0, max(0.0, left_share)))
        return min(left, max(0, self._others - 1)) if now >= self._others_first_leaves else left

    def _others_leave_secs(self, now: float, left: int) -> float:
        """Seconds until no more than so many of them are left; infinite if that is fewer than none."""
        if left < 0:
            return math.inf
        return self._others_seen + self.counted_secs * (1 - left / self._others) - now

    def _close(self, until: float) -> None:
        self._closed_until = max(self._closed_until, until)


def _allowed(limit: int, waiting: bool) -> int:
    return limit if waiting else limit - limit // KEPT_SHARE
